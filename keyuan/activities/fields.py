"""The field catalogues of follow-ups and plans, and what customers can be asked about them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.activities.finding import of_companies, plans_of_companies
from keyuan.activities.models import FollowUp, FollowUpSearch, Plan, PlanSearch
from keyuan.customers.fields import CUSTOMER
from keyuan.leads.fields import LEAD
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.records.catalogue import Catalogue, Field, Relation, from_model
from keyuan.records.cleaners import Invalid
from keyuan.records.kinds import (
    Asked,
    Choice,
    Fixed,
    InDepartment,
    Link,
    Links,
    LongText,
    Moment,
    Number,
    People,
    Person,
    Several,
    Text,
    YesNo,
)
from keyuan.records.kinds.choices import split
from keyuan.records.namebook import NameBook

GROUPS: dict[str, Any] = {"basic": _("Basic information"), "system": _("System")}


FOLLOW_UP = Catalogue(
    FollowUp,
    "follow_up",
    _("Follow-up"),
    FollowUpSearch,
    groups=GROUPS,
    default_columns=("customer", "kind", "contacts", "result", "at", "author"),
    default_sort="-at",
    title="content",
    rank_by=(),
    begins=False,
    found_through=of_companies,
    page="/activities/follow-ups/{}/",
)
PLAN = Catalogue(
    Plan,
    "plan",
    _("Plan"),
    PlanSearch,
    groups=GROUPS,
    default_columns=("customer", "kind", "starts_at", "priority", "state", "owner"),
    default_sort="starts_at",
    title="subject",
    rank_by=("subject",),
    begins=False,
    found_through=plans_of_companies,
    page="/activities/plans/{}/",
)


class Overdue(YesNo):
    """Whether an open plan is past its time."""

    sortable = False

    def read(self, field: Field, record: Any) -> bool:
        return record.is_overdue()

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        overdue = Q(state=Plan.State.OPEN, due_at__lt=timezone.now())
        return overdue if self.asked_value(field, value, asked) == (op == "=") else ~overdue


MOST_REMINDERS = 10
FURTHEST = 4 * 7 * 24 * 60
"""How many minutes before its time a plan reminds at most."""


class Minutes(Several):
    """When a plan reminds: minutes before it begins, several."""

    name = "minutes"
    ops: ClassVar[tuple[str, ...]] = ("empty", "not-empty")

    def parse_many(self, texts: list[str], book: NameBook) -> list[int]:
        minutes = sorted({self._minutes(text) for text in split(texts)})
        if len(minutes) > MOST_REMINDERS:
            raise Invalid(_now("A plan reminds at most %(n)d times.") % {"n": MOST_REMINDERS})
        return minutes

    def _minutes(self, text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or int(text) > FURTHEST:
            raise Invalid(_now("Write reminders as minutes before, from 0 to %(most)d.") % {"most": FURTHEST})
        return int(text)

    def plain(self, value: Any, book: NameBook) -> str:
        return "、".join(map(str, value or ()))

    def named(self, value: Any, book: NameBook) -> dict[int, str]:
        return {}

    def json(self, value: Any, book: NameBook) -> list[Any]:
        return list(value or ())


field = from_model(FollowUp)
FOLLOW_UP.declare(
    field("content", LongText(10000), searched=True, required=True, limitable=False, aliases=("内容", "跟进内容", "跟进记录", "note", "notes", "comment")),
    field("customer", Link("Customer"), required=True, limitable=False, aliases=("客户名称", "公司", "company", "account")),
    field("lead", Link("Lead"), limitable=False),
    field("opportunity", Link("Opportunity"), limitable=False, aliases=("商机名称", "关联商机", "deal")),
    field("kind", Choice("follow_up_kind"), required=True, limitable=False, aliases=("跟进方式", "类型", "方式", "type")),
    field("at", Moment(), sort="at", required=True, limitable=False, aliases=("跟进时间", "时间", "日期", "date", "time")),
    field("minutes", Number(), listed=False),
    field("contacts", Links("Contact"), aliases=("联系人姓名", "contact")),
    field("result", Choice("follow_up_result"), aliases=("跟进结果",)),
    field("next_contact_at", Moment(), aliases=("下次联系时间", "下次跟进时间", "next step date")),
    field("place", Text(200), aliases=("地址",)),
    field("author", Person(), editable=False, limitable=False, aliases=("跟进人", "记录人", "created by", "owner")),
    field("is_effective", YesNo(), editable=False, limitable=False),
    field("created_at", Moment(), label=_("Created"), group="system", editable=False, limitable=False),
    field("updated_at", Moment(), label=_("Updated"), group="system", editable=False, limitable=False),
    field("id", Number(), label=_("Number"), group="system", editable=False, listed=False, limitable=False),
)  # fmt: skip

field = from_model(Plan)
PLAN.declare(
    field("subject", Text(200), searched=True, required=True, limitable=False),
    field("customer", Link("Customer"), limitable=False),
    field("lead", Link("Lead"), limitable=False),
    field("opportunity", Link("Opportunity"), limitable=False),
    field("kind", Choice("follow_up_kind"), required=True, limitable=False),
    field("starts_at", Moment(), sort="starts_at", limitable=False),
    field("ends_at", Moment(), limitable=False),
    field("is_all_day", YesNo(), limitable=False, listed=False),
    field("due_at", Moment(), editable=False, limitable=False, listed=False),
    field("contacts", Links("Contact")),
    field("participants", People()),
    field("place", Text(200)),
    field("priority", Fixed(Plan.Priority), limitable=False),
    field("reminders", Minutes(), limitable=False, listed=False),
    field("notes", LongText(10000), searched=True, limitable=False, listed=False),
    field("state", Fixed(Plan.State), editable=False, limitable=False),
    Field("is_overdue", Overdue(), _("Overdue"), "state", editable=False, limitable=False),
    field("done_at", Moment(), editable=False, limitable=False),
    field("owner", Person(), group="system", editable=False, limitable=False),
    field("department", InDepartment(), label=_("Department"), group="system", editable=False, limitable=False),
    field("created_at", Moment(), label=_("Created"), group="system", editable=False, limitable=False),
    field("created_by", Person(), label=_("Created by"), group="system", editable=False, limitable=False),
    field("updated_at", Moment(), label=_("Updated"), group="system", editable=False, limitable=False),
    field("id", Number(), label=_("Number"), group="system", editable=False, listed=False, limitable=False),
)  # fmt: skip

CUSTOMER.relate(Relation("follow_ups", pgettext_lazy("module", "Follow-ups"), FOLLOW_UP, "customer"))
CUSTOMER.relate(Relation("plans", pgettext_lazy("module", "Plans"), PLAN, "customer"))
OPPORTUNITY.relate(Relation("follow_ups", pgettext_lazy("module", "Follow-ups"), FOLLOW_UP, "opportunity"))
OPPORTUNITY.relate(Relation("plans", pgettext_lazy("module", "Plans"), PLAN, "opportunity"))
LEAD.relate(Relation("follow_ups", pgettext_lazy("module", "Follow-ups"), FOLLOW_UP, "lead"))
LEAD.relate(Relation("plans", pgettext_lazy("module", "Plans"), PLAN, "lead"))
