"""How every route of the API is called with success."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from keyuan.customers.models import Customer
from tests.make import make_pool, option, stage
from tests.visiting import (
    CHIEF,
    DIM,
    Visit,
    binned,
    ids,
    member_form,
)
from tests.visits_opportunities import product_gone
from tests.world import sheet, small_file


def lost(world: SimpleNamespace, records: SimpleNamespace) -> None:
    records.opportunity.lose(by=records.owner, reason=option("opportunity_lost_reason", "price"))


def in_reach_of_a_pool(world: SimpleNamespace, records: SimpleNamespace) -> Any:
    """A pool is open to the owner of these records; the administrator manages it."""
    return make_pool("customer", records.owner, managers=[world.people["administrator"]])


def pooled(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """The customer lies in that pool."""
    pool = in_reach_of_a_pool(world, records)
    Customer.rows.filter(pk=records.customer.pk).update(owner=None, department=None, pool=pool)


API_VISITS = {
    "GET /api/v1/openapi.json": Visit("anonymous"),
    "GET /api/v1/docs": Visit("anonymous"),
    "GET /api/v1/customers": Visit(data={"q": "共同"}),
    "POST /api/v1/customers": Visit(data={"name": "共同 新公司"}, tells_names=True),
    "GET /api/v1/customers/fields": Visit(),
    "POST /api/v1/customers/bulk": Visit(data=ids("customer", verb="delete")),
    "GET /api/v1/customers/<int:pk>": Visit(),
    "PATCH /api/v1/customers/<int:pk>": Visit(data={"address": "新地址"}),
    "DELETE /api/v1/customers/<int:pk>": Visit(),
    "POST /api/v1/customers/<int:pk>/transfer": Visit(data=lambda world, _: {"to": world.people["ben"].pk}),
    "POST /api/v1/customers/<int:pk>/claim": Visit(before=pooled),
    "POST /api/v1/customers/<int:pk>/assign": Visit(
        "administrator", before=pooled, data=lambda world, _: {"to": world.people["ben"].pk}
    ),
    "POST /api/v1/customers/<int:pk>/release": Visit(before=in_reach_of_a_pool, data={"reason": "no_need"}),
    "GET /api/v1/pools": Visit(),
    "POST /api/v1/pools": Visit(CHIEF, data={"kind": "customer", "name": "新公海"}),
    "GET /api/v1/pools/<int:pk>": Visit(CHIEF, about="spare_pool"),
    "PATCH /api/v1/pools/<int:pk>": Visit(CHIEF, about="spare_pool", data={"name": "新名称"}),
    "POST /api/v1/opportunities/<int:pk>/transfer": Visit(
        about="opportunity", data=lambda world, _: {"to": world.people["ben"].pk}
    ),
    "POST /api/v1/customers/<int:pk>/restore": Visit(before=binned("customer")),
    "POST /api/v1/customers/check-duplicates": Visit(data={"name": "共同公司"}, tells_names=True),
    "POST /api/v1/customers/<int:pk>/show": Visit(DIM, data={"field": "phone"}),
    "GET /api/v1/customers/<int:pk>/timeline": Visit(),
    "GET /api/v1/customers/<int:pk>/history": Visit(data={"at": "2099-01-01"}),
    "GET /api/v1/customers/<int:pk>/access": Visit(),
    "GET /api/v1/contacts": Visit(data={"q": "共同"}),
    "POST /api/v1/contacts": Visit(data=lambda _, records: {"name": "新联系人", "customer": records.customer.pk}),
    "GET /api/v1/contacts/fields": Visit(),
    "POST /api/v1/contacts/bulk": Visit(data=ids("contact", verb="tag", tags=["新标签"])),
    "GET /api/v1/contacts/<int:pk>": Visit(about="contact"),
    "PATCH /api/v1/contacts/<int:pk>": Visit(about="contact", data={"title": "经理"}),
    "DELETE /api/v1/contacts/<int:pk>": Visit(about="contact"),
    "POST /api/v1/contacts/<int:pk>/restore": Visit(about="contact", before=binned("contact")),
    "POST /api/v1/contacts/<int:pk>/show": Visit(DIM, about="contact", data={"field": "mobile"}),
    "GET /api/v1/follow-ups": Visit(data={"q": "共同"}),
    "POST /api/v1/follow-ups": Visit(
        data=lambda _, records: {
            "customer": records.customer.pk,
            "kind": "phone",
            "content": "谈了二期",
            "at": "2026-01-05T10:00:00+08:00",
        }
    ),
    "GET /api/v1/follow-ups/fields": Visit(),
    "POST /api/v1/follow-ups/bulk": Visit(data=ids("follow_up", verb="delete")),
    "GET /api/v1/follow-ups/<int:pk>": Visit(about="follow_up"),
    "PATCH /api/v1/follow-ups/<int:pk>": Visit(about="follow_up", data={"content": "改过的话"}),
    "DELETE /api/v1/follow-ups/<int:pk>": Visit(about="follow_up"),
    "POST /api/v1/follow-ups/<int:pk>/restore": Visit(about="follow_up", before=binned("follow_up")),
    "POST /api/v1/follow-ups/<int:pk>/show": Visit(DIM, about="follow_up", data={"field": "place"}),
    "GET /api/v1/plans": Visit(data={"q": "共同"}),
    "POST /api/v1/plans": Visit(data={"subject": "新计划", "kind": "phone"}),
    "GET /api/v1/plans/fields": Visit(),
    "POST /api/v1/plans/bulk": Visit(data=ids("plan", verb="delete")),
    "GET /api/v1/plans/<int:pk>": Visit(about="plan"),
    "PATCH /api/v1/plans/<int:pk>": Visit(about="plan", data={"subject": "改过的计划"}),
    "DELETE /api/v1/plans/<int:pk>": Visit(about="plan"),
    "POST /api/v1/plans/<int:pk>/restore": Visit(about="plan", before=binned("plan")),
    "POST /api/v1/plans/<int:pk>/show": Visit(DIM, about="plan", data={"field": "place"}),
    "POST /api/v1/plans/<int:pk>/complete": Visit(about="plan", data={"content": "谈完了"}),
    "GET /api/v1/opportunities": Visit(data={"q": "共同"}),
    "POST /api/v1/opportunities": Visit(
        data=lambda _, records: {
            "customer": records.customer.pk,
            "name": "共同 新商机",
            "amount": "10万",
            "expected_on": "2027-01-31",
        }
    ),
    "GET /api/v1/opportunities/fields": Visit(),
    "POST /api/v1/opportunities/bulk": Visit(data=ids("opportunity", verb="delete")),
    "GET /api/v1/opportunities/<int:pk>": Visit(about="opportunity"),
    "PATCH /api/v1/opportunities/<int:pk>": Visit(about="opportunity", data={"notes": "新备注"}),
    "DELETE /api/v1/opportunities/<int:pk>": Visit(about="opportunity"),
    "POST /api/v1/opportunities/<int:pk>/restore": Visit(about="opportunity", before=binned("opportunity")),
    "POST /api/v1/opportunities/<int:pk>/move": Visit(
        about="opportunity", data=lambda *_: {"stage": stage("needs").pk}
    ),
    "POST /api/v1/opportunities/<int:pk>/win": Visit(about="opportunity", data={}),
    "POST /api/v1/opportunities/<int:pk>/lose": Visit(about="opportunity", data={"reason": "price"}),
    "POST /api/v1/opportunities/<int:pk>/reopen": Visit("boss", about="opportunity", before=lost, data={}),
    "GET /api/v1/pipelines": Visit(),
    "POST /api/v1/pipelines": Visit(CHIEF, data={"name": "渠道销售"}),
    "GET /api/v1/pipelines/<int:pk>": Visit(about="pipeline"),
    "PATCH /api/v1/pipelines/<int:pk>": Visit(CHIEF, about="pipeline", data={"name": "直销"}),
    "GET /api/v1/products": Visit(data={"q": "检测"}),
    "POST /api/v1/products": Visit(CHIEF, data={"name": "新产品"}),
    "GET /api/v1/products/fields": Visit(),
    "POST /api/v1/products/bulk": Visit(CHIEF, data=lambda world, _: {"ids": [world.product.pk], "verb": "delete"}),
    "GET /api/v1/products/<int:pk>": Visit(about="product"),
    "PATCH /api/v1/products/<int:pk>": Visit(CHIEF, about="product", data={"unit": "套"}),
    "DELETE /api/v1/products/<int:pk>": Visit(CHIEF, about="product"),
    "POST /api/v1/products/<int:pk>/restore": Visit(CHIEF, about="product", before=product_gone),
    "GET /api/v1/imports": Visit(),
    "POST /api/v1/imports": Visit(data=lambda *_: {"file": sheet("x")}),
    "GET /api/v1/imports/<int:pk>": Visit(about="import_"),
    "GET /api/v1/imports/<int:pk>/rows": Visit(about="import_"),
    "POST /api/v1/imports/<int:pk>/mapping": Visit(about="import_", data={"columns": {"0": "name"}}),
    "POST /api/v1/imports/<int:pk>/check": Visit(about="import_", data={"same": "skip"}),
    "POST /api/v1/imports/<int:pk>/confirm": Visit(about="import_"),
    "GET /api/v1/notices": Visit(),
    "POST /api/v1/notices/read": Visit(),
    "POST /api/v1/notices/<int:pk>/read": Visit(about="notice"),
    "GET /api/v1/exports": Visit(),
    "POST /api/v1/exports": Visit(data={"module": "customer"}),
    "GET /api/v1/exports/<int:pk>": Visit(about="export"),
    "GET /api/v1/exports/<int:pk>/file": Visit(about="export"),
    "GET /api/v1/attachments": Visit(
        data=lambda _, records: {"record_type": "customer", "record_id": records.customer.pk}
    ),
    "POST /api/v1/attachments": Visit(
        data=lambda _, records: {
            "file": small_file("x.txt", "x"),
            "record_type": "customer",
            "record_id": records.customer.pk,
        }
    ),
    "GET /api/v1/attachments/<uuidstr:pk>": Visit(about="attachment"),
    "DELETE /api/v1/attachments/<uuidstr:pk>": Visit(about="attachment"),
    "GET /api/v1/attachments/<uuidstr:pk>/content": Visit(about="attachment"),
    "GET /api/v1/tags": Visit(),
    "POST /api/v1/tags": Visit(CHIEF, data={"name": "新标签"}),
    "GET /api/v1/tags/<int:pk>": Visit(about="tag"),
    "PATCH /api/v1/tags/<int:pk>": Visit(CHIEF, about="tag", data={"name": "改名"}),
    "GET /api/v1/views": Visit(),
    "POST /api/v1/views": Visit(data={"module": "customer", "name": "新视图"}),
    "GET /api/v1/views/<int:pk>": Visit(about="view"),
    "PATCH /api/v1/views/<int:pk>": Visit(about="view", data={"name": "改名"}),
    "DELETE /api/v1/views/<int:pk>": Visit(about="view"),
    "GET /api/v1/audit": Visit("auditor"),
    "GET /api/v1/users": Visit("boss"),
    "POST /api/v1/users": Visit(CHIEF, data=member_form),
    "GET /api/v1/users/me": Visit(),
    "GET /api/v1/users/<int:pk>": Visit("boss", about="user"),
    "PATCH /api/v1/users/<int:pk>": Visit(CHIEF, about="user", data={"position": "经理"}),
    "POST /api/v1/users/<int:pk>/unlock": Visit(CHIEF, about="user", data={"reason": "电话核实"}),
    "POST /api/v1/users/<int:pk>/enable": Visit(CHIEF, about="user"),
    "POST /api/v1/users/<int:pk>/disable": Visit(CHIEF, about="user"),
    "POST /api/v1/users/<int:pk>/reset": Visit(CHIEF, about="user"),
    "GET /api/v1/departments": Visit(),
    "POST /api/v1/departments": Visit(CHIEF, data=lambda world, _: {"name": "新部门", "parent": world.department.pk}),
    "GET /api/v1/departments/<int:pk>": Visit(about="department"),
    "PATCH /api/v1/departments/<int:pk>": Visit(CHIEF, about="department", data={"name": "新名"}),
    "DELETE /api/v1/departments/<int:pk>": Visit(CHIEF, about="spare_department"),
    "GET /api/v1/roles": Visit("boss"),
    "GET /api/v1/search": Visit(data={"q": "共同"}),
}
