"""Conversion and revival of leads in the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keyuan.customers.api import told
from keyuan.customers.duplicates import Given, find_duplicates
from keyuan.customers.models import Contact, Customer
from keyuan.leads.api import LEADS, leads
from keyuan.leads.conversion.models.converting import Into
from keyuan.org.models import User
from keyuan.records.errors import Duplicate, NotReady
from keyuan.ui.rest.access import may_call
from keyuan.ui.rest.describing import operation
from keyuan.ui.rest.inputs import body, expect
from keyuan.ui.rest.problems import Problem, answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, nullable, ref

__all__ = ["leads"]

ID: Schema = {"type": "integer"}
BODY: Schema = {
    "type": "object",
    "properties": {
        "customer": nullable(ID) | {"description": "one that exists, by id; null or absent for a new one"},
        "contact": {
            "anyOf": [{"type": "boolean"}, ID],
            "default": True,
            "description": "true for a new one of the lead's person, or one of the customer's by id",
        },
        "opportunity": {"type": "boolean", "default": False},
    },
    "additionalProperties": False,
}
SCHEMAS: dict[str, Schema] = {
    "Conversion": {
        "type": "object",
        "properties": {"customer": ID, "contact": nullable(ID), "opportunity": nullable(ID)},
        "required": ["customer", "contact", "opportunity"],
    }
}


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _seen(model: Any, name: str, pk: int | None, by: User, **more: Any) -> Any:
    """The record with this id. Raises Problem 422 where the caller sees none."""
    found = model.objects.visible_to(by).filter(pk=pk, **more).first() if pk and 0 < pk < 2**63 else None
    if found is None:
        raise refused({name: [_("There is no such record.")]})
    return found


def _number(given: Any) -> int | None:
    """The id in a number or an object that names one."""
    found = given.get("id") if isinstance(given, dict) else given
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _into(request: HttpRequest, by: User) -> Into:
    given = body(request) if request.body else {}
    is_said = isinstance(given.get("contact"), bool)
    expect(given, customer=(int, dict, type(None)), opportunity=bool, contact=bool if is_said else (int, dict))
    wanted = given.get("customer")
    customer = None if wanted is None else _seen(Customer, "customer", _number(wanted), by)
    contact = given.get("contact", True)
    if not isinstance(contact, bool):
        contact = _seen(Contact, "contact", _number(contact), by, customer=customer)
    return Into(customer=customer, contact=contact, opportunity={} if given.get("opportunity") else None)


@leads.post(
    "/{int:pk}/convert",
    **operation(
        "convert_lead",
        "Make a customer of a lead, with a contact and an opportunity",
        result=ref("Conversion"),
        body=BODY,
        post=True,
        refusals=(403, 404, 409, 422),
        description="What hangs on the lead moves to the customer. A customer of the same name is refused with 409 "
        "and named in `duplicates`: send its id as `customer` to join it.",
    ),
)
@repeatable()
@may_call("lead", "edit")
def convert_lead(request: HttpRequest, pk: int) -> HttpResponse:
    by = _user(request)
    lead = LEADS.find(request, pk)
    into = _into(request, by)
    try:
        made = lead.convert(into, by=by)
    except Duplicate as duplicate:
        hits = find_duplicates(Given(name=lead.heading), by=by, customers_only=True)
        raise Problem(409, str(duplicate), duplicates=[told(one) for one in hits]) from duplicate
    except NotReady as refusal:
        raise Problem(422, str(refusal), {name: [str(refusal)] for name in refusal.fields}) from refusal
    names = ("customer", "contact", "opportunity")
    return answer({name: getattr(made, f"{name}_id") for name in names})


@leads.post(
    "/{int:pk}/revive",
    **operation(
        "revive_lead",
        "Make a lead again of one whose customer was deleted",
        result=ref("Lead"),
        post=True,
        refusals=(403, 404, 409),
    ),
)
@repeatable()
@may_call("lead", "edit")
def revive_lead(request: HttpRequest, pk: int) -> HttpResponse:
    expect(body(request) if request.body else {})
    lead = LEADS.find(request, pk)
    with LEADS.explaining(request):
        lead.revive(by=_user(request))
    return LEADS.answer(request, LEADS.find(request, pk))
