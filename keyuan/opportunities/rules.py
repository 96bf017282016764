"""What administrators decide about opportunities."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.org.settings import set_setting, setting
from keyuan.people import log
from keyuan.records.options import Option

SETTING = "opportunity_rules"


@dataclass(frozen=True)
class OpportunityRules:
    """Settings of the organisation.

    Attributes:
        won_class: key of the class that the customer of a won deal gets; "" for none.
    """

    won_class: str = "signed"


def opportunity_rules() -> OpportunityRules:
    """The rules as they stand."""
    kept: dict[str, Any] = setting(SETTING) or {}
    known = OpportunityRules.__dataclass_fields__
    return OpportunityRules(**{name: value for name, value in kept.items() if name in known})


@transaction.atomic
def decide(wanted: OpportunityRules, *, by: User) -> bool:
    """Let these rules hold from now on; whether anything changed.

    Raises:
        NotAllowed: `by` is no administrator.
    """
    require_administrator(by)
    before = opportunity_rules()
    set_setting(SETTING, asdict(wanted))
    return log.write_difference("setting", 0, asdict(before), asdict(wanted), by=by)


def class_after_winning() -> Option | None:
    """The class that the customer of a won deal gets; None where the rule names none."""
    key = opportunity_rules().won_class
    option = Option.objects.filter(list="category", key=key).first() if key else None
    while option is not None and option.extra.get("moved_to") not in (None, option.pk):
        option = Option.objects.get(pk=option.extra["moved_to"])  # deleted: its customers have another class now
    return option
