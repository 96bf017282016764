"""Customers, contacts and tags in the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.customers.access import Access, scope_label, who_may
from keyuan.customers.bulk import delete_all, tag_all
from keyuan.customers.duplicates import Given, Hit, find_duplicates
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.forms import ContactForm, CustomerForm
from keyuan.customers.lists import load_contacts, load_customers
from keyuan.customers.past import as_it_was
from keyuan.customers.pool_api import (
    assign_record,
    claim_record,
    described_assign,
    described_claim,
    described_release,
    pool_json,
    release_record,
)
from keyuan.customers.tags_admin import add_tag, edit_tag
from keyuan.customers.transfer_api import described, transfer_record
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.forms import RecordForm
from keyuan.records.namebook import NameBook
from keyuan.records.options import Tag
from keyuan.records.relative_dates import start_of
from keyuan.ui.rest.access import administrators_call, may_call, signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import body, expect, parameters
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.records import RecordApi
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, ref, schemas_of, text
from keyuan.ui.rest.showing import Shape

CUSTOMER_SHAPE = Shape(
    CUSTOMER,
    load_customers,
    related=("parent",),
    extras={"pool": pool_json, "version": lambda row: row.version, "custom": lambda row: row.custom},
    hidden=frozenset({"behind_schedule", "comes_soon", "came"}),
)
CONTACT_SHAPE = Shape(
    CONTACT,
    load_contacts,
    related=("customer", "reports_to"),
    extras={"version": lambda row: row.version, "custom": lambda row: row.custom},
)


def told(hit: Hit) -> dict[str, Any]:
    """One possible duplicate. Of records that the caller may not see only name, owner and masked phone are told."""
    owner, pool = hit.record.owner, hit.pool
    return {
        "kind": hit.module,
        "id": hit.record.pk if hit.is_visible else None,
        "name": hit.name,
        "owner": {"id": owner.pk, "name": str(owner)} if owner else None,
        "pool": {"id": pool.pk, "name": pool.name} if pool else None,
        "phone": hit.phone_told,
        "score": hit.score,
        "level": hit.level,
        "reasons": [sentence if sign == "=" else f"{sign} {sentence}" for sign, sentence in hit.reasons],
    }


def duplicates_of(form: RecordForm) -> list[dict[str, Any]]:
    assert isinstance(form, CustomerForm)
    return [told(hit) for hit in form.duplicates()]


CUSTOMERS = RecordApi("customers", CustomerForm, CUSTOMER_SHAPE, tag_all, delete_all, duplicates_of)
CONTACTS = RecordApi("contacts", ContactForm, CONTACT_SHAPE, tag_all, delete_all)
customers, contacts, tags = CUSTOMERS.router(), CONTACTS.router(), Router(tags=["tags"])


# Customers


@customers.post("/{int:pk}/transfer", **described("transfer_customer", "Customer"))
@repeatable()
@may_call("customer", "transfer")
def transfer_customer(request: Request, pk: int) -> HttpResponse:
    return transfer_record(request, CUSTOMERS, pk)


@customers.post("/{int:pk}/claim", **described_claim("claim_customer", "Customer"))
@repeatable()
@may_call("customer", "claim")
def claim_customer(request: Request, pk: int) -> HttpResponse:
    return claim_record(request, CUSTOMERS, pk)


@customers.post("/{int:pk}/assign", **described_assign("assign_customer", "Customer"))
@repeatable()
@may_call("customer", "assign")
def assign_customer(request: Request, pk: int) -> HttpResponse:
    return assign_record(request, CUSTOMERS, pk)


@customers.post("/{int:pk}/release", **described_release("release_customer", "Customer"))
@repeatable()
@may_call("customer", "release")
def release_customer(request: Request, pk: int) -> HttpResponse:
    return release_record(request, CUSTOMERS, pk)


GIVEN = tuple(Given.__dataclass_fields__)


@customers.post(
    "/check-duplicates",
    **operation(
        "check_duplicates",
        "Find customers that may be the same",
        result=listed(ref("Duplicate")),
        body={"type": "object", "properties": {name: text() for name in GIVEN}, "additionalProperties": False},
        post=True,
    ),
)
@repeatable()
@may_call("customer", "view")
def check_duplicates(request: Request) -> HttpResponse:
    given = body(request)
    expect({name: value for name, value in given.items() if value is not None}, **dict.fromkeys(GIVEN, str))
    return answer([told(hit) for hit in find_duplicates(Given.of(given), by=_user(request))])


@customers.get(
    "/{int:pk}/history",
    **operation(
        "get_history",
        "A customer as it was at a moment",
        result=ref("Past"),
        parameters=[parameter("at", text("date-time"), "The moment, or a day, whose end is meant.", required=True)],
        refusals=(404, 422),
    ),
)
@may_call("customer", "view")
def history(request: Request, pk: int) -> HttpResponse:
    given = parameters(request, ("at",))
    if not given.get("at"):
        raise refused({"at": [_("Say which moment you mean, such as 2026-01-31T12:00:00+08:00.")]})
    at = moment("at", given["at"])
    customer = CUSTOMERS.find(request, pk)
    found = as_it_was(customer, at, CUSTOMER, NameBook(customer.reader_for(_user(request))))
    if found is None:
        raise Http404
    return answer({"id": pk, "at": timezone.localtime(at).isoformat(), "record": found})


def moment(name: str, given: str) -> datetime:
    """A moment of a parameter; a day means its end. Raises Problem 422 when it is neither.

    A plus sign that nobody escaped arrives as a blank.
    """
    try:
        day = parse_date(given)
        found = None if day else parse_datetime(given) or parse_datetime("+".join(given.rsplit(" ", 1)))
        if day is not None:
            found = start_of(day).replace(hour=23, minute=59, second=59, microsecond=999999)
        if found is not None:
            found = found if timezone.is_aware(found) else timezone.make_aware(found)
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise refused({name: [_("This is no moment. Write it as 2026-01-31T12:00:00+08:00.")]})


@customers.get(
    "/{int:pk}/access",
    **operation("get_access", "Who may see a customer, and why", result=ref("Access"), refusals=(404,)),
)
@may_call("customer", "view")
def access(request: Request, pk: int) -> HttpResponse:
    parameters(request, ())
    return answer({"items": [_access(one) for one in who_may(CUSTOMERS.find(request, pk))]})


def _access(one: Access) -> dict[str, Any]:
    return {
        "user": {"id": one.user.pk, "name": str(one.user)},
        "may": sorted(one.operations),
        "because": [
            {"role": {"id": role.pk, "name": str(role)}, "scope": {"value": scope, "label": scope_label(scope)}}
            for role, scope in one.because
        ],
    }


# Tags

TAG_BODY: Schema = {
    "type": "object",
    "properties": {
        "name": text(longest=40),
        "group": text(longest=40),
        "tint": {"type": "integer", "minimum": 0, "maximum": 6},
    },
    "required": ["name"],
    "additionalProperties": False,
}


class TagForm(forms.Form):
    """The gate for tags from the API."""

    name = forms.CharField(max_length=40)
    group = forms.CharField(max_length=40, required=False)
    tint = forms.IntegerField(min_value=0, max_value=6, required=False)


def _tag(tag: Tag) -> dict[str, Any]:
    return {
        "id": tag.pk,
        "name": tag.name,
        "group": tag.group,
        "tint": tag.tint,
        "is_private": tag.owner_id is not None,
    }


def _tag_values(request: Request, instance: Tag | None = None) -> dict[str, Any]:
    given = expect(body(request), name=str, group=str, tint=int)
    current = {"name": instance.name, "group": instance.group, "tint": instance.tint} if instance else {}
    form = TagForm(current | given)
    if not form.is_valid():
        raise refused({name: [str(one) for one in found] for name, found in form.errors.items()})
    return form.cleaned_data | {"tint": form.cleaned_data["tint"] or 0}


@tags.get("", **operation("list_tags", "List the tags that you may use", result=ref("TagList")))
@signed_in_call
def tag_list(request: Request) -> HttpResponse:
    parameters(request, ())
    return answer({"items": [_tag(tag) for tag in Tag.objects.offered_to(_user(request))]})


@tags.post(
    "", **operation("create_tag", "Create a shared tag", status=201, result=ref("Tag"), body=TAG_BODY, post=True)
)
@repeatable()
@administrators_call
def tag_create(request: Request) -> HttpResponse:
    tag = add_tag(by=_user(request), **_tag_values(request))
    return answer(_tag(tag), 201, {"Location": f"/api/v1/tags/{tag.pk}"})


@tags.get("/{int:pk}", **operation("get_tag", "Read a tag", result=ref("Tag"), refusals=(404,)))
@signed_in_call
def tag_get(request: Request, pk: int) -> HttpResponse:
    parameters(request, ())
    return answer(_tag(get_object_or_404(Tag.objects.usable_by(_user(request)), pk=pk)))


@tags.patch(
    "/{int:pk}",
    **operation(
        "change_tag",
        "Rename or colour a shared tag",
        result=ref("Tag"),
        body={**TAG_BODY, "required": []},
        refusals=(404, 409),
    ),
)
@administrators_call
def tag_change(request: Request, pk: int) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=pk, owner=None)
    return answer(_tag(edit_tag(tag, by=_user(request), **_tag_values(request, tag))))


def _user(request: Request) -> User:
    return request.user


# Components of the OpenAPI file

_MOMENT = text("date-time")
SCHEMAS: dict[str, Schema] = {
    **schemas_of("Customer", CUSTOMER_SHAPE),
    **schemas_of("Contact", CONTACT_SHAPE),
    "Tag": {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            **TAG_BODY["properties"],
            "is_private": {"type": "boolean"},
        },
    },
    "TagList": {"type": "object", "properties": {"items": listed(ref("Tag"))}},
    "Past": {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "at": _MOMENT, "record": {"type": "object"}},
    },
    "Access": {
        "type": "object",
        "properties": {
            "items": listed(
                {
                    "type": "object",
                    "properties": {
                        "user": ref("Related"),
                        "may": listed(text()),
                        "because": listed(
                            {"type": "object", "properties": {"role": ref("Related"), "scope": ref("Choice")}}
                        ),
                    },
                }
            )
        },
    },
}
