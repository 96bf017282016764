"""Where customers come from: leads, valid ones, customers, deals and what they brought, by source or campaign (P6, M2).

Each figure counts what the list of the same condition shows to the same reader, so a click opens exactly that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from keyuan.campaigns.models import Campaign
from keyuan.customers.fields import CUSTOMER
from keyuan.leads.fields import LEAD
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node
from keyuan.reports.asked import PERIODS, Period
from keyuan.reports.sales import all_of, is_
from keyuan.ui import formats
from keyuan.ui.lists.asked import as_param
from keyuan.ui.modules import is_on

GROUPS = {"source": gettext_lazy("By source"), "campaign": gettext_lazy("By campaign")}
VALID = ["valid", "converted"]
NOTHING = Decimal(0)


@dataclass(frozen=True)
class SourcesAsked:
    """What the figures are asked for; it may always be answered."""

    user: User
    period: Period
    group: str = "source"
    is_mine: bool = False

    @classmethod
    def of(cls, request: Request) -> SourcesAsked:
        given = request.GET
        group = given.get("group", "")
        period = PERIODS.get(given.get("period", ""), PERIODS["quarter"])
        return cls(request.user, period, group if group in GROUPS else "source", given.get("who") == "me")

    def cohort(self) -> Node:
        """What was written down in the period, by whose it is."""
        within = {"field": "created_at", "op": "within", "value": self.period.name}
        return all_of(within, {"field": "owner", "op": "me"} if self.is_mine else None)

    def url(self, **changes: Any) -> str:
        asked = replace(self, **changes)
        given = {"period": asked.period.key, "group": asked.group, "who": "me" if asked.is_mine else ""}
        return f"{reverse('reports_sources')}?{urlencode({name: value for name, value in given.items() if value})}"


@dataclass
class Row:
    """One source or campaign; None is what nobody has filled in.

    Attributes:
        counts: by figure, how many; `amount` is money.
        urls: by figure, the list behind it.
    """

    key: int | None
    label: str
    counts: dict[str, Any] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> Any:
        return self.counts.get(name, 0)

    def share(self, name: str, whole: str) -> str:
        """How many of the one the other are, in per cent; nothing where there is none."""
        return formats.percent(Decimal(self.of(name)) * 100 / self.of(whole)) if self.of(whole) else ""


class Sources:
    """The figures as one person sees them; of what they do not see they hear nothing."""

    def __init__(self, asked: SourcesAsked, book: NameBook) -> None:
        self.asked, self.user, self.book = asked, asked.user, book

    def _sees(self, catalogue: Catalogue, *names: str) -> bool:
        visible = catalogue.visible_fields(self.user)
        wanted = (self.asked.group, "created_at", *names, *(["owner"] if self.asked.is_mine else []))
        return self.user.may(catalogue.module, "view") and all(name in visible for name in wanted)

    @cached_property
    def sees_leads(self) -> bool:
        return is_on("leads", self.user) and self._sees(LEAD, "state")

    @cached_property
    def sees_customers(self) -> bool:
        return self.sees_leads and self.user.may("customer", "view")

    @cached_property
    def sees_deals(self) -> bool:
        return is_on("opportunities", self.user) and self._sees(OPPORTUNITY)

    @cached_property
    def sees_amounts(self) -> bool:
        return self.sees_deals and self._sees(OPPORTUNITY, "amount")

    @cached_property
    def columns(self) -> list[tuple[str, str]]:
        """The figures that this person sees, in the order of the way."""
        seen = {
            "leads": (self.sees_leads, _("Leads")),
            "valid": (self.sees_leads, pgettext("campaign", "Valid leads")),
            "customers": (self.sees_customers, pgettext("campaign", "Customers won")),
            "deals": (self.sees_deals, pgettext("campaign", "Opportunities")),
            "won": (self.sees_deals, pgettext("sources", "Won")),
            "amount": (self.sees_amounts, pgettext("campaign", "Amount won")),
        }
        return [(name, label) for name, (sees, label) in seen.items() if sees]

    @cached_property
    def rows(self) -> list[Row]:
        """The groups in which anything is, those with most leads first, what is not filled in last."""
        found: dict[int | None, Row] = {}
        for counts in (self._leads, self._customers, self._deals):
            for key, figures in counts().items():
                found.setdefault(key, Row(key, "")).counts |= figures
        names = self._labels([key for key in found if key is not None])
        for row in found.values():
            row.label = names.get(row.key, "") if row.key is not None else pgettext("figure", "Not filled in")
            row.urls = self._urls(row)
        return sorted(found.values(), key=lambda row: (row.key is None, -row.of("leads"), -row.of("deals"), row.label))

    def total(self) -> Row:
        """All of them together. A customer whom leads of two sources became is one."""
        whole = Row(None, _("Total"))
        for row in self.rows:
            for name, value in row.counts.items():
                whole.counts[name] = whole.of(name) + value
        if whole.of("customers"):
            _route, node = WAYS["customers"](self.asked.cohort())
            whole.counts["customers"] = Listing(CUSTOMER, self.user, base=node, book=self.book).rows.order_by().count()
        whole.urls = {name: self._url(name, None) for name, _label in self.columns}
        return whole

    # Counted

    def _listed(self, catalogue: Catalogue) -> Any:
        return Listing(catalogue, self.user, base=self.asked.cohort(), book=self.book).rows.order_by()

    def _leads(self) -> dict[int | None, dict[str, Any]]:
        if not self.sees_leads:
            return {}
        valid = Count("pk", filter=Q(state__in=VALID))
        rows = self._listed(LEAD).values(grouped=self._column).annotate(leads=Count("pk"), valid=valid)
        return _by_group(rows)

    def _customers(self) -> dict[int | None, dict[str, Any]]:
        if not self.sees_customers:
            return {}
        seen = Listing(CUSTOMER, self.user, book=self.book).rows.order_by().values("pk")
        rows = self._listed(LEAD).filter(converted_customer__in=seen).values(grouped=self._column)
        return _by_group(rows.annotate(customers=Count("converted_customer", distinct=True)))

    def _deals(self) -> dict[int | None, dict[str, Any]]:
        if not self.sees_deals:
            return {}
        won = Q(outcome="won")
        rows = self._listed(OPPORTUNITY).values(grouped=self._column)
        told: dict[str, Any] = {"deals": Count("pk"), "won": Count("pk", filter=won)}
        if self.sees_amounts:
            told["amount"] = Sum("amount", filter=won, default=NOTHING)
        return _by_group(rows.annotate(**told))

    @property
    def _column(self) -> Any:

        return F(f"{self.asked.group}_id")

    def _labels(self, keys: list[int]) -> dict[int | None, str]:
        if self.asked.group == "source":
            return {key: str(self.book.option(key) or key) for key in keys}
        names = self.book.meet_records(Campaign, keys)
        return {key: names.get(key) or pgettext("figure", "A campaign that you don't see") for key in keys}

    # The lists behind the figures

    def _urls(self, row: Row) -> dict[str, str]:
        if row.key is None:
            group: Node = {"field": self.asked.group, "op": "empty"}
        else:
            group = is_(self.asked.group, self._typed(row.key))
        return {name: self._url(name, group) for name, _label in self.columns if row.of(name)}

    def _typed(self, key: int) -> str:
        option = self.book.option(key) if self.asked.group == "source" else None
        return option.key if option else str(key)

    def _url(self, name: str, group: Node | None) -> str:
        node = all_of(self.asked.cohort(), group)
        route, wanted = WAYS[name](node)
        return f"{reverse(route)}?{urlencode({'view': 'all', 'filter': as_param(wanted) or ''})}"


WAYS: dict[str, Callable[[Node], tuple[str, Node]]] = {
    "leads": lambda node: ("leads:list", node),
    "valid": lambda node: ("leads:list", all_of(node, {"field": "state", "op": "in", "value": VALID})),
    "customers": lambda node: ("customers:list", {"field": "leads", "op": "some", "value": node}),
    "deals": lambda node: ("opportunities:list", node),
    "won": lambda node: ("opportunities:list", all_of(node, is_("outcome", "won"))),
    "amount": lambda node: ("opportunities:list", all_of(node, is_("outcome", "won"))),
}


def _by_group(rows: Any) -> dict[int | None, dict[str, Any]]:
    return {one.pop("grouped"): one for one in rows}
