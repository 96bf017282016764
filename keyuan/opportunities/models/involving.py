"""Who takes part in a deal: contacts with their part and stance, and competitors (K9, R4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.customers.lists_admin import option_named
from keyuan.customers.models import Contact
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken, Stale
from keyuan.records.history import Operation
from keyuan.records.options import Option

ABOUT_COMPETITORS = ("threat", "price", "strengths", "weaknesses", "answer", "result")


def companies_of(contacts: Collection[int]) -> dict[int, int]:
    """The customer of each of these contacts, as far as they are there."""
    return dict(Contact.rows.living().filter(pk__in=contacts).values_list("pk", "customer")) if contacts else {}


def check_contacts(customer: int, contacts: Collection[int], companies: Mapping[int, int] | None = None) -> None:
    """Raises RuleBroken where somebody is named who does not belong to the customer (K9).

    Args:
        companies: the customers of contacts, where they were looked up for many opportunities at once.
    """
    companies = companies_of(contacts) if companies is None else companies
    if any(companies.get(pk) != customer for pk in contacts):
        raise RuleBroken(_("Choose contacts of this customer."))


class Involving:
    """The verbs of an opportunity that change who takes part in it."""

    @transaction.atomic
    def set_part(
        self: Any, contact: int, *, by: User, role: Option | None = None, stance: str = "", version: int | None = None
    ) -> Any:
        """Let a contact have this part in the deal; who did not belong to it does from now on.

        Raises:
            NotAllowed, Stale, RuleBroken: the contact belongs to another customer, or has left.
        """
        locked = self._held_by(by, version, "contacts")
        if contact not in locked.contacts:
            _check_new(locked.customer_id, contact)
        operation = Operation.begin("opportunity.edited", by=by)
        self._name_contacts(list(dict.fromkeys([*locked.contacts, contact])), locked, operation)

        def write() -> None:
            self.parts.update_or_create(contact_id=contact, defaults={"role": role, "stance": stance})

        return self._rewrite("parts", write, operation)

    @transaction.atomic
    def drop_part(self: Any, contact: int, *, by: User, version: int | None = None) -> Any:
        """The contact has nothing to do with this deal any more.

        Raises:
            NotAllowed, Stale.
        """
        locked = self._held_by(by, version, "contacts")
        operation = Operation.begin("opportunity.edited", by=by)
        self._name_contacts([one for one in locked.contacts if one != contact], locked, operation)
        return self._rewrite("parts", self.parts.filter(contact=contact).delete, operation)

    @transaction.atomic
    def set_competitor(self: Any, name: str, *, by: User, pk: int = 0, version: int | None = None, **about: Any) -> Any:
        """Write down who else is after this deal; a name that is not in the list of competitors joins it.

        Args:
            pk: the line that changes; 0 for a new one.
            about: values of ABOUT_COMPETITORS.

        Raises:
            NotAllowed, Stale, RuleBroken: this competitor stands on the deal already.
        """
        self._held_by(by, version, "competitor")
        if not name.strip():
            raise RuleBroken(_("Write the name of the competitor."))
        competitor = option_named("competitor", name.strip(), by=by)
        if self.competitors.filter(competitor=competitor).exclude(pk=pk).exists():
            raise RuleBroken(_("“%(name)s” stands on this opportunity already.") % {"name": competitor})
        values = {one: about[one] for one in ABOUT_COMPETITORS if one in about} | {"competitor": competitor}

        def write() -> None:
            self.competitors.update_or_create(pk=pk or None, defaults=values)

        return self._rewrite("competitors", write, Operation.begin("opportunity.edited", by=by))

    @transaction.atomic
    def drop_competitor(self: Any, pk: int, *, by: User, version: int | None = None) -> Any:
        """Raises NotAllowed, Stale."""
        self._held_by(by, version, "competitor")
        operation = Operation.begin("opportunity.edited", by=by)
        return self._rewrite("competitors", self.competitors.filter(pk=pk).delete, operation)

    def _held_by(self: Any, by: User, version: int | None, field: str) -> Any:
        locked = self.lock()
        locked.require(by, "edit")
        locked.require_field(by, field)
        if version is not None and version != locked.version:
            raise Stale(locked)
        return locked

    def _name_contacts(self: Any, contacts: list[int], locked: Any, operation: Operation) -> None:
        if contacts != locked.contacts:
            type(self).rows.filter(pk=self.pk).change(by=operation.by, operation=operation, contacts=contacts)

    def _rewrite(self: Any, name: str, write: Callable[[], Any], operation: Operation) -> Any:
        """Do it, raise the version, and let history keep how it was and is."""
        rows, picture = getattr(self, name), PICTURES[name]
        before = picture(rows)
        write()
        after = picture(rows)
        if before != after:
            type(self).rows.touched([self.pk], operation)
            self.log(f"{name}_changed", operation=operation, before={name: before}, after={name: after})
        self.refresh_from_db()
        return self


def _check_new(customer: int, contact: int) -> None:
    check_contacts(customer, [contact])
    if Contact.rows.filter(pk=contact, has_left=True).exists():
        raise RuleBroken(_("This contact has left the company. Choose somebody who works there."))


def _parts(rows: Any) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values("contact", "role", "stance"))


def _competitors(rows: Any) -> list[dict[str, Any]]:
    found = rows.order_by("pk").values("competitor", *ABOUT_COMPETITORS)
    return [one | {"price": None if one["price"] is None else str(one["price"])} for one in found]


PICTURES: dict[str, Callable[[Any], list[dict[str, Any]]]] = {"parts": _parts, "competitors": _competitors}
