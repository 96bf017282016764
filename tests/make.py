"""Makers: the plainest valid record of each kind. A test states only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from keyuan.activities.models import FollowUp, Plan
from keyuan.campaigns.models import Campaign
from keyuan.customers.models import Contact, Customer
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity, Product, Stage
from keyuan.org.models import Department, Grant, Role, User
from keyuan.pools.models import Pool, PoolMember
from keyuan.pools.rules import PoolRules
from keyuan.records.options import Option

_numbers = count(1)
PASSWORD = "correct horse battery"


@cache
def _hash() -> str:
    """A slow hash is made once."""
    return make_password(PASSWORD)


def make_department(name: str = "", parent: Department | None = None) -> Department:
    department = Department.objects.create(name=name or f"Department {next(_numbers)}", parent=parent)
    department.path = f"{parent.path if parent else ''}{department.pk}/"
    department.save(update_fields=["path"])
    return department


def make_role(name: str = "", **modules: dict[str, str] | str) -> Role:
    """A role: `customer={"view": "branch", "edit": "own"}`."""
    role = Role.objects.create(name=name or f"Role {next(_numbers)}")
    for module, operations in modules.items():
        Grant.objects.create(role=role, module=module, scope="own", operations=operations)
    return role


def make_user(username: str = "", *roles: Role, department: Department | None = None, **fields: Any) -> User:
    """A person who has changed the initial password and signs in with PASSWORD."""
    username = username or f"user{next(_numbers)}"
    values = {"name": username.title(), "must_change_password": False} | fields
    user = User(username=username, department=department, **values)
    user.password = _hash()
    user.save()
    user.roles.set(roles)
    return user


def option(list_: str, key: str) -> Option:
    return Option.objects.get(list=list_, key=key)


def make_customer(name: str = "", *, owner: User, **fields: Any) -> Customer:
    fields.setdefault("category", option("category", "potential"))
    return Customer.add(by=owner, name=name or f"客户 {next(_numbers)}", owner=owner, **fields)


def make_contact(customer: Customer, name: str = "", *, by: User | None = None, **fields: Any) -> Contact:
    return Contact.add(by=by or customer.owner, customer=customer, name=name or f"联系人 {next(_numbers)}", **fields)


def make_lead(company: str = "", *, owner: User | None, by: User | None = None, **fields: Any) -> Lead:
    company = company or ("" if fields.get("name") else f"线索公司 {next(_numbers)}")
    maker: Any = by or owner
    return Lead.add(by=maker, company=company, owner=owner, **fields)


def make_campaign(name: str = "", *, owner: User, by: User | None = None, **fields: Any) -> Campaign:
    return Campaign.add(by=by or owner, name=name or f"市场活动 {next(_numbers)}", owner=owner, **fields)


def make_follow_up(customer: Customer, content: str = "", *, by: User | None = None, **fields: Any) -> FollowUp:
    fields.setdefault("kind", option("follow_up_kind", "phone"))
    content = content or f"打了电话，谈了第 {next(_numbers)} 次"
    return FollowUp.add(by=by or customer.owner, customer=customer, content=content, **fields)


def make_plan(subject: str = "", *, owner: User, starts_at: datetime | None, **fields: Any) -> Plan:
    fields.setdefault("kind", option("follow_up_kind", "phone"))
    subject = subject or f"计划 {next(_numbers)}"
    return Plan.add(by=fields.pop("by", owner), owner=owner, subject=subject, starts_at=starts_at, **fields)


def stage(key: str) -> Stage:
    """A stage of the default pipeline."""
    return Stage.objects.get(pipeline__position=0, key=key)


def make_product(name: str = "", *, by: User, price: str | None = "100.00", **fields: Any) -> Product:
    return Product.add(by=by, name=name or f"产品 {next(_numbers)}", list_price=price and Decimal(price), **fields)


def make_opportunity(
    name: str = "",
    *,
    owner: User,
    customer: Customer | None = None,
    at: str = "contact",
    amount: Any = 1000,
    **fields: Any,
) -> Opportunity:
    """`at` is the key of its stage."""
    customer = customer or make_customer(owner=owner)
    by = fields.pop("by", owner)
    name = name or f"商机 {next(_numbers)}"
    given = {"owner": owner, "amount": None if amount is None else Decimal(amount)} | fields
    return Opportunity.add(by=by, name=name, customer=customer, stage=stage(at), **given)


def make_pool(kind: str = "customer", *members: Any, managers: Any = (), **rules: Any) -> Pool:
    """A pool that is open to these people, departments and roles."""
    kept = replace(PoolRules(), **rules).as_json()
    pool = Pool.objects.create(kind=kind, name=f"Pool {next(_numbers)}", kept_rules=kept)
    for one in (*members, *managers):
        PoolMember.objects.create(pool=pool, is_manager=one in managers, **{type(one).__name__.lower(): one})
    return pool


def make_pooled_lead(pool: Pool, *, by: User, company: str = "", **fields: Any) -> Lead:
    """A lead that lies in a pool."""
    lead = make_lead(company, owner=by, **fields)
    Lead.rows.filter(pk=lead.pk).update(owner=None, department=None, pool=pool, taken_at=None)
    lead.refresh_from_db()
    return lead


def make_pooled(pool: Pool, *, by: User, name: str = "") -> Customer:
    """A customer that lies in a pool."""
    customer = make_customer(name, owner=by)
    Customer.rows.filter(pk=customer.pk).update(owner=None, department=None, pool=pool)
    customer.refresh_from_db()
    return customer
