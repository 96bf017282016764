"""What follows from products and opportunities: search text, order of names, tags of products, facts of customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.apps import apps
from django.db import connection

from keyuan.records.options import tag_key
from keyuan.records.search_text import Kind, write_search_text
from keyuan.records.text import lines, pinyin_forms, sort_name

CHUNK = 2000
PRODUCT_TAGS = "感兴趣产品"
"""The group of tags that follows the catalogue of products (T3)."""


def model(name: str) -> Any:
    return apps.get_model("keyuan", name)


def derive_opportunities(pks: Sequence[int], fields: set[str] | None) -> None:
    """Write again what follows from these opportunities; `fields` are those that changed, None for all."""
    for start in range(0, len(pks), CHUNK):
        _derive_opportunities(pks[start : start + CHUNK], fields)


def _derive_opportunities(pks: Sequence[int], fields: set[str] | None) -> None:
    found = list(model("Opportunity").rows.filter(pk__in=pks).order_by("pk"))
    if fields is None or fields & {"name", "notes"}:
        write_search_text(model("OpportunitySearch"), [(one.pk, Kind.TEXT.value, text_of(one)) for one in found])
        _write_order("opportunity", [(one.pk, sort_name(one.name)) for one in found])
    if fields is None or "outcome" in fields:
        push_deals({one.customer_id for one in found})


def text_of(one: Any) -> str:
    """The open text of an opportunity."""
    return opportunity_text(one.number, one.name, one.notes)


def opportunity_text(number: str, name: str, notes: str) -> str:
    """The open text by which an opportunity is found."""
    return lines(name, *pinyin_forms(name), number, notes)


def derive_products(pks: Sequence[int], fields: set[str] | None) -> None:
    """Write again what follows from these products; `fields` are those that changed, None for all."""
    found = list(model("Product").rows.filter(pk__in=pks).order_by("pk"))
    texts = [
        (one.pk, Kind.TEXT.value, lines(one.name, *pinyin_forms(one.name), one.code, one.description)) for one in found
    ]
    write_search_text(model("ProductSearch"), texts)
    _write_order("product", [(one.pk, sort_name(one.name)) for one in found])
    if fields is None or fields & {"name", "is_on_sale"}:
        for one in found:
            _follow_with_tag(one)


def _follow_with_tag(product: Any) -> None:
    """The shared tag of a product has its name, and is offered as long as the product is."""
    name = product.name[:40]
    tags = model("Tag").objects
    retired = not product.is_on_sale or product.deleted_at is not None
    taken = tags.filter(owner=None, key=tag_key(name)).first()
    if product.tag_id and (taken is None or taken.pk == product.tag_id):
        tags.filter(pk=product.tag_id).update(name=name, key=tag_key(name), is_retired=retired)
        return
    tag = taken or tags.create(name=name, key=tag_key(name), group=PRODUCT_TAGS, is_retired=retired)
    model("Product").rows.filter(pk=product.pk).update(tag=tag)


def _write_order(table: str, rows: Sequence[tuple[int, str]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} t SET sort_name = given.name FROM unnest(%s::bigint[], %s::text[]) AS given(id, name) "
                "WHERE t.id = given.id AND t.sort_name <> given.name",
                [list(column) for column in zip(*rows, strict=True)],
            )


BOUGHT = """
    UPDATE customer c SET has_bought = given.bought FROM (
        SELECT asked.customer, EXISTS (
            SELECT FROM opportunity o
            WHERE o.customer_id = asked.customer AND o.outcome = 'won' AND o.deleted_at IS NULL
        ) AS bought FROM unnest(%s::bigint[]) AS asked(customer)
    ) AS given WHERE c.id = given.customer AND c.has_bought <> given.bought
"""


def push_deals(customers: Collection[int]) -> None:
    """Tell these customers whether they have bought: no history, no version."""
    if customers:
        with connection.cursor() as cursor:
            cursor.execute(BOUGHT, [sorted(customers)])
