"""What a pool demands, in words. The one source of these sentences: pages, notices and the rules themselves agree."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from keyuan.org.models import User
from keyuan.pools.exempting import matches
from keyuan.pools.kinds import KINDS, PoolKind
from keyuan.pools.limits import Limits, names_of
from keyuan.pools.rules import DEAL, FOLLOW_UP, LOCKED, OPEN, OPPORTUNITY, WON, OwnLimit, PoolRules, Wait
from keyuan.records.namebook import NameBook
from keyuan.records.query import FilterRefused, Node
from keyuan.ui import formats
from keyuan.ui.lists.sentences import Words


def rule_sentence(rules: PoolRules) -> str:
    """When what somebody has taken comes back, in one sentence."""
    if not rules.recycles or not (rules.waits or rules.hard_end is not None):
        return _("Nothing comes back by itself.")
    parts = [_of_event(event, wait, rules) for event, wait in rules.waits.items()]
    joint = pgettext("rules of a pool", ", and ") if not rules.needs_all else pgettext("rules of a pool", ", or ")
    said = joint.join(parts)
    if rules.hard_end is not None:
        ends = ngettext("%(n)d day after it was taken at the latest", "%(n)d days after it was taken at the latest",
                        rules.hard_end) % {"n": rules.hard_end}  # fmt: skip
        said = pgettext("rules of a pool", "%(rule)s, and %(end)s") % {"rule": said, "end": ends} if said else ends
    return _("%(rule)s; else it comes back by itself") % {"rule": said}


def _of_event(event: str, wait: Wait, rules: PoolRules) -> str:
    words = {"first": max(rules.protection, wait.days), "each": wait.days}
    if event == FOLLOW_UP:
        said = _("A follow-up that counts within %(first)d days of taking, each one keeps it %(each)d days longer")
    elif event == OPPORTUNITY:
        said = _("a new opportunity within %(first)d days of taking, each one keeps it %(each)d days longer")
    else:
        said = _("a deal won within %(first)d days of taking, each one keeps it %(each)d days longer")
    return (said + _by_choice(wait)) % words


def _by_choice(wait: Wait) -> str:
    return _(" (other numbers of days for some)") if wait.by_choice else ""


def all_sentences(rules: PoolRules, kind: str, reader: User) -> list[str]:
    """Everything that a pool of this kind demands, as administrators read it."""
    return [rule_sentence(rules), *further_sentences(rules, kind, reader)]


def further_sentences(rules: PoolRules, kind: str, reader: User, own: Limits | None = None) -> list[str]:
    """What else the pool demands: protection of new records, limits, rest, what never comes back.

    Args:
        own: the limits of who reads it; without, the general ones and those of others are said (`limit_sentences`).
    """
    found = []
    if rules.recycles and rules.new_days:
        found.append(_("What was written down stays for %(n)d days in any case.") % {"n": rules.new_days})
    found += limit_sentences(rules) if own is None else _own(own)
    if rules.rest:
        found.append(_("Whoever had it last can claim it again after %(n)d days.") % {"n": rules.rest})
    return found + _exemptions(rules, KINDS[kind], reader) if rules.recycles else found


def _exemptions(rules: PoolRules, kind: PoolKind, reader: User) -> list[str]:
    """What never comes back, as far as there is such a thing in records of this kind."""
    words = {LOCKED: _("locked ones"), WON: _("customers who have bought"), OPEN: _("those with an open opportunity")}
    found = []
    if names := [words[one] for one in rules.exempt if one in words and one in kind.exempt]:
        found.append(_("Never by itself: %(what)s.") % {"what": pgettext("list", ", ").join(names)})
    if rules.exempt_filter is not None:
        phrase = filter_words(kind, rules.exempt_filter, reader)
        said = _("Nor what matches in the night in which it would come back: %(filter)s.") if phrase else _(
            "Nor some others that the administrator has chosen.")  # fmt: skip
        found.append(said % {"filter": phrase} if phrase else said)
    return found


def filter_words(kind: PoolKind, node: Node, reader: User) -> str:
    """A filter as one phrase; "" for who does not see one of its fields, or where it can't be read any more."""
    words = Words(kind.catalogue, reader, NameBook(reader))
    try:
        return " ".join(text for _part, text in words.parts(node)) if words.knows(node) else ""
    except (FilterRefused, KeyError):
        return ""


def _own(limits: Limits) -> list[str]:
    found = []
    if limits.claims is not None:
        found.append(_("You claim at most %(n)d a day.") % {"n": limits.claims})
    if limits.holds is not None:
        found.append(_("You hold at most %(n)d.") % {"n": limits.holds})
    return found


def limit_sentences(rules: PoolRules) -> list[str]:
    """The general limits, and those of whom others hold."""
    found = []
    if rules.claims is not None:
        found.append(_("Each person claims at most %(n)d a day.") % {"n": rules.claims})
    if rules.holds is not None:
        found.append(_("Each person holds at most %(n)d.") % {"n": rules.holds})
    return found + own_limit_sentences(rules)


def own_limit_sentences(rules: PoolRules) -> list[str]:
    """Whose limits differ, one sentence each."""
    names = names_of(rules.own_limits)
    return [_of_limit(one, names[one.of, one.pk]) for one in rules.own_limits if (one.of, one.pk) in names]


def _of_limit(one: OwnLimit, name: str) -> str:
    words = {"name": name, "claims": one.claims, "holds": one.holds}
    if one.holds is None:
        return _("%(name)s: each claims at most %(claims)d a day.") % words
    if one.claims is None:
        return _("%(name)s: each holds at most %(holds)d.") % words
    return _("%(name)s: each claims at most %(claims)d a day and holds at most %(holds)d.") % words


def days_left(due: date, today: date) -> tuple[str, str]:
    """How long somebody still has it, and how urgent that is: a kind of colour."""
    left = (due - today).days
    if left < 0:
        return _("Comes back tonight"), "bad"
    if left == 0:
        return _("Until today"), "bad"
    said = ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return said, "bad" if left <= 1 else "warn" if left <= 3 else ""


def how_due(record: Any, rules: PoolRules) -> str:
    """How the last day of a record came about: what happened last, and what the rule makes of it."""
    if record.due_on is None:
        return _why_never(record, rules)
    if record.extended_to is not None and record.extended_to == record.due_on:
        return _("A manager has extended it to %(day)s.") % {"day": formats.day(record.extended_to)}
    taken = record.taken_at or record.created_at
    followed = getattr(record, "last_followed_at", None)
    if followed is not None and followed > taken:
        return _("Followed up on %(day)s; until %(due)s.") % {
            "day": formats.day(followed),
            "due": formats.day(record.due_on),
        }
    return _("Taken on %(day)s, not followed up since; until %(due)s.") % {
        "day": formats.day(taken),
        "due": formats.day(record.due_on),
    }


def _why_never(record: Any, rules: PoolRules) -> str:
    if record.is_locked:
        return _("It is locked and does not come back by itself.")
    if getattr(record, "has_bought", False) and WON in rules.exempt:
        return _("It has bought and does not come back by itself.")
    if rules.exempt_filter is not None and matches(record, KINDS[record.module], rules.exempt_filter):
        return _("The rules of the pool exempt it: it does not come back by itself.")
    return _("It does not come back by itself.")


EVENTS = (FOLLOW_UP, OPPORTUNITY, DEAL)
