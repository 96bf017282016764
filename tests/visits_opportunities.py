"""How the routes of opportunities and products are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

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


DEAL: Any = {"about": "opportunity"}
GOODS: Any = {"about": "product"}
OPPORTUNITY_VISITS = {
    "GET /opportunities/": Visit(data={"q": "共同", "view": "all"}),
    "GET /opportunities/count/": Visit(data={"exact": "1", "view": "all"}),
    "POST /opportunities/bulk/": Visit(data=ids("opportunity", verb="delete"), to="/opportunities/"),
    "GET /opportunities/new/": Visit(),
    "POST /opportunities/new/": Visit(data=opportunity_form, to="/opportunities/"),
    "GET /opportunities/<int:pk>/": Visit(**DEAL),
    "GET /opportunities/<int:pk>/edit/": Visit(**DEAL),
    "POST /opportunities/<int:pk>/edit/": Visit(data=opportunity_form, to="/opportunities/", **DEAL),
    "GET /opportunities/<int:pk>/fields/<slug:name>/": Visit(path={"name": "notes"}, **DEAL),
    "POST /opportunities/<int:pk>/fields/<slug:name>/": Visit(
        path={"name": "notes"}, data={"notes": "新备注", "version": "1"}, to="/opportunities/", **DEAL
    ),
    "POST /opportunities/<int:pk>/delete/": Visit(to="/opportunities/", **DEAL),
    "POST /opportunities/<int:pk>/restore/": Visit(before=binned("opportunity"), to="/opportunities/", **DEAL),
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
