"""Opportunities and products in the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keyuan.customers.bulk import delete_all, tag_all
from keyuan.customers.transfer_api import described, transfer_record
from keyuan.opportunities.bulk import move_all
from keyuan.opportunities.fields import OPPORTUNITY, PRODUCT
from keyuan.opportunities.forms import CLOSING, OpportunityForm, ProductForm
from keyuan.opportunities.lists import load_opportunities, load_products
from keyuan.opportunities.models import OpportunityLine, Stage
from keyuan.opportunities.models.lining import Line
from keyuan.opportunities.stages import stages_of
from keyuan.org.models import User
from keyuan.org.settings import setting
from keyuan.records.catalogue import Field
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.money import clean_money
from keyuan.records.errors import NotReady
from keyuan.records.forms import RecordForm
from keyuan.records.namebook import NameBook
from keyuan.ui.rest import schemas
from keyuan.ui.rest.access import may_call
from keyuan.ui.rest.describing import operation
from keyuan.ui.rest.inputs import body, expect, fill, wanted_version, wrong_type
from keyuan.ui.rest.problems import Problem, answer, refused
from keyuan.ui.rest.records import RecordApi
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, schemas_of, text
from keyuan.ui.rest.showing import Shape

LINE: Schema = {
    "type": "object",
    "properties": {
        "product": ref("Related"),
        **{name: text() for name in ("price", "quantity", "discount", "subtotal")},
    },
}
schemas.EXTRAS |= {
    "lines": listed(LINE) | {"description": "its products with prices; `discount` in per cent off"},
}


class ApiForm(OpportunityForm):
    """What a body may hold: besides the fields of the page those that a won or lost stage asks for."""

    @classmethod
    def writable(cls, by: User, *, is_new: bool) -> dict[str, Field]:
        visible = OPPORTUNITY.visible_fields(by)
        closing = {name: visible[name] for name in CLOSING if name in visible}
        return super().writable(by, is_new=is_new) | closing


def load(rows: list[Any], book: NameBook) -> None:
    """What a page of answers needs besides that of a list: currency, and lines for those who see amounts."""
    load_opportunities(rows, book)
    currency, lines = setting("currency"), _lines(rows, book)
    for row in rows:
        row.currency, row.told_lines = currency, lines.get(row.pk, [])


def _lines(rows: list[Any], book: NameBook) -> dict[int, list[dict[str, Any]]]:
    if not book.user.rights.sees("opportunity", "amount") or not book.user.may("product", "view"):
        return {}
    found: dict[int, list[dict[str, Any]]] = {}
    of = OpportunityLine.objects.filter(opportunity__in=[row.pk for row in rows if row.products])
    for line in of.select_related("product"):
        numbers = {name: f"{getattr(line, name):f}" for name in ("price", "quantity", "discount", "subtotal")}
        told = {"product": {"id": line.product_id, "name": line.product.name}} | numbers
        found.setdefault(line.opportunity_id, []).append(told)
    return found


SHAPE = Shape(
    OPPORTUNITY,
    load,
    related=("customer",),
    extras={
        "currency": lambda row: row.currency,
        "lines": lambda row: row.told_lines,
        "version": lambda row: row.version,
        "custom": lambda row: row.custom,
    },
    hidden=frozenset({"last_stage"}),
)
PRODUCT_SHAPE = Shape(PRODUCT, load_products, related=(), extras={"version": lambda row: row.version})


class OpportunityApi(RecordApi):
    """What differs: products may come as lines, a stage that asks for fields names them, rows move in bulk."""

    @property
    def verbs(self) -> tuple[str, ...]:
        return (*super().verbs, "move")

    @contextmanager
    def explaining(self, request: HttpRequest, form: RecordForm | None = None) -> Iterator[None]:
        try:
            with super().explaining(request, form):
                yield
        except NotReady as refusal:
            raise Problem(422, str(refusal), _by_field(refusal)) from refusal

    def create(self, request: HttpRequest) -> HttpResponse:
        by: User = request.user  # type: ignore[assignment]
        given = body(request)
        lines = take_lines(given, by)
        fixed = self._owner(given, by)
        if lines is not None:
            given["products"], fixed["lines"] = [one.product for one in lines], lines
        form = fill(self.form, given, by=by, fixed=fixed)
        with self.explaining(request, form), transaction.atomic():
            record = form.save()
        return self.answer(request, self.find(request, record.pk), 201)

    def change(self, request: HttpRequest, pk: int) -> HttpResponse:
        by: User = request.user  # type: ignore[assignment]
        record = self.find(request, pk)
        record.require(by, "edit")
        version: int | None = wanted_version(request)
        given = body(request)
        lines = take_lines(given, by)
        form = fill(self.form, given, by=by, instance=record)
        with self.explaining(request, form), transaction.atomic():
            if lines is not None:
                typed = form.cleaned_data.get("amount") if "amount" in given else _typed(record)
                record.set_lines(lines, by=by, version=version, amount=typed)
                version = None
            if given or lines is None:
                form.save(version=version)
        return self.answer(request, self.find(request, pk))

    def bulk(self, request: HttpRequest) -> HttpResponse:
        given = body(request)
        if given.get("verb") != "move":
            return super().bulk(request)
        by: User = request.user  # type: ignore[assignment]
        given = expect(given, ids=list, filter=dict, q=str, verb=str, stage=(int, str, dict), reason=(str, dict))
        stage = stage_given(given.pop("stage", None), by)
        values = _values(given, by, ("reason",))
        chosen = self._chosen(given, by)
        rows = chosen.reached_by(by, "edit")
        asked, reached = chosen.count(), rows.count()
        moved = move_all(rows, stage, by=by, **values)
        told = [{"name": name, "reason": reason} for name, reason in moved.refused[:100]]
        asked = len(set(given["ids"])) if "ids" in given else asked
        return answer({"changed": moved.number, "skipped": asked - reached + len(moved.refused), "refused": told})


OPPORTUNITIES = OpportunityApi("opportunities", ApiForm, SHAPE, tag_all, delete_all)
PRODUCTS = RecordApi("products", ProductForm, PRODUCT_SHAPE, tag_all, delete_all)
opportunities, products = OPPORTUNITIES.router(), PRODUCTS.router()


def _by_field(refusal: NotReady) -> dict[str, list[str]]:
    return {name: [str(refusal)] for name in refusal.fields or ["stage"]}


def _typed(record: Any) -> Decimal | None:
    return record.amount if record.amount_is_manual and record.products else None


# Reading


def stage_given(value: Any, by: User) -> Stage:
    """The stage that a body names, by id, object, key or name.

    Raises:
        Problem: 422 where there is none.
    """
    value = value.get("id") if isinstance(value, dict) else value
    stage = stages_of(NameBook(by)).find(str(value)) if value not in (None, "") else None
    if stage is None:
        raise refused({"stage": [_("Choose a stage.")]})
    return stage


def _values(given: dict[str, Any], by: User, names: tuple[str, ...]) -> dict[str, Any]:
    """The values of these members, read as the form reads them; those that are absent are left out."""
    typed = {name: given.pop(name) for name in names if name in given}
    form = fill(_OfVerb, typed, by=by, instance=_NOBODY)
    return {name: value for name, value in form.cleaned_data.items() if name in typed and value not in (None, "")}


class _OfVerb(RecordForm):
    """The members of the bodies of verbs: actual amount and day, reason and competitor."""

    catalogue = OPPORTUNITY

    @classmethod
    def writable(cls, by: User, *, is_new: bool) -> dict[str, Field]:
        return {name: OPPORTUNITY.fields[name] for name in ("amount", *CLOSING)}


_NOBODY: Any = OPPORTUNITY.model()


def take_lines(given: dict[str, Any], by: User) -> list[Line] | None:
    """The lines that `products` holds, taken out of the body; None where it holds ids alone, or nothing.

    Raises:
        Problem: 422 where a line can't be read.
    """
    products = given.get("products")
    if not isinstance(products, list) or not any(isinstance(one, dict) and "product" in one for one in products):
        return None
    given.pop("products")
    try:
        rows = [_line_given(one) for one in products]
    except (Invalid, ValueError, TypeError, KeyError) as refusal:
        sentence = str(refusal) if isinstance(refusal, Invalid) else wrong_type("products")
        raise refused({"products": [sentence]}) from refusal
    return _priced(rows, by)


def _line_given(one: Any) -> tuple[int, dict[str, Decimal]]:
    if not isinstance(one, dict) or set(one) - {"product", "price", "quantity", "discount", "subtotal"}:
        raise TypeError(one)
    product = one["product"]["id"] if isinstance(one["product"], dict) else one["product"]
    if not isinstance(product, int) or isinstance(product, bool):
        raise TypeError(product)
    numbers = {name: _number(one[name]) for name in ("price", "quantity", "discount") if one.get(name) is not None}
    return product, numbers


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(value)
    found = clean_money(str(value))
    if found is None:
        raise TypeError(value)
    return found


def _priced(rows: list[tuple[int, dict[str, Decimal]]], by: User) -> list[Line]:
    """Lines with the price of the catalogue where none was given."""
    seen = PRODUCT.model.objects.visible_to(by).filter(pk__in=[pk for pk, _numbers in rows])
    prices = dict(seen.values_list("pk", "list_price"))
    if any(pk not in prices for pk, _numbers in rows):
        raise refused({"products": [_("A product is no longer in the catalogue. Choose another one.")]})
    return [Line(pk, **({"price": prices[pk] or Decimal(0)} | numbers)) for pk, numbers in rows]


# Verbs

_MEMBERS: dict[str, Schema] = {
    "stage": {"anyOf": [{"type": "integer"}, ref("Related"), text()]},
    "amount": {"anyOf": [text(), {"type": "number"}]},
    "closed_on": text("date"),
    "reason": {"anyOf": [text(), ref("Choice")]},
    "competitor": nullable({"anyOf": [text(), ref("Choice")]}),
}


def _described(name: str, summary: str, members: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, Any]:
    schema: Schema = {
        "type": "object",
        "properties": {one: _MEMBERS[one] for one in members},
        "required": list(required),
        "additionalProperties": False,
    }
    return operation(name, summary, result=ref("Opportunity"), body=schema, post=True, refusals=(404, 409, 422))


@opportunities.post("/{int:pk}/move", **_described("move_opportunity", "Move to a stage", ("stage",), ("stage",)))
@repeatable()
@may_call("opportunity", "edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    given = expect(body(request), stage=(int, str, dict))
    record = OPPORTUNITIES.find(request, pk)
    stage = stage_given(given.get("stage"), request.user)  # type: ignore[arg-type]
    with OPPORTUNITIES.explaining(request):
        record.move(stage, by=request.user)
    return OPPORTUNITIES.answer(request, OPPORTUNITIES.find(request, pk))


@opportunities.post("/{int:pk}/win", **_described("win_opportunity", "Close as won", ("amount", "closed_on")))
@repeatable()
@may_call("opportunity", "edit")
def win(request: HttpRequest, pk: int) -> HttpResponse:
    return _close(request, pk, "win", ("amount", "closed_on"))


@opportunities.post(
    "/{int:pk}/lose",
    **_described("lose_opportunity", "Close as lost", ("reason", "competitor", "closed_on"), ("reason",)),
)
@repeatable()
@may_call("opportunity", "edit")
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    return _close(request, pk, "lose", ("reason", "competitor", "closed_on"))


def _close(request: HttpRequest, pk: int, verb: str, names: tuple[str, ...]) -> HttpResponse:
    by: User = request.user  # type: ignore[assignment]
    given = expect(body(request), **dict.fromkeys(names, (str, int, float, dict, type(None))))
    record = OPPORTUNITIES.find(request, pk)
    values = _values(given, by, names)
    if verb == "lose":
        values.setdefault("reason", None)
    with OPPORTUNITIES.explaining(request):
        getattr(record, verb)(by=by, **values)
    return OPPORTUNITIES.answer(request, OPPORTUNITIES.find(request, pk))


@opportunities.post("/{int:pk}/transfer", **described("transfer_opportunity", "Opportunity"))
@repeatable()
@may_call("opportunity", "transfer")
def transfer_opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    return transfer_record(request, OPPORTUNITIES, pk)


@opportunities.post("/{int:pk}/reopen", **_described("reopen_opportunity", "Open a closed opportunity again", ()))
@repeatable()
@may_call("opportunity", "reopen")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    expect(body(request) if request.body else {})
    record = OPPORTUNITIES.find(request, pk)
    with OPPORTUNITIES.explaining(request):
        record.reopen(by=request.user)
    return OPPORTUNITIES.answer(request, OPPORTUNITIES.find(request, pk))


LINE_GIVEN: Schema = {
    "type": "object",
    "properties": {
        "product": {"anyOf": [{"type": "integer"}, ref("Related")]},
        **{name: {"anyOf": [text(), {"type": "number"}]} for name in ("price", "quantity", "discount")},
    },
    "required": ["product"],
}
SCHEMAS: dict[str, Schema] = {**schemas_of("Opportunity", SHAPE), **schemas_of("Product", PRODUCT_SHAPE)}
for _name in ("OpportunityNew", "OpportunityChange"):
    _given = SCHEMAS[_name]["properties"]
    _given |= {name: _MEMBERS[name] for name in CLOSING}
    _given["products"]["anyOf"].append(listed(LINE_GIVEN))
SCHEMAS["OpportunityNew"]["required"] = ["name", "customer", "expected_on"]
