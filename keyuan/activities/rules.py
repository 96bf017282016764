"""What administrators decide about follow-ups and plans: which follow-ups count (G2), and until when they are open."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.org.settings import set_setting, setting
from keyuan.people import log

SETTING = "activity_rules"


@dataclass(frozen=True)
class ActivityRules:
    """Settings of the organisation.

    Attributes:
        kinds: keys of the kinds of follow-ups that count; empty for all.
        min_length: letters, digits and Chinese characters that the content has at least.
        needs_contact: at least one contact is named.
        needs_result: the result is chosen.
        edit_hours: for how long an author may correct a follow-up; 0 for ever.
        escalate_days: after how many days an overdue plan is told to the superior; 0 never.
        reminder_minutes: the reminder that a new plan with a time begins with; None for none.
    """

    kinds: list[str] = field(default_factory=list)
    min_length: int = 4
    needs_contact: bool = False
    needs_result: bool = False
    edit_hours: int = 24
    escalate_days: int = 3
    reminder_minutes: int | None = 15


def activity_rules() -> ActivityRules:
    """The rules as they stand."""
    kept = setting(SETTING)
    known = ActivityRules.__dataclass_fields__
    return ActivityRules(**{name: value for name, value in (kept or {}).items() if name in known})


def set_activity_rules(rules: ActivityRules) -> None:
    set_setting(SETTING, asdict(rules))


@transaction.atomic
def decide(wanted: ActivityRules, *, by: User) -> bool:
    """Let these rules hold for what is written from now on; whether anything changed.

    Raises:
        NotAllowed: `by` is no administrator.
    """
    require_administrator(by)
    before = activity_rules()
    set_activity_rules(wanted)
    return log.write_difference("setting", 0, asdict(before), asdict(wanted), by=by)


def edit_hours() -> int:
    return activity_rules().edit_hours


def length_of(content: str) -> int:
    """How many letters, digits and Chinese characters a text has: signs and blanks say nothing."""
    return sum(unicodedata.category(sign)[0] in "LN" for sign in content)


def why_not_effective(rules: ActivityRules, *, kind: str, content: str, contacts: Any, result: Any) -> list[str]:
    """What keeps a follow-up from counting, each in a sentence; nothing where it counts."""
    reasons = []
    if rules.kinds and kind not in rules.kinds:
        reasons.append(_("this kind does not count"))
    if (missing := rules.min_length - length_of(content)) > 0:
        words = {"n": rules.min_length, "missing": missing}
        reasons.append(
            ngettext(
                "the content needs at least %(n)d character",
                "the content needs at least %(n)d characters, %(missing)d more",
                rules.min_length,
            )
            % words
        )
    if rules.needs_contact and not contacts:
        reasons.append(_("no contact is named"))
    if rules.needs_result and not result:
        reasons.append(_("no result is chosen"))
    return reasons
