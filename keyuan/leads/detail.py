"""What the page of one lead shows, worked out for one reader."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from keyuan.customers.detail import groups, tags_of
from keyuan.leads.fields import LEAD
from keyuan.leads.lists import BECAME, LOOKS, load_leads, rating_cell
from keyuan.leads.models import Lead, LeadConversion
from keyuan.leads.models.standing import State
from keyuan.leads.responding.shown import response_fact
from keyuan.org.models import User
from keyuan.pools.record import due_fact, of_record
from keyuan.records.models import Favourite
from keyuan.records.namebook import NameBook
from keyuan.ui import cells, formats

ELSEWHERE = {
    "company", "tags", "state", "invalid_reason", "last_followed_at", "next_contact_at", "is_late", "rating", "score",
    "owner", "id", "updated_by", "came", "due_on", "comes_soon", "is_locked",
}  # fmt: skip
CONVERSION = {"converted_customer", "converted_contact", "converted_opportunity", "converted_at", "converted_by"}
"""Fields that only what has become a customer has."""
PATH = (State.NEW, State.WORKING, State.VALID, State.CONVERTED)


class LeadDetail:
    """One lead before the eyes of one person."""

    def __init__(self, lead: Lead, user: User) -> None:
        self.lead, self.user = lead, user
        self.book = NameBook(user)
        load_leads([lead], self.book)

    @cached_property
    def may_edit(self) -> bool:
        return self.lead.allows(self.user, "edit")

    @cached_property
    def visible(self) -> dict[str, Any]:
        return LEAD.visible_fields(self.user)

    def facts(self) -> list[dict[str, Any]]:
        lead = self.lead
        score = "—" if lead.score is None else str(lead.score)
        shown: dict[str, dict[str, Any]] = {
            "rating": {"value": rating_cell(None, lead.rating_id, self.book)},
            "score": {"value": score},
            "last_followed_at": {"value": cells.last_follow_up(lead.last_followed_at)},
            "next_contact_at": {"value": cells.next_contact(lead.next_contact_at)},
            "owner": {"value": cells.person(str(self.book.person(lead.owner_id) or ""))},
        }
        names = [name for name in shown if name in self.visible]
        first = [one for one in (response_fact(lead, self.user), due_fact(lead, self.user)) if one]
        return [*first, *({"label": self.visible[name].label} | shown[name] for name in names)]

    def status(self) -> Any:
        return cells.status(self.lead.get_state_display(), LOOKS[State(self.lead.state)])

    def path(self) -> list[dict[str, Any]]:
        """The way of a lead; an invalid one has left it."""
        place = PATH.index(self.lead.state) if self.lead.state in PATH else -1
        return [
            {"label": str(one.label), "state": "done" if at < place else "now" if at == place else ""}
            for at, one in enumerate(PATH)
        ]

    def summary(self) -> str:
        """The person behind it, where they come from, and their trade."""
        lead, fields = self.lead, self.visible
        places = [fields[name].kind.plain(getattr(lead, name), self.book) for name in ("region",) if name in fields]
        return " · ".join(part for part in [lead.name if lead.company else "", lead.title, *places] if part)

    def closed(self) -> dict[str, Any] | None:
        """Why it is invalid, or what it has become: the band below the head."""
        lead = self.lead
        if lead.state == State.INVALID:
            reason = str(self.book.option(lead.invalid_reason_id) or "") if "invalid_reason" in self.visible else ""
            return {"label": lead.get_state_display(), "told": [reason] if reason else [], "links": []}
        if lead.state == State.CONVERTED:
            told = [formats.day(lead.converted_at), str(self.book.person(lead.converted_by_id) or "")]
            return {"label": lead.get_state_display(), "told": list(filter(None, told)), "links": self.links()}
        return None

    def links(self) -> list[dict[str, Any]]:
        """What it has become, as far as the reader may see it; of the customer its name, and that it is gone."""
        found = []
        for model, name in BECAME:
            pk = getattr(self.lead, f"{name}_id")
            said = self.book.meet_records(model, [pk]).get(pk) if pk else ""
            address = f"/{ADDRESSES[name]}/{pk}/" if said else ""
            if not said and name == "converted_customer":
                said = self._told_customer()
            if said:
                found.append({"label": self.visible[name].label, "name": said, "url": address})
        return found

    def _told_customer(self) -> str:
        """A customer whom the reader does not see, or who was deleted."""
        customer = self.conversion.customer if self.conversion else None
        if customer is None:
            return _("deleted since")
        return _("“%(name)s”, deleted since") % {"name": customer} if customer.deleted_at else str(customer)

    @cached_property
    def conversion(self) -> LeadConversion | None:
        """What made a customer of it; None for a lead that is one."""
        return self.lead.conversion if self.lead.state == State.CONVERTED else None

    @property
    def may_revive(self) -> bool:
        kept = self.conversion
        return kept is not None and kept.lost_its_customer and self.lead.may_come_back(self.user)

    @property
    def is_starred(self) -> bool:
        mine = {"user": self.user, "record_type": "lead", "record_id": self.lead.pk}
        return Favourite.objects.filter(**mine).exists()

    def context(self) -> dict[str, Any]:
        lead, may_edit = self.lead, self.may_edit
        without = ELSEWHERE | (CONVERSION if lead.state != State.CONVERTED else set())
        return {
            "title": lead.heading,
            "lead": lead,
            "detail": self,
            "may_edit": may_edit,
            "may_qualify": may_edit and lead.state in (State.NEW, State.WORKING),
            "may_disqualify": may_edit and lead.is_open,
            "may_reopen": may_edit and lead.state == State.INVALID,
            "may_convert": may_edit and lead.is_open and converts(self.user),
            "may_revive": self.may_revive,
            "may_start": may_edit and lead.state == State.NEW,
            "may_tag": may_edit and "tags" in LEAD.editable_fields(self.user),
            "may_plan": self.user.may("plan", "view"),
            "may_delete": lead.allows(self.user, "delete"),
            "may_transfer": self.user.reach("lead", "transfer").covers(lead.owner_id, lead.department_id),
            "hands": of_record(lead, self.user),
            "groups": groups(LEAD, lead, self.book, may_edit, without),
            "tags": tags_of(LEAD, lead, self.book),
        }


ADDRESSES = {
    "converted_customer": "customers",
    "converted_contact": "contacts",
    "converted_opportunity": "opportunities",
}


def converts(user: User) -> bool:
    """Whether this person may make customers of leads at all: of new ones, or join them to some that exist."""
    return user.may("customer", "create") or user.may("customer", "edit")
