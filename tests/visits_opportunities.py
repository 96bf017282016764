"""How the routes of opportunities and products are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.models.lining import Line
from keyuan.opportunities.views.forecast import VERB
from keyuan.records.history import Operation
from tests.make import stage
from tests.visiting import CHIEF, Visit, binned, ids


def opportunity_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {
        "name": "共同 新商机",
        "customer": records.customer.pk,
        "stage": stage("needs").pk,
        "amount": "10万",
        "probability": "30",
        "expected_on": "2027-01-31",
        "version": records.opportunity.version,
    }


def product_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"name": "新产品", "nature": "product", "list_price": "10万", "version": world.product.version}


def product_gone(world: SimpleNamespace, records: SimpleNamespace) -> None:
    world.product.delete_by(world.people["administrator"])


def products_chosen(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"ids": [world.product.pk], "verb": "delete"}


def lines_typed(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    version = records.opportunity.version
    return {"product": world.product.pk, "price": "10万", "quantity": "2", "discount": "9折", "version": version}


def priced(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """An opportunity with a line and an amount that was typed."""
    deal = records.opportunity
    deal.set_lines([Line(world.product.pk, Decimal(5))], by=records.owner, amount=Decimal(9))


def nobody_takes_part(world: SimpleNamespace, records: SimpleNamespace) -> None:
    records.opportunity.drop_part(records.contact.pk, by=records.owner)


def someone_takes_part(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return as_it_stands(contact=records.contact.pk, stance="against")(world, records)


def as_it_stands(**more: Any) -> Any:
    """The version of the deal as it is when the request is sent."""

    def form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
        version = type(records.opportunity).rows.get(pk=records.opportunity.pk).version
        return {"version": version, **more}

    return form


def step_to(key: str) -> Any:
    return lambda world, records: as_it_stands()(world, records) | {"stage": stage(key).pk}


def won(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    day = timezone.localdate().isoformat()
    return as_it_stands()(world, records) | {"asked": "1", "closed_on": day, "amount": "1000", "category": "potential"}


def lost(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return as_it_stands()(world, records) | {"asked": "1", "reason": "price"}


def in_march(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return as_it_stands()(world, records) | {"month": "2031-03"}


def further_cards(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"column": stage("contact").pk, "after": "2000-01-01.0", "view": "all"}


def closed(world: SimpleNamespace, records: SimpleNamespace) -> None:
    Opportunity.rows.get(pk=records.opportunity.pk).win(by=records.owner)


def moved_on(world: SimpleNamespace, records: SimpleNamespace) -> None:
    Opportunity.rows.get(pk=records.opportunity.pk).move(stage("needs"), by=records.owner)


def expected_later(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """Under the number that the address names."""
    operation = Operation.objects.create(pk=KNOWN_OPERATION, by=records.owner, verb=VERB, source="web")
    row = Opportunity.rows.get(pk=records.opportunity.pk)
    row.edit(by=records.owner, operation=operation, expected_on=date(2031, 3, 1))


KNOWN_OPERATION = 4_000_000_001


def open_stages(world: SimpleNamespace) -> Any:
    return world.pipeline.stages.filter(kind="open").order_by("-position")


DEAL: Any = {"about": "opportunity"}
GOODS: Any = {"about": "product"}


def given_to(kind: str) -> Any:
    return lambda world, records: {
        "chosen": getattr(records, kind).pk,
        "to": world.people["ben"].pk,
        "with_plans": "on",
    }


PIPELINES: Any = {"about": "pipeline", "to": "/admin/pipelines/"}
STAGES: Any = {"about": "stage", "to": "/admin/pipelines/"}
OPPORTUNITY_VISITS = {
    "GET /reports/": Visit(data={"group": "person"}),
    "GET /reports/funnel/": Visit(),
    "GET /reports/sources/": Visit(data={"group": "campaign", "period": "year"}),
    "GET /admin/pipelines/": Visit(CHIEF),
    "POST /admin/pipelines/won/": Visit(CHIEF, data={"won_class": "regular"}, to="/admin/pipelines/"),
    "GET /admin/pipelines/new/": Visit(CHIEF),
    "POST /admin/pipelines/new/": Visit(CHIEF, data={"name": "渠道销售"}, to="/admin/pipelines/"),
    "GET /admin/pipelines/<int:pk>/": Visit(CHIEF, about="pipeline"),
    "POST /admin/pipelines/<int:pk>/": Visit(CHIEF, data={"name": "直销"}, **PIPELINES),
    "POST /admin/pipelines/<int:pk>/retire/": Visit(CHIEF, about="spare_pipeline", to="/admin/pipelines/"),
    "POST /admin/pipelines/<int:pk>/order/": Visit(
        CHIEF, data=lambda world, _: {"order": ",".join(str(one.pk) for one in open_stages(world))}, **PIPELINES
    ),
    "GET /admin/pipelines/<int:pk>/stages/new/": Visit(CHIEF, about="pipeline"),
    "POST /admin/pipelines/<int:pk>/stages/new/": Visit(CHIEF, data={"name": "试用", "probability": 30}, **PIPELINES),
    "GET /admin/pipelines/stages/<int:pk>/": Visit(CHIEF, about="stage"),
    "POST /admin/pipelines/stages/<int:pk>/": Visit(CHIEF, data={"name": "改名", "probability": 30}, **STAGES),
    "POST /admin/pipelines/stages/<int:pk>/shift/": Visit(CHIEF, data={"to": "up"}, **STAGES),
    "GET /admin/pipelines/stages/<int:pk>/delete/": Visit(CHIEF, about="stage"),
    "POST /admin/pipelines/stages/<int:pk>/delete/": Visit(CHIEF, **STAGES),
    "GET /customers/transfer/": Visit(data=lambda world, records: {"chosen": records.customer.pk}),
    "POST /customers/transfer/": Visit(data=given_to("customer"), to="/customers/"),
    "GET /opportunities/transfer/": Visit(data=lambda world, records: {"chosen": records.opportunity.pk}),
    "POST /opportunities/transfer/": Visit(data=given_to("opportunity"), to="/opportunities/"),
    "POST /transfers/<int:pk>/undo/": Visit(about="transfer", to="/"),
    "GET /activities/follow-ups/<int:pk>/deal/": Visit(about="follow_up"),
    "POST /activities/follow-ups/<int:pk>/deal/": Visit(about="follow_up", data=opportunity_form, to="/opportunities/"),
    "GET /opportunities/": Visit(data={"q": "共同", "view": "all"}),
    "GET /opportunities/count/": Visit(data={"exact": "1", "view": "all"}),
    "POST /opportunities/bulk/": Visit(data=ids("opportunity", verb="delete"), to="/opportunities/"),
    "GET /opportunities/new/": Visit(),
    "POST /opportunities/new/": Visit(data=opportunity_form, to="/opportunities/"),
    "GET /opportunities/new/customer/": Visit(data={"customer": "没有的公司"}),
    "GET /opportunities/of/<int:pk>/": Visit(to="/opportunities/"),
    "GET /opportunities/<int:pk>/": Visit(**DEAL),
    "GET /opportunities/<int:pk>/edit/": Visit(**DEAL),
    "POST /opportunities/<int:pk>/edit/": Visit(data=opportunity_form, to="/opportunities/", **DEAL),
    "GET /opportunities/<int:pk>/fields/<slug:name>/": Visit(path={"name": "notes"}, **DEAL),
    "POST /opportunities/<int:pk>/fields/<slug:name>/": Visit(
        path={"name": "notes"}, data={"notes": "新备注", "version": "1"}, to="/opportunities/", **DEAL
    ),
    "POST /opportunities/<int:pk>/delete/": Visit(to="/opportunities/", **DEAL),
    "POST /opportunities/<int:pk>/restore/": Visit(before=binned("opportunity"), to="/opportunities/", **DEAL),
    "POST /opportunities/<int:pk>/star/": Visit(to="/opportunities/", **DEAL),
    "GET /opportunities/<int:pk>/lines/": Visit(**DEAL),
    "POST /opportunities/<int:pk>/lines/": Visit(data=lines_typed, to="/opportunities/", **DEAL),
    "POST /opportunities/<int:pk>/lines/follow/": Visit(
        data=as_it_stands(), before=priced, to="/opportunities/", **DEAL
    ),
    "POST /opportunities/<int:pk>/probability/": Visit(
        data=as_it_stands(probability="33"), to="/opportunities/", **DEAL
    ),
    "GET /opportunities/<int:pk>/parts/new/": Visit(**DEAL),
    "POST /opportunities/<int:pk>/parts/new/": Visit(
        data=someone_takes_part, before=nobody_takes_part, to="/opportunities/", **DEAL
    ),
    "GET /opportunities/<int:pk>/parts/<int:contact>/": Visit(path={"contact": "@contact"}, **DEAL),
    "POST /opportunities/<int:pk>/parts/<int:contact>/": Visit(
        path={"contact": "@contact"}, data=someone_takes_part, to="/opportunities/", **DEAL
    ),
    "POST /opportunities/<int:pk>/parts/<int:contact>/drop/": Visit(
        path={"contact": "@contact"}, to="/opportunities/", **DEAL
    ),
    "GET /opportunities/<int:pk>/competitors/new/": Visit(**DEAL),
    "POST /opportunities/<int:pk>/competitors/new/": Visit(
        data=as_it_stands(name="另一个对手", threat="high"), to="/opportunities/", **DEAL
    ),
    "GET /opportunities/<int:pk>/competitors/<int:row>/": Visit(path={"row": "@competitor"}, **DEAL),
    "POST /opportunities/<int:pk>/competitors/<int:row>/": Visit(
        path={"row": "@competitor"}, data=as_it_stands(name="另一个对手", threat="high"), to="/opportunities/", **DEAL
    ),
    "POST /opportunities/<int:pk>/competitors/<int:row>/drop/": Visit(
        path={"row": "@competitor"}, to="/opportunities/", **DEAL
    ),
    "GET /opportunities/board/": Visit(data={"q": "共同", "view": "all"}),
    "GET /opportunities/board/cards/": Visit(data=further_cards),
    "GET /opportunities/board/choices/": Visit(data={"field": "owner", "at": "/opportunities/board/?view=all"}),
    "GET /opportunities/forecast/": Visit(data={"q": "共同", "view": "all"}),
    "GET /opportunities/forecast/cards/": Visit(data={"column": "later", "after": "2000-01-01.0", "view": "all"}),
    "POST /opportunities/<int:pk>/move/": Visit(data=step_to("needs"), to="/opportunities/", **DEAL),
    "GET /opportunities/<int:pk>/win/": Visit(**DEAL),
    "POST /opportunities/<int:pk>/win/": Visit(data=won, to="/opportunities/", **DEAL),
    "GET /opportunities/<int:pk>/lose/": Visit(**DEAL),
    "POST /opportunities/<int:pk>/lose/": Visit(data=lost, to="/opportunities/", **DEAL),
    "POST /opportunities/<int:pk>/reopen/": Visit(before=closed, data=as_it_stands(), to="/opportunities/", **DEAL),
    "POST /opportunities/<int:pk>/undo-move/": Visit(before=moved_on, to="/opportunities/", **DEAL),
    "POST /opportunities/<int:pk>/expect/": Visit(data=in_march, to="/opportunities/", **DEAL),
    "POST /opportunities/<int:pk>/expect/<int:operation>/undo/": Visit(
        before=expected_later, path={"operation": str(KNOWN_OPERATION)}, to="/opportunities/", **DEAL
    ),
    "GET /products/": Visit(data={"view": "all"}),
    "GET /products/count/": Visit(data={"exact": "1"}),
    "POST /products/bulk/": Visit(
        CHIEF, data=lambda world, _: {"ids": [world.product.pk], "verb": "delete"}, to="/products/"
    ),
    "GET /products/pick/": Visit(data={"q": "检测"}),
    "GET /products/new/": Visit(CHIEF),
    "POST /products/new/": Visit(CHIEF, data=product_form, to="/products/"),
    "GET /products/<int:pk>/": Visit(**GOODS),
    "GET /products/<int:pk>/edit/": Visit(CHIEF, **GOODS),
    "POST /products/<int:pk>/edit/": Visit(CHIEF, data=product_form, to="/products/", **GOODS),
    "GET /products/<int:pk>/fields/<slug:name>/": Visit(CHIEF, path={"name": "unit"}, **GOODS),
    "POST /products/<int:pk>/fields/<slug:name>/": Visit(
        CHIEF, path={"name": "unit"}, data={"unit": "套", "version": "1"}, to="/products/", **GOODS
    ),
    "POST /products/<int:pk>/delete/": Visit(CHIEF, to="/products/", **GOODS),
    "POST /products/<int:pk>/restore/": Visit(CHIEF, before=product_gone, to="/products/", **GOODS),
}
