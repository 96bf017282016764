"""The products and opportunities of the demo company: made by the verbs, then told as if it had taken weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from keyuan.activities.models import Plan
from keyuan.customers.models import Contact, Customer
from keyuan.demo.activities import at_work
from keyuan.demo.offers import CATEGORIES, COMPETITORS, DEALS, FLAGSHIP, PRODUCTS, Deal
from keyuan.opportunities.models import Opportunity, OpportunityCompetitor, OpportunityPart, Product, Stage, StageMove
from keyuan.opportunities.models.lining import Line
from keyuan.org.models import User
from keyuan.records.history import Operation
from keyuan.records.options import Option

KEY = "demo-"
"""How the keys of the list entries begin that the demo company makes."""
FLAGSHIP_LINES = (
    ("HL-MES-STD", "420000", "1", "15"),
    ("HL-IOT-200", "3800", "36", "10"),
    ("HL-EAM-CHK", "186000", "1", "10"),
    ("HL-SVC-IMP", "2200", "98", "0"),
)
FLAGSHIP_AMOUNTS = ("60", "75", "92", "86")
TEN_THOUSAND = 10_000


class Maker:
    """Makes the deals of one loading."""

    def __init__(self, operation: Operation, customers: dict[str, Customer], seller: User) -> None:
        self.operation = operation
        self.customers = customers
        self.now = timezone.now()
        self.options = {
            list_: _entries(list_, names)
            for list_, names in (("product_category", CATEGORIES), ("competitor", COMPETITORS))
        }
        self.stages = {one.key: one for one in Stage.objects.filter(pipeline__position=0).exclude(key="")}
        self.open = sorted((one for one in self.stages.values() if one.is_open), key=lambda one: one.position)
        self.products = {row[0]: self._product(row, seller) for row in PRODUCTS}

    def _product(self, row: tuple[Any, ...], seller: User) -> Product:
        code, name, nature, category, unit, price, is_on_sale, description = row
        return Product.add(
            by=seller,
            operation=self.operation,
            code=code if not Product.rows.living().filter(code=code).exists() else "",
            name=name,
            nature=nature,
            category=self.options["product_category"][category],
            unit=unit,
            list_price=Decimal(price),
            is_on_sale=is_on_sale,
            description=description,
            created_at=self.now - timedelta(days=200),
        )

    def make(self) -> None:
        if {"contact", "needs", "proposal", "negotiation", "contract", "won", "lost"} <= set(self.stages):
            for place, deal in enumerate(DEALS):
                customer = self.customers.get(deal.company)
                if customer is not None:
                    self._deal(place, deal, customer)

    def _deal(self, place: int, deal: Deal, customer: Customer) -> None:
        owner = customer.owner
        assert owner is not None
        owner.source = "job"
        amounts = self._amounts(deal)
        contacts = list(Contact.objects.unscoped(reason="the demo tells of its own contacts").filter(customer=customer))
        opportunity = Opportunity.add(
            by=owner,
            operation=self.operation,
            owner=owner,
            customer=customer,
            stage=self.open[0],
            name=deal.name,
            amount=amounts[0],
            expected_on=self._expected(deal) - timedelta(days=12 * deal.slips),
            lines=self._lines(deal),
            reduction=Decimal(3120 if deal.name == FLAGSHIP else 0),
            contacts=[one.pk for one in contacts],
            source=Option.objects.get(list="source", key=("referral", "website", "exhibition", "phone")[place % 4]),
            created_at=self._began(deal, place),
        )
        self._compete(opportunity, deal)
        self._put_off(opportunity, deal, owner)
        self._walk(opportunity, deal, amounts, owner)
        if deal.name == FLAGSHIP:
            opportunity.edit(by=owner, operation=self.operation, amount_is_manual=False)
            _tell_parts(opportunity, contacts)
        self._date_back(opportunity, deal, place)
        self._next_step(opportunity, deal, contacts, place)

    def _amounts(self, deal: Deal) -> list[Decimal]:
        given = FLAGSHIP_AMOUNTS if deal.name == FLAGSHIP else [deal.amount] * len(deal.days)
        return [Decimal(one) * TEN_THOUSAND for one in given]

    def _lines(self, deal: Deal) -> list[Line]:
        if deal.name == FLAGSHIP:
            rows = FLAGSHIP_LINES
            return [Line(self.products[code].pk, *(Decimal(one) for one in numbers)) for code, *numbers in rows]
        prices = ((self.products[code].pk, self.products[code].list_price) for code in deal.codes)
        return [Line(product, price or Decimal(0)) for product, price in prices]

    def _closed_on(self, deal: Deal) -> date:
        """The day, but for won and lost ones within this quarter, which the figures of today count."""
        today = timezone.localdate()
        return max(today + timedelta(days=deal.expected), min(_quarter(today), today))

    def _expected(self, deal: Deal) -> date:
        return self._closed_on(deal) if deal.ends else timezone.localdate() + timedelta(days=deal.expected)

    def _began(self, deal: Deal, place: int) -> datetime:
        return at_work(self._left(deal) - timedelta(days=sum(deal.days)), place)

    def _left(self, deal: Deal) -> datetime:
        """When the story ends: on the day of closing, or now."""
        if not deal.ends:
            return self.now
        return self.now - (timezone.localdate() - self._closed_on(deal))

    def _compete(self, opportunity: Opportunity, deal: Deal) -> None:
        if deal.competitor and deal.name != FLAGSHIP:
            OpportunityCompetitor.objects.create(
                opportunity=opportunity,
                competitor=self.options["competitor"][deal.competitor],
                threat="medium",
                result={"": "", "won": "out"}.get(deal.ends, "won"),
            )
        if deal.name == FLAGSHIP:
            cloud, own = (self.options["competitor"][name] for name in COMPETITORS[:2])
            OpportunityCompetitor.objects.bulk_create(_rivals(opportunity, cloud, own))

    def _put_off(self, opportunity: Opportunity, deal: Deal, owner: User) -> None:
        for _slip in range(deal.slips):
            day = opportunity.expected_on + timedelta(days=12)
            opportunity.edit(by=owner, operation=self.operation, expected_on=day)

    def _walk(self, opportunity: Opportunity, deal: Deal, amounts: Sequence[Decimal], owner: User) -> None:
        steps = zip(self.open[1:], amounts[1:], strict=False)
        for stage, amount in steps:
            opportunity.move(stage, by=owner, operation=self.operation, **self._changed(opportunity, amount))
        if deal.probability is not None:
            opportunity.edit(by=owner, operation=self.operation, probability=deal.probability)
        if deal.ends:
            self._close(opportunity, deal, owner)

    def _changed(self, opportunity: Opportunity, amount: Decimal) -> dict[str, Any]:
        return {} if opportunity.amount == amount else {"amount": amount}

    def _close(self, opportunity: Opportunity, deal: Deal, owner: User) -> None:
        values: dict[str, Any] = {"closed_on": self._closed_on(deal)}
        if deal.ends == "won":
            opportunity.move(self.stages["won"], by=owner, operation=self.operation, **values)
            return
        values["reason"] = Option.objects.get(list="opportunity_lost_reason", key=deal.ends)
        if deal.competitor:
            values["competitor"] = self.options["competitor"][deal.competitor]
        opportunity.move(self.stages["lost"], by=owner, operation=self.operation, **values)

    def _date_back(self, opportunity: Opportunity, deal: Deal, place: int) -> None:
        """The steps, made within a moment, get the days on which they are told."""
        moves = list(StageMove.objects.filter(opportunity=opportunity).order_by("pk"))
        at, before = self._began(deal, place), None
        for move, days in zip(moves, (0, *deal.days), strict=False):
            at += timedelta(days=days)
            move.at = min(at, self.now)
            move.seconds = int((move.at - before).total_seconds()) if before else 0
            before = move.at
            move.by_id = opportunity.owner_id or move.by_id
        StageMove.objects.bulk_update(moves, ["at", "seconds", "by"])
        Opportunity.rows.filter(pk=opportunity.pk).update(stage_since=moves[-1].at, updated_at=moves[-1].at)

    def _next_step(self, opportunity: Opportunity, deal: Deal, contacts: list[Contact], place: int) -> None:
        followed = None if deal.quiet is None else self.now - timedelta(days=deal.quiet)
        following = None
        if deal.step is not None:
            days, hour, subject = deal.step
            following = at_work(self.now + timedelta(days=days), place).replace(hour=hour, minute=0)
            self._plan(opportunity, subject, following, contacts)
        Opportunity.touched([(opportunity.pk, followed, following, [])])

    def _plan(self, opportunity: Opportunity, subject: str, at: datetime, contacts: list[Contact]) -> None:
        kind = "phone" if "电话" in subject else "visit" if "拜访" in subject else "meeting"
        assert opportunity.owner is not None
        Plan.add(
            by=opportunity.owner,
            operation=self.operation,
            owner=opportunity.owner,
            customer=opportunity.customer,
            opportunity=opportunity,
            subject=subject,
            kind=Option.objects.get(list="follow_up_kind", key=kind),
            starts_at=at,
            ends_at=at + timedelta(minutes=60),
            contacts=[one.pk for one in contacts[:1]],
        )


def _quarter(today: date) -> date:
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)


def _tell_parts(opportunity: Opportunity, contacts: list[Contact]) -> None:
    """Who decides in the deal that pictures show, and what they think."""
    parts = (("decision_maker", "for"), ("operator", "neutral"), ("technical", "for"))
    for contact, (role, stance) in zip(contacts, parts, strict=False):
        OpportunityPart.objects.create(
            opportunity=opportunity,
            contact=contact,
            role=Option.objects.get(list="deal_role", key=role),
            stance=stance,
        )


def _rivals(opportunity: Opportunity, cloud: Option, own: Option) -> list[OpportunityCompetitor]:
    return [
        OpportunityCompetitor(
            opportunity=opportunity,
            competitor=cloud,
            threat="high",
            price=Decimal(757_000),
            strengths="价格低 12%，SaaS 上线快",
            weaknesses="不支持 828D 直采、无本地部署",
            answer="周五演示 828D 直采，数据不出厂",
        ),
        OpportunityCompetitor(
            opportunity=opportunity, competitor=own, threat="low", weaknesses="仅 2 名开发，需 9 个月以上"
        ),
    ]


def _entries(list_: str, names: Sequence[str]) -> dict[str, Option]:
    """The entries of a list with these names; those that are missing are made."""
    found = {one.name: one for one in Option.objects.filter(list=list_, is_retired=False)}
    last = max((one.position for one in found.values()), default=-1)
    for place, name in enumerate(names):
        if name not in found:
            found[name] = Option.objects.create(list=list_, key=f"{KEY}{place}", name=name, position=last + 1 + place)
    return found


def days_of(company: str) -> int:
    """How long ago the first deal with this company began, in days."""
    began = [sum(one.days) + max(0, -one.expected if one.ends else 0) for one in DEALS if one.company == company]
    return max(began, default=0)
