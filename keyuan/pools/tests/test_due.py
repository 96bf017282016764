"""Until when a record is its owner's (G1)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from keyuan.pools.rules import DEAL, FOLLOW_UP, OPPORTUNITY, Facts, PoolRules, Wait, due

TAKEN = date(2026, 3, 25)
RULES = PoolRules(recycles=True)
FACTS = Facts(created=date(2026, 1, 5), taken=TAKEN)


def after(day: date | None) -> Facts:
    return replace(FACTS, events={FOLLOW_UP: day}) if day else FACTS


@pytest.mark.parametrize("hard_end", [None, 20])
@pytest.mark.parametrize(
    ("followed", "expected"),
    [
        (None, date(2026, 4, 4)),
        (date(2026, 3, 28), date(2026, 4, 4)),
        (date(2026, 4, 2), date(2026, 4, 5)),
        (date(2026, 4, 5), date(2026, 4, 8)),
        (date(2026, 4, 11), date(2026, 4, 14)),
    ],
)
def test_ten_days_are_protected_and_each_follow_up_secures_three(followed, expected, hard_end):
    assert due(after(followed), replace(RULES, hard_end=hard_end)) == expected


def test_a_hard_end_holds_whatever_happens_and_without_one_it_goes_on():
    late = after(date(2026, 4, 13))

    assert due(late, replace(RULES, hard_end=20)) == date(2026, 4, 14)
    assert due(late, RULES) == date(2026, 4, 16)


def test_what_a_manager_allowed_counts_beyond_the_end():
    assert due(replace(FACTS, extended=date(2026, 5, 1)), replace(RULES, hard_end=20)) == date(2026, 5, 1)
    assert due(replace(FACTS, extended=date(2026, 3, 26)), RULES) == date(2026, 4, 4)


def test_a_new_record_has_its_days():
    fresh = replace(FACTS, created=TAKEN)

    assert due(fresh, replace(RULES, new_days=30)) == TAKEN + timedelta(days=30)


def test_several_waits_are_joined_by_and_or_or():
    waits = {FOLLOW_UP: Wait(30), OPPORTUNITY: Wait(60), DEAL: Wait(90)}
    either, both = replace(RULES, waits=waits), replace(RULES, waits=waits, needs_all=True)
    facts = replace(FACTS, events={FOLLOW_UP: date(2026, 5, 1), OPPORTUNITY: date(2026, 3, 30)})

    assert due(facts, either) == date(2026, 5, 29)
    assert due(facts, both) == TAKEN + timedelta(days=90)


def test_waits_differ_by_class():
    rules = replace(RULES, choice="category", waits={FOLLOW_UP: Wait(15, {7: 90})})

    assert due(replace(FACTS, choice=7), rules) == TAKEN + timedelta(days=90)
    assert due(replace(FACTS, choice=8), rules) == TAKEN + timedelta(days=15)
    assert due(replace(FACTS, choice=7), replace(rules, choice="")) == TAKEN + timedelta(days=15)


def test_what_is_exempt_or_under_no_rule_never_comes_back():
    assert due(replace(FACTS, exempt=frozenset({"won"})), RULES) is None
    assert due(replace(FACTS, exempt=frozenset({"won"})), replace(RULES, exempt=())) is not None
    assert due(FACTS, replace(RULES, recycles=False)) is None
    assert due(FACTS, replace(RULES, waits={})) is None


def test_rules_survive_being_kept():
    rules = replace(RULES, waits={FOLLOW_UP: Wait(5, {3: 9}), DEAL: Wait(90)}, claims=20, hard_end=20, choice="level")

    assert PoolRules.from_json(rules.as_json()) == rules
    assert PoolRules.from_json({**rules.as_json(), "unknown": 1}) == rules
    assert PoolRules.from_json({}) == PoolRules()
