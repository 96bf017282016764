"""A lead: somebody who may become a customer, and of whom little is known yet (E1–E10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.campaigns.models import Campaign
from keyuan.customers.models import Contact, Customer
from keyuan.customers.models.customer import HELD, REACH, optional_choice
from keyuan.leads.conversion.models.converting import Converting
from keyuan.leads.conversion.models.reviving import Reviving
from keyuan.leads.models.deriving import derive_leads
from keyuan.leads.models.standing import OPEN, Standing, State
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.pools.clock import renew
from keyuan.pools.models import Pooled, PooledQuerySet
from keyuan.records.errors import NotReady, RuleBroken
from keyuan.records.models import Gate, Record
from keyuan.records.options import Tag
from keyuan.records.search_text import SearchText

SETTLED = ("edit", "release")
"""What nobody does with a converted lead."""
NEWCOMERS: list[Callable[[Sequence[int]], object]] = []
"""What happens to new leads that are nobody's, by their ids; told at start (leads/assignment/)."""
_TOUCH = """
    UPDATE lead l SET last_followed_at = given.last, next_contact_at = given.next
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS given(id, last, next)
    WHERE l.id = given.id
    AND (l.last_followed_at, l.next_contact_at) IS DISTINCT FROM (given.last, given.next)
"""


class LeadQuerySet(PooledQuerySet):
    def reached_by(self, user: User, operation: str) -> Self:
        """As every record; nobody edits a converted lead any more, or gives it back (E10)."""
        rows = super().reached_by(user, operation)
        return rows.exclude(state=State.CONVERTED) if operation in SETTLED else rows

    def parts_reached_by(self, user: User, operation: str) -> list[Self]:
        parts = super().parts_reached_by(user, operation)
        return [one.exclude(state=State.CONVERTED) for one in parts] if operation in SETTLED else parts

    def revivable_by(self, user: User) -> Self:
        """Those that have become customers and that `user` could edit otherwise."""
        return super().reached_by(user, "edit").filter(state=State.CONVERTED)

    def held_by(self, user: User, operation: str) -> Self:
        rows = super().held_by(user, operation)
        return rows.exclude(state=State.CONVERTED) if operation in SETTLED else rows

    def change(self, *, by: User, **given: Any) -> list[int]:
        """As every change; who gets a lead from somebody else has not opened it yet. That is no history."""
        changed = super().change(by=by, **given)
        if "owner" in given and changed:
            comes = getattr(given["owner"], "pk", given["owner"])
            opened = timezone.now() if comes == by.pk else None
            self.model.rows.filter(pk__in=changed).exclude(opened_at=opened).update(opened_at=opened)
        return changed


class Lead(Converting, Reviving, Standing, Pooled, Record):
    module = "lead"
    customer_column = ""
    State = State

    company = models.CharField(pgettext_lazy("lead", "Company"), max_length=200, blank=True)
    name = models.CharField(_("Name"), max_length=100, blank=True)
    title = models.CharField(_("Title"), max_length=100, blank=True)
    mobile = models.CharField(_("Mobile phone"), max_length=60, blank=True)
    phone = models.CharField(_("Phone"), max_length=200, blank=True)
    email = models.CharField(_("E-mail"), max_length=254, blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    source = optional_choice("source", pgettext_lazy("lead", "Source"))
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        verbose_name=_("Campaign"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    industry = models.CharField(_("Industry"), max_length=8, blank=True, db_collation="C")
    region = models.CharField(_("Region"), max_length=6, blank=True, db_collation="C")
    address = models.CharField(_("Address"), max_length=300, blank=True)
    requirement = models.TextField(pgettext_lazy("lead", "Requirement"), max_length=5000, blank=True)
    rating = optional_choice("rating", pgettext_lazy("lead", "Rating"))
    score = models.PositiveSmallIntegerField(pgettext_lazy("lead", "Score"), null=True, blank=True)
    state = models.CharField(
        pgettext_lazy("lead", "State"), max_length=10, choices=State, default=State.NEW, editable=False
    )
    invalid_reason = optional_choice("invalid_reason", _("Why it is invalid"))
    notes = models.TextField(_("Notes"), max_length=10000, blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("Tags"), through="LeadTag", blank=True, related_name="+")

    converted_customer = models.ForeignKey(
        Customer,
        models.SET_NULL,
        verbose_name=_("Became the customer"),
        null=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    converted_contact = models.ForeignKey(
        Contact,
        models.SET_NULL,
        verbose_name=_("Became the contact"),
        null=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    converted_opportunity = models.ForeignKey(
        Opportunity,
        models.SET_NULL,
        verbose_name=_("Became the opportunity"),
        null=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    converted_at = models.DateTimeField(pgettext_lazy("lead", "Converted on"), null=True, editable=False)
    converted_by = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=pgettext_lazy("lead", "Converted by"),
        null=True,
        related_name="+",
        editable=False,
        db_index=False,
    )

    opened_at = models.DateTimeField(_("Opened by its owner"), null=True, editable=False)
    last_followed_at = models.DateTimeField(_("Last follow-up"), null=True, editable=False)
    next_contact_at = models.DateTimeField(_("Next contact"), null=True, editable=False)
    sort_name = models.CharField(max_length=60, blank=True, db_collation="C", editable=False)

    rows: ClassVar[Any] = LeadQuerySet.as_manager()
    objects: ClassVar[Any] = Gate()

    class Meta(Record.Meta):
        db_table = "lead"
        verbose_name = _("lead")
        indexes: ClassVar = [
            *(
                models.Index(
                    F(column).desc(),
                    F("id").desc(),
                    name=f"lead_by_{column}",
                    condition=Q(deleted_at=None),
                    include=HELD,
                )
                for column in ("updated_at", "created_at", "sort_name")
            ),
            *(
                models.Index(
                    F(column).desc(nulls_last=True),
                    F("id").desc(),
                    name=f"lead_by_{column}",
                    condition=Q(deleted_at=None),
                    include=HELD,
                )
                for column in ("last_followed_at", "next_contact_at", "score")
            ),
            *(
                models.Index(
                    F(column).asc(nulls_last=True),
                    F("id").asc(),
                    name=f"lead_by_{column.removesuffix('_at')}_up",
                    condition=Q(deleted_at=None),
                    include=HELD,
                )
                for column in ("last_followed_at", "next_contact_at", "score")
            ),
            *(
                models.Index(
                    column, F("updated_at").desc(), F("id").desc(), name=f"lead_all_of_{column}", include=["deleted_at"]
                )
                for column in REACH
            ),
            models.Index(
                "state", F("updated_at").desc(), F("id").desc(), name="lead_in_state", condition=Q(deleted_at=None)
            ),
            models.Index(
                fields=["state", "owner", "department"],
                name="lead_on_board",
                condition=Q(deleted_at=None),
                include=["pool"],
            ),
            *(
                models.Index(fields=[column], name=f"lead_of_{column}", condition=Q(**{f"{column}__isnull": False}))
                for column in ("converted_customer", "converted_contact", "converted_opportunity")
            ),
            models.Index(
                fields=["campaign", "-updated_at", "-id"],
                name="lead_of_campaign",
                condition=Q(campaign__isnull=False, deleted_at=None),
            ),
            models.Index(fields=["deleted_at"], name="lead_deleted", condition=Q(deleted_at__isnull=False)),
            models.Index(
                F("pool"),
                F("updated_at").desc(),
                F("id").desc(),
                name="lead_of_pool",
                condition=Q(pool__isnull=False, deleted_at=None),
            ),
            models.Index(fields=["due_on"], name="lead_due", condition=Q(due_on__isnull=False, deleted_at=None)),
            models.Index(fields=["taken_at"], name="lead_taken", condition=Q(owner__isnull=False, deleted_at=None)),
            GinIndex(fields=["custom"], name="lead_custom", opclasses=["jsonb_path_ops"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="lead_has_a_company_or_a_name", condition=~Q(company="", name="")),
            models.CheckConstraint(
                name="lead_in_a_pool_is_nobodys", condition=Q(pool=None) | Q(owner=None, department=None)
            ),
            models.CheckConstraint(
                name="an_invalid_lead_has_a_reason", condition=~Q(state="invalid") | Q(invalid_reason__isnull=False)
            ),
            models.CheckConstraint(
                name="a_converted_lead_has_a_time", condition=~Q(state="converted") | Q(converted_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.heading

    # Questions

    @property
    def heading(self) -> str:
        """What people call it: the company, else the person."""
        return self.company or self.name

    @property
    def short_or_name(self) -> str:
        return self.heading

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN

    @property
    def is_new_to_owner(self) -> bool:
        """Whether its owner has not opened it yet (E4)."""
        return self.opened_at is None and self.owner_id is not None and self.is_open

    def require(self, user: User, operation: str) -> None:
        """
        Raises:
            RuleBroken: it is converted, and `operation` would change it.
        """
        if operation in SETTLED and self.state == State.CONVERTED and self.allows(user, "view"):
            raise RuleBroken(_now("This lead has become a customer. Go on with the customer."))
        super().require(user, operation)

    # Verbs

    @classmethod
    @transaction.atomic
    def add(cls, *, by: User, finds_owner: bool = True, **values: Any) -> Self:
        """A new lead; who writes it down for themselves has seen it. One of nobody finds its owner by the rules.

        Args:
            finds_owner: whether it does so now; who adds many lets them do so together.

        Raises:
            NotAllowed.
            NotReady: it has neither a company nor a name.
        """
        _require_heading(values.get("company"), values.get("name"))
        owner = values.setdefault("owner", by)
        if owner is not None:
            values.setdefault("taken_at", timezone.now())
            values.setdefault("opened_at", timezone.now() if owner.pk == by.pk else None)
        lead = super().add(by=by, **values)
        if finds_owner and lead.owner_id is None and NEWCOMERS:
            for comes in NEWCOMERS:
                comes([lead.pk])
            lead.refresh_from_db()
        return lead

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> Self:
        """As every record is edited.

        Raises:
            NotAllowed, Stale, RuleBroken.
        """
        locked = self.lock()
        locked.require(by, "edit")
        _require_heading(changes.get("company", locked.company), changes.get("name", locked.name))
        return super().edit(by=by, **changes)

    def opened(self, by: User) -> bool:
        """Its owner has looked at it: it is marked as new no longer. No history; whether it was new."""
        mine = type(self).rows.filter(pk=self.pk, owner=by, opened_at=None)
        return bool(self.is_new_to_owner and mine.update(opened_at=timezone.now()))

    @classmethod
    def touched(cls, dates: Sequence[tuple[int, datetime | None, datetime | None]]) -> None:
        """When these leads were followed up last and are contacted next: (id, last, next) each.

        Facts that upper rooms push down. They are no history and raise no version.
        """
        if dates:
            with connection.cursor() as cursor:
                cursor.execute(_TOUCH, [list(column) for column in zip(*dates, strict=True)])
            renew(cls.module, [pk for pk, _last, _next in dates])

    def bin(self, operation: Any) -> None:
        super().bin(operation)
        derive_leads([self.pk], None)

    def unbin(self, operation: Any) -> None:
        super().unbin(operation)
        derive_leads([self.pk], None)

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        derive_leads(pks, fields)
        if fields is None or "state" in fields:
            renew(cls.module, pks)


def _require_heading(company: str | None, name: str | None) -> None:
    if not (company or name):
        raise NotReady(_now("Write down a company or a name."), ["company"])


class LeadTag(models.Model):
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+", db_index=False)
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "lead_tag"
        indexes: ClassVar = [models.Index(fields=["tag", "lead"], name="lead_tag_by_tag")]
        constraints: ClassVar = [models.UniqueConstraint("lead", "tag", name="a_lead_has_a_tag_once")]

    def __str__(self) -> str:
        return f"{self.lead_id}:{self.tag_id}"


class LeadSearch(SearchText):
    class Meta:
        db_table = "lead_search"
        constraints: ClassVar = [
            models.UniqueConstraint("record_id", "kind", name="lead_search_once_per_kind"),
        ]
