"""What came of a campaign, under the rights of the reader: each figure with the list that it counts (A8, M2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keyuan.campaigns.fields import CAMPAIGN
from keyuan.campaigns.models import Campaign
from keyuan.customers.fields import CUSTOMER
from keyuan.leads.fields import LEAD
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node
from keyuan.ui import cells
from keyuan.ui.lists.asked import as_param

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Counted:
    """Records that came of a campaign, for one reader."""

    catalogue: Catalogue
    node: Node
    user: User
    book: NameBook

    @property
    def listing(self) -> Listing:
        return Listing(self.catalogue, self.user, base=self.node, book=self.book)

    @property
    def number(self) -> int:
        return self.listing.rows.order_by().count()

    @property
    def url(self) -> str:
        asked = {"view": "all", "filter": as_param(self.node)}
        return f"{reverse(self.catalogue.route('list'))}?{urlencode(asked)}"

    def figure(self, label: str) -> dict[str, Any]:
        return {"label": label, "value": f"{self.number:,}", "url": self.url}


class Outcome:
    """The figures of one campaign before the eyes of one person; those of lists that they do not see are left out."""

    def __init__(self, campaign: Campaign, user: User, book: NameBook) -> None:
        self.campaign, self.user, self.book = campaign, user, book
        self.of = {"field": "campaign", "op": "=", "value": str(campaign.pk)}

    def figures(self) -> list[dict[str, Any]]:
        return [*self._of_leads(), *self._of_deals()]

    def _sees(self, catalogue: Catalogue, *names: str) -> bool:
        visible = catalogue.visible_fields(self.user)
        return self.user.may(catalogue.module, "view") and all(name in visible for name in names)

    def _counted(self, catalogue: Catalogue, *also: Node) -> Counted:
        node = {"and": [self.of, *also]} if also else self.of
        return Counted(catalogue, node, self.user, self.book)

    def _of_leads(self) -> list[dict[str, Any]]:
        if not self._sees(LEAD, "campaign"):
            return []
        leads = self._counted(LEAD)
        valid = self._counted(LEAD, {"field": "state", "op": "in", "value": ["valid", "converted"]})
        found = [leads.figure(_("Leads")), valid.figure(pgettext("campaign", "Valid leads"))]
        if self._sees(CUSTOMER):
            became = Counted(CUSTOMER, {"field": "leads", "op": "some", "value": self.of}, self.user, self.book)
            found.append(became.figure(pgettext("campaign", "Customers won")))
        if (each := self._each(leads.number)) is not None:
            found.append({"label": _("Cost per lead"), "value": cells.money(each), "url": leads.url})
        return found

    def _each(self, leads: int) -> Decimal | None:
        """What one lead has cost, rounded once; nothing where there is no cost, no lead, or no right to the cost."""
        cost = self.campaign.cost if self._sees(CAMPAIGN, "cost") else None
        return None if cost is None or not leads else (cost / leads).quantize(CENT, ROUND_HALF_UP)

    def _of_deals(self) -> list[dict[str, Any]]:
        if not self._sees(OPPORTUNITY, "campaign"):
            return []
        deals = self._counted(OPPORTUNITY)
        found = [deals.figure(pgettext("campaign", "Opportunities"))]
        if self._sees(OPPORTUNITY, "amount"):
            won = self._counted(OPPORTUNITY, {"field": "outcome", "op": "=", "value": "won"})
            amount = won.listing.rows.order_by().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
            found.append({"label": pgettext("campaign", "Amount won"), "value": cells.money(amount), "url": won.url})
            found += self._return(amount, won.url)
        return found

    def _return(self, won: Decimal, url: str) -> Sequence[dict[str, Any]]:
        """What was won beyond the cost, in per cent of it."""
        cost = self.campaign.cost if self._sees(CAMPAIGN, "cost") else None
        if not cost:
            return ()
        rate = ((won - cost) * 100 / cost).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return ({"label": pgettext("campaign", "Return"), "value": f"{rate:,}%", "url": url},)
