"""Leads and opportunities by the words of a sheet, of those whom the importer may see; asked for by set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from keyuan.exchange.activities.companies import MOST_REMEMBERED
from keyuan.exchange.drafts import Draft
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.records.cleaners import Invalid
from keyuan.records.names import company_key
from keyuan.records.text import sort_name


def number_of(text: str) -> int:
    """The number that the text is; 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


class Leads:
    """Remembers which lead each name or number means: that of the company, else of the person."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.known: dict[str, Lead | Invalid] = {}

    def meet(self, texts: Iterable[str]) -> None:
        """Look up these names, numbers among them, in one query."""
        if len(self.known) > MOST_REMEMBERED:
            self.known.clear()
        wanted = set(texts) - self.known.keys()
        if not wanted:
            return
        asked = Q(sort_name__in={sort_name(text) for text in wanted}) | Q(pk__in={number_of(text) for text in wanted})
        columns = ("company", "name", "state", "owner", "department", "pool", "converted_customer")
        rows = list(Lead.objects.visible_to(self.user).filter(asked).only(*columns))
        for text in wanted:
            named = [one for one in rows if company_key(one.heading) == company_key(text)]
            self.known[text] = self._meant(text, named or [one for one in rows if one.pk == number_of(text)])

    def _meant(self, text: str, found: Sequence[Lead]) -> Lead | Invalid:
        if len(found) == 1:
            return found[0]
        words = {"name": text[:60], "n": len(found)}
        if found:
            return Invalid(_("%(n)d leads are called “%(name)s”. Write the number.") % words)
        return Invalid(_("There is no lead “%(name)s”, or you may not see it.") % words)

    def find(self, text: str) -> Lead:
        """The lead that this name or number means; it has been met.

        Raises:
            Invalid: none, or several.
        """
        found = self.known[text]
        if isinstance(found, Invalid):
            raise found
        return found


def why_not_about(draft: Draft) -> str:
    """Why a follow-up can't be about the lead of this row; "" where it can."""
    lead, customer = draft.values["lead"], draft.values.get("customer")
    if customer is None:
        is_customer = lead.state == Lead.State.CONVERTED
        said = _("The lead “%(lead)s” has become a customer. Name the customer, too.") if is_customer else ""
    else:
        is_that = lead.converted_customer_id == customer.pk
        said = "" if is_that else _("The lead “%(lead)s” has not become this customer. Name one of them.")
    return said % {"lead": str(lead)[:60]} if said else ""


def deals_of(user: User, asked: Sequence[tuple[Any, str]]) -> dict[tuple[int, str], list[Opportunity]]:
    """The opportunities of these customers by customer and name, and by customer and number, in one query."""
    found: dict[tuple[int, str], list[Opportunity]] = {}
    if not asked:
        return found
    names, numbers = {text for _customer, text in asked}, {number_of(text) for _customer, text in asked}
    rows: Any = Opportunity.objects.visible_to(user).filter(customer__in={customer.pk for customer, _text in asked})
    for one in rows.filter(Q(name__in=names) | Q(pk__in=numbers)).only("name", "customer").order_by("pk"):
        for text in {one.name, str(one.pk)}:
            found.setdefault((one.customer_id, text), []).append(one)
    return found


def deal_in(text: str, customer: Any, found: dict[tuple[int, str], list[Opportunity]]) -> Opportunity:
    """
    Raises:
        Invalid: the customer has none, or several, of this name.
    """
    deals = found.get((customer.pk, text), [])
    if len(deals) == 1:
        return deals[0]
    words = {"customer": customer.name, "name": text[:60], "n": len(deals)}
    if deals:
        raise Invalid(_("“%(customer)s” has %(n)d opportunities called “%(name)s”. Write the number.") % words)
    raise Invalid(_("“%(customer)s” has no opportunity called “%(name)s”, or you may not see it.") % words)
