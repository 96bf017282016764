"""The small form in which people choose how a plan repeats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.activities.repeat_rules import (
    MOST_COUNT,
    MOST_INTERVAL,
    WEEKDAYS,
    WORKING,
    Rule,
    Slots,
    in_words,
    last_day,
    moment_of,
    wall,
)
from keyuan.records.widgets import Pills
from keyuan.ui import formats

KEEP = "keep"
CHOICES = [
    ("", pgettext_lazy("repeat", "Does not repeat")),
    ("daily", pgettext_lazy("repeat", "Daily")),
    ("workdays", pgettext_lazy("repeat", "Every weekday (Monday to Friday)")),
    ("weekly", pgettext_lazy("repeat", "Weekly")),
    ("monthly", pgettext_lazy("repeat", "Monthly on this day")),
    ("monthly_nth", pgettext_lazy("repeat", "Monthly on this weekday")),
    ("monthly_last", pgettext_lazy("repeat", "Monthly on the last day")),
    ("yearly", pgettext_lazy("repeat", "Yearly on this day")),
]
ENDS = [
    ("never", pgettext_lazy("repeat", "Never")),
    ("count", pgettext_lazy("repeat", "After a number of times")),
    ("until", pgettext_lazy("repeat", "On a day")),
]
NAMES = ("repeat", "repeat_every", "repeat_days", "repeat_ends", "repeat_count", "repeat_until")


def repeat_fields(slots: Slots | None) -> dict[str, forms.Field]:
    """The inputs, filled in with the rule of a series."""
    initial = initial_of(slots) if slots else {}
    choices = [*CHOICES, (KEEP, in_words(slots))] if slots and initial["repeat"] == KEEP else CHOICES
    every = forms.NumberInput(attrs={"min": 1, "max": MOST_INTERVAL, "inputmode": "numeric"})
    number = forms.NumberInput(attrs={"min": 1, "max": MOST_COUNT, "inputmode": "numeric"})
    days = list(zip(WEEKDAYS, formats.WEEKDAYS[formats.language()], strict=True))
    fields = {
        "repeat": forms.ChoiceField(label=pgettext_lazy("plan", "Repeat"), choices=choices, required=False),
        "repeat_every": forms.IntegerField(
            label=pgettext_lazy("repeat", "Every how many"),
            min_value=1,
            max_value=MOST_INTERVAL,
            required=False,
            widget=every,
        ),
        "repeat_days": forms.MultipleChoiceField(
            label=pgettext_lazy("repeat", "On these days"),
            choices=days,
            required=False,
            widget=Pills(_("On these days"), days),
        ),
        "repeat_ends": forms.ChoiceField(label=pgettext_lazy("repeat", "Ends"), choices=ENDS, required=False),
        "repeat_count": forms.IntegerField(
            label=pgettext_lazy("repeat", "Number of times"),
            min_value=1,
            max_value=MOST_COUNT,
            required=False,
            widget=number,
        ),
        "repeat_until": forms.DateField(
            label=pgettext_lazy("repeat", "Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
        ),
    }
    for name, field in fields.items():
        field.initial = initial.get(name)
    return fields


def initial_of(slots: Slots) -> dict[str, Any]:
    """What the inputs hold for a rule; `keep` where the form has no words for it."""
    rule, zone = slots.rule, slots.zone
    return {
        "repeat": _chosen(rule, slots.start),
        "repeat_every": rule.interval,
        "repeat_days": [WEEKDAYS[day] for _which, day in rule.days],
        "repeat_ends": "count" if rule.count else "until" if rule.until else "never",
        "repeat_count": rule.count,
        "repeat_until": last_day(rule, zone).isoformat() if rule.until else None,
    }


def _chosen(rule: Rule, start: datetime) -> str:
    plain = not rule.days and not rule.month_days
    if rule.is_working_days:
        return "workdays"
    if rule.freq == "DAILY" and plain:
        return "daily"
    if rule.freq == "YEARLY":
        return "yearly"
    if rule.freq == "WEEKLY" and not any(which for which, _day in rule.days):
        return "weekly"
    return _monthly(rule, start) if rule.freq == "MONTHLY" else KEEP


def _monthly(rule: Rule, start: datetime) -> str:
    if rule.month_days == (-1,) and not rule.days:
        return "monthly_last"
    if not rule.days and rule.month_days in ((), (start.day,)):
        return "monthly"
    return "monthly_nth" if not rule.month_days and rule.days == (nth(start),) else KEEP


def nth(day: datetime) -> tuple[int, int]:
    """Which weekday of its month a day is; the fifth one counts as the last."""
    which = (day.day - 1) // 7 + 1
    return (which if which < 5 else -1), day.weekday()


def rule_of(typed: Mapping[str, Any], start: datetime, zone: ZoneInfo) -> Rule | None:
    """The rule that was chosen; None for one that does not repeat, and for one that stays.

    Args:
        typed: cleaned values by the names of the inputs.
        start: of the plan, on the wall.

    Raises:
        ValidationError: the end of the rule is missing, or lies before its beginning.
    """
    every = typed.get("repeat_every") or 1
    days = tuple(sorted((0, WEEKDAYS.index(day)) for day in typed.get("repeat_days") or ()))
    rules = {
        "daily": Rule("DAILY", every),
        "workdays": Rule("WEEKLY", 1, WORKING),
        "weekly": Rule("WEEKLY", every, days or ((0, start.weekday()),)),
        "monthly": Rule("MONTHLY", every, (), (start.day,)),
        "monthly_nth": Rule("MONTHLY", every, (nth(start),)),
        "monthly_last": Rule("MONTHLY", every, (), (-1,)),
        "yearly": Rule("YEARLY", every),
    }
    rule = rules.get(typed.get("repeat") or "")
    return _ended(rule, typed, start, zone) if rule else None


def _ended(rule: Rule, typed: Mapping[str, Any], start: datetime, zone: ZoneInfo) -> Rule:
    match typed.get("repeat_ends"):
        case "count":
            if not typed.get("repeat_count"):
                raise forms.ValidationError({"repeat_count": _now("Say how many times.")})
            return rule.ending(count=typed["repeat_count"])
        case "until":
            last = typed.get("repeat_until")
            if not last or last < start.date():
                raise forms.ValidationError({"repeat_until": _now("Choose a day after the beginning.")})
            return rule.ending(until=moment_of(datetime.combine(last, time(23, 59, 59)), zone))
    return rule


def words_of(typed: Mapping[str, Any], starts_at: datetime, zone: ZoneInfo) -> str:
    """The chosen rule in words, for the form that is being filled in; "" where it is not complete."""
    start = wall(starts_at, zone)
    try:
        rule = rule_of(typed, start, zone)
    except forms.ValidationError:
        return ""
    return in_words(Slots(rule, start, zone)) if rule else ""
