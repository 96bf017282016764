"""The leads, campaigns and pools of the demo company: made by the verbs, then told as if it had taken weeks."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from keyuan.activities.models import FollowUp, Plan
from keyuan.campaigns.models import Campaign
from keyuan.customers.models import Contact, Customer
from keyuan.demo import prospects
from keyuan.demo.activities import TOLD, at_work
from keyuan.demo.prospects import PROSPECTS, Prospect
from keyuan.leads.campaigns.joining import join
from keyuan.leads.campaigns.models import CampaignMember
from keyuan.leads.conversion.models.conversion import LeadConversion
from keyuan.leads.conversion.models.converting import Into
from keyuan.leads.models import Lead
from keyuan.leads.web_form.models import PRESET, PRESET_NEEDED, WebForm
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import Department, User
from keyuan.pools.claiming import NOBODYS, claim
from keyuan.pools.clock import renew
from keyuan.pools.models import Pool, PoolMember
from keyuan.pools.rules import FOLLOW_UP, PoolRules, Wait
from keyuan.records.history import Operation
from keyuan.records.options import Option

SALES, CHIEF, MARKETING, CLAIMER = "销售部", "shenyan", "wangsimin", "linxiaotong"
CUSTOMER_RULES = PoolRules(
    recycles=True, protection=10, waits={FOLLOW_UP: Wait(30)}, warn=7, claims=10, holds=200, rest=3
)
LEAD_RULES = PoolRules(
    recycles=True, protection=7, waits={FOLLOW_UP: Wait(15)}, claims=10, holds=60, uncounted=(), exempt=("locked",)
)


class LeadMaker:
    """Makes the leads of one loading, what they came from, and the pools.

    Args:
        customers: those of the demo by their short names.
    """

    def __init__(self, operation: Operation, customers: dict[str, Customer], people: dict[str, User]) -> None:
        self.operation, self.customers, self.people = operation, customers, people
        self.now = timezone.now()
        for person in people.values():
            person.source = "job"

    def make(self) -> None:
        self.campaigns = [self._campaign(row) for row in prospects.CAMPAIGNS]
        self.pools = {name: self._pool(kind, name) for kind, name in prospects.POOL_NAMES}
        leads = [self._lead(place, one) for place, one in enumerate(PROSPECTS)]
        self._members(leads)
        self._deals()
        self._form()
        for place, row in enumerate(prospects.LYING):
            self._lying(place, row)
        for place, claimed in enumerate(prospects.CLAIMED):
            self._claimed(place, claimed)
        self._coming_back()
        renew("lead", [one.pk for one in leads])

    # Campaigns

    def _campaign(self, row: tuple[Any, ...]) -> Campaign:
        name, kind, status, begins, ends, budget, cost, place, description = row
        by, today = self.people[MARKETING], timezone.localdate()
        return Campaign.add(
            by=by,
            operation=self.operation,
            owner=by,
            name=name,
            type=_option("campaign_type", kind),
            status=status,
            begins_on=today + timedelta(days=begins),
            ends_on=today + timedelta(days=ends),
            budget=Decimal(budget),
            cost=Decimal(cost),
            place=place,
            description=description,
            created_at=self.now - timedelta(days=20 - begins),
        )

    def _members(self, leads: list[Lead]) -> None:
        """Whom the campaigns asked: the leads that came of them, and customers."""
        robot = self.operation.by
        everybody = Customer.objects.unscoped(reason="the demo asks its own customers")
        for place, campaign in enumerate(self.campaigns):
            asked = [lead.pk for lead, one in zip(leads, PROSPECTS, strict=True) if one.campaign == place]
            companies = [one.pk for one in list(self.customers.values())[place * 6 : place * 6 + 6]]
            join(Lead.rows.filter(pk__in=asked), campaign, by=robot, operation=self.operation)
            if companies:
                join(everybody.filter(pk__in=companies), campaign, by=robot, operation=self.operation)
            members = list(CampaignMember.objects.filter(campaign=campaign).order_by("pk"))
            for number, member in enumerate(members):
                member.answer = _option("campaign_answer", prospects.ANSWERS[number % len(prospects.ANSWERS)])
            CampaignMember.objects.bulk_update(members, ["answer"])

    def _deals(self) -> None:
        for name, place in prospects.CAMPAIGN_DEALS:
            mine = Opportunity.rows.filter(name=name, customer__in=self.customers.values())
            of: dict[str, Any] = {
                "campaign": self.campaigns[place],
                "source": _option("source", ("exhibition", "campaign")[place]),
            }
            for pk, at in list(mine.values_list("pk", "updated_at")):
                Opportunity.rows.filter(pk=pk).change(by=self.operation.by, operation=self.operation, **of)
                Opportunity.rows.filter(pk=pk).update(updated_at=at)  # it came that way long ago

    def _form(self) -> None:
        WebForm(campaign=self.campaigns[1], source=_option("source", "campaign")).keep(
            by=self.operation.by,
            title="预约产线诊断",
            intro="留下联系方式，工程师一个工作日内回电，免费诊断一条产线。",
            thanks="已收到，我们会尽快联系你。",
            asked=list(PRESET),
            needed=list(PRESET_NEEDED),
            pool=self.pools[prospects.LEADS],
        )

    # Leads

    def _lead(self, place: int, one: Prospect) -> Lead:
        owner = self.people[one.owner]
        customer = self.customers.get(one.became)
        began = self.now - timedelta(days=one.age, hours=place % 8, minutes=place * 7 % 60)
        lead = Lead.add(
            by=owner,
            operation=self.operation,
            owner=owner,
            company=customer.name if customer else one.company,
            name=one.name,
            title=one.title,
            mobile=one.mobile,
            region=one.region,
            industry=one.industry,
            requirement=one.wish,
            source=_option("source", one.source),
            rating=_option("rating", one.rating),
            score=20 + place * 17 % 75,
            campaign=self.campaigns[one.campaign] if one.campaign is not None else None,
            created_at=began,
            taken_at=began,
            opened_at=began if one.is_opened else None,
        )
        self._walk(lead, one, place)
        if place >= prospects.OWNED:
            self._into(lead, prospects.LEADS, ("", "unreachable", "no_time")[place % 3], owner, place % 6)
        if customer is not None and one.state == "converted":
            self._convert(lead, customer, began + timedelta(days=place % 9 + 1))
        changed = began + (self.now - began) * (place * 5 % 8) / 10
        Lead.rows.filter(pk=lead.pk).update(updated_at=changed)
        return lead

    def _walk(self, lead: Lead, one: Prospect, place: int) -> None:
        """Its steps, and what was said on the way."""
        owner, operation = self.people[one.owner], self.operation
        if one.state in ("working", "valid", "converted"):
            lead.start(by=owner, operation=operation)
            self._said(lead, owner, place, self.now - timedelta(days=one.quiet or 0, hours=2))
        if one.state in ("valid", "converted"):
            lead.qualify(by=owner, operation=operation)
        if one.state == "invalid":
            lead.disqualify(by=owner, reason=_option("invalid_reason", one.reason), operation=operation)
        if one.following is not None:
            self._plan(lead, owner, place, at_work(self.now + timedelta(days=one.following), place))

    def _said(self, about: Lead | Customer, owner: User, place: int, when: datetime) -> None:
        kind, result, content = TOLD[place % len(TOLD)]
        at = max(min(at_work(when, place), when), about.created_at)
        FollowUp.add(
            by=owner,
            operation=self.operation,
            **{about.module: about},
            kind=_option("follow_up_kind", kind),
            result=_option("follow_up_result", result),
            content=content,
            at=at,
            created_at=at,
            updated_at=at,
        )

    def _plan(self, lead: Lead, owner: User, place: int, at: datetime) -> None:
        Plan.add(
            by=owner,
            operation=self.operation,
            owner=owner,
            lead=lead,
            subject=("电话确认需求", "发案例资料", "约上门看产线")[place % 3],
            kind=_option("follow_up_kind", ("phone", "email", "visit")[place % 3]),
            starts_at=at,
            ends_at=at + timedelta(minutes=30),
        )

    def _convert(self, lead: Lead, customer: Customer, at: datetime) -> None:
        """It joined a customer, some days ago."""
        people = Contact.objects.unscoped(reason="the demo tells of its own contacts").filter(customer=customer)
        contact = people.order_by("pk").first()
        lead.convert(Into(customer, contact=contact or False), by=self.operation.by, operation=self.operation)
        at = min(at, self.now - timedelta(days=2))
        LeadConversion.objects.filter(lead=lead).update(at=at, by=lead.owner)
        Lead.rows.filter(pk=lead.pk).update(converted_at=at, converted_by=lead.owner)

    # Pools

    def _pool(self, kind: str, name: str) -> Pool:
        rules = CUSTOMER_RULES if kind == "customer" else LEAD_RULES
        place = Pool.objects.filter(kind=kind).count()
        pool, is_new = Pool.objects.get_or_create(
            kind=kind, name=name, defaults={"position": place, "kept_rules": rules.as_json()}
        )
        if is_new:
            PoolMember.objects.create(pool=pool, department=Department.objects.filter(name=SALES).first())
            PoolMember.objects.create(pool=pool, user=self.people[CHIEF], is_manager=True)
        return pool

    def _into(self, record: Any, name: str, reason: str, owner: User, days: int) -> None:
        """It came into a pool some days ago: given back for a reason, or by a rule."""
        given = _option("release_reason", reason) if reason else None
        came = {"pool": self.pools[name], "released_at": self.now - timedelta(days=days, hours=3), "last_owner": owner}
        type(record).rows.filter(pk=record.pk).change(
            by=self.operation.by,
            operation=self.operation,
            event="released" if given else "recycled",
            details={"reason": given.pk} if given else {"by_rule": True},
            **{**NOBODYS, **came, "release_reason": given},
        )

    def _company(self, place: int, row: tuple[str, str, str, str], source: str, owner: User) -> Customer:
        name, short, industry, region = row
        customer = Customer.add(
            by=owner,
            operation=self.operation,
            owner=owner,
            name=name,
            short_name=short,
            industry=industry,
            region=region,
            category=_option("category", ("potential", "interested")[place % 2]),
            source=_option("source", source),
            phone=f"400-810-{1000 + place * 41:04d}",
            created_at=self.now - timedelta(days=60 + place * 11),
        )
        contact = _contact(place)
        Contact.add(by=owner, operation=self.operation, customer=customer, **contact)
        return customer

    def _lying(self, place: int, row: tuple[Any, ...]) -> None:
        *told, source, reason, owner, days, pool = row
        customer = self._company(place, tuple(told), source, self.people[owner])
        if place % 3:
            self._said(customer, self.people[owner], place, self.now - timedelta(days=days + 20 + place % 5))
        self._into(customer, pool, reason, self.people[owner], days)

    def _claimed(self, place: int, row: tuple[str, str, str, str]) -> None:
        customer = self._company(place + len(prospects.LYING), row, "cold", self.people["zhaoyiming"])
        self._into(customer, prospects.EAST, "", self.people["zhaoyiming"], 5)
        customer.refresh_from_db()
        claim(customer, by=self.people[CLAIMER], operation=self.operation)

    def _coming_back(self) -> None:
        """Since when owners have some of their customers, so that their days run out soon."""
        for company, days in prospects.COMING_BACK.items():
            if company in self.customers:
                taken = self.now - timedelta(days=days)
                Customer.rows.filter(pk=self.customers[company].pk).update(taken_at=taken)
        renew("customer", [one.pk for one in self.customers.values()])


def _contact(place: int) -> dict[str, str]:
    name = ("陆建明", "范丽", "邱志刚", "沈佳", "石磊", "康敏")[place % 6]
    return {"name": name, "title": ("采购经理", "设备主管")[place % 2], "mobile": f"1380000{4000 + place * 53:04d}"}


def _option(name: str, key: str) -> Option:
    return Option.objects.get(list=name, key=key)
