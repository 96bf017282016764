"""The demo company: believable people and customers, in by one command and out by another (I3).

Everything it makes is the work of one operation, `demo.loaded`, so that it can be found again and real
data is never touched.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from keyuan.activities.forgetting import forget_activities, forget_activities_of_leads
from keyuan.campaigns.models import Campaign, CampaignSearch
from keyuan.customers.models import Contact, ContactSearch, Customer, CustomerSearch
from keyuan.demo.activities import tell_story
from keyuan.demo.deals import KEY, Maker, days_of
from keyuan.demo.leads import LeadMaker
from keyuan.demo.people import CUSTOMERS, DEPARTMENTS, PEOPLE
from keyuan.demo.prospects import POOL_NAMES
from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _
from keyuan.leads.models import Lead, LeadSearch
from keyuan.opportunities.models import Opportunity, OpportunityLine, OpportunitySearch, Product, ProductSearch
from keyuan.opportunities.models.deriving import PRODUCT_TAGS
from keyuan.org.accounts import create_user
from keyuan.org.models import Department, Role, User
from keyuan.pools.models import Pool
from keyuan.records.attachments import models as attachments
from keyuan.records.history import Event, Operation, write_event
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.models import DuplicateKey, Favourite, Recent
from keyuan.records.options import Option, Tag, tag_key

DOMAIN = "@hualan.example"
PRODUCTS_OF = "shenyan"
"""Who looks after the catalogue."""
LOADED, CLEARED = "demo.loaded", "demo.cleared"
LOCK = 20261129  # advisory: one process loads at a time


@transaction.atomic
def load() -> list[str]:
    """Bring in the demo company.

    Returns:
        A line with name, user name and initial password of each new demo person; nothing when all is there already.

    Raises:
        Refusal: it is being loaded already, such as by a first start.
    """
    if not _is_alone():
        raise Refusal(_("The demo company is being loaded already. Wait a minute, then look again."))
    if _operations().exists():
        _complete()
        return []
    operation = Operation.begin(LOADED, by=_robot())
    departments = _make_departments()
    passwords = _make_people(departments)
    people = {user.username: user for user in demo_people()}
    for place, row in enumerate(CUSTOMERS):
        _make_customer(place, row, people, operation)
    _make_deals(operation)
    _make_leads(operation)
    return passwords


def _is_alone() -> bool:
    """Whether nobody else loads it, until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _complete() -> None:
    """A demo company of an earlier version gets the deals and leads that it did not have then."""
    if not User.objects.filter(username=PRODUCTS_OF, email__endswith=DOMAIN).exists():
        return
    for record_type, make in (("product", _make_deals), ("lead", _make_leads)):
        if not _made(record_type):
            make(Operation.begin(LOADED, by=_robot()))


def _make_deals(operation: Operation) -> None:
    seller = User.objects.get(username=PRODUCTS_OF)
    seller.source = "job"
    Maker(operation, _customers(), seller).make()


def _make_leads(operation: Operation) -> None:
    LeadMaker(operation, _customers(), {one.username: one for one in demo_people()}).make()


def _customers() -> dict[str, Customer]:
    """Those of the demo by their short names."""
    rows = Customer.objects.unscoped(reason="the demo sells to its own customers").living()
    return {one.short_name: one for one in rows.filter(pk__in=_made("customer")).select_related("owner")}


def demo_people() -> Any:
    return User.objects.filter(email__endswith=DOMAIN)


def _operations() -> Any:
    """The loading that is not cleared yet; what was, stays in the history."""
    cleared = Operation.objects.filter(verb=CLEARED).order_by("-pk").values_list("pk", flat=True).first()
    return Operation.objects.filter(verb=LOADED, pk__gt=cleared or 0)


def _make_departments() -> dict[str, Department]:
    made: dict[str, Department] = {}
    root = Department.objects.filter(parent=None).order_by("pk").first()
    for name, above in DEPARTMENTS:
        parent = made.get(above, root)
        department, _is_new = Department.objects.get_or_create(name=name, parent=parent)
        department.path = f"{parent.path if parent else ''}{department.pk}/"
        department.save(update_fields=["path"])
        made[name] = department
    return made


def _make_people(departments: dict[str, Department]) -> list[str]:
    passwords: list[str] = []
    made: dict[str, User] = {}
    for username, name, role, department, position, superior in PEOPLE:
        if User.objects.filter(username=username).exists():
            continue
        made[username], password = create_user(
            username=username,
            name=name,
            email=f"{username}{DOMAIN}",
            department=departments[department],
            position=position,
            superior=made.get(superior),
            roles=[Role.objects.get(key=role)],
        )
        passwords.append(f"{name}  {username}  {password}")
    return passwords


def _make_customer(place: int, row: dict[str, Any], people: dict[str, User], operation: Operation) -> None:
    owner = people[row["owner"]]
    owner.source = "job"
    now = timezone.now()
    customer = Customer.add(
        by=owner,
        operation=operation,
        owner=owner,
        created_at=now - timedelta(days=max(row["age"], days_of(row["fields"]["short_name"]) + 9)),
        updated_at=now - timedelta(days=row["age"] // 4, minutes=place * 17),
        tags=ensure_tags([_tag(name) for name in row["tags"]]),
        **{name: _option(name, row[name]) for name in ("category", "level", "size", "source") if row.get(name)},
        **row["fields"],
    )
    for contact in row["contacts"]:
        roles = [_option("contact_role", key).pk for key in contact.get("roles", ())]
        Contact.add(by=owner, operation=operation, customer=customer, roles=roles, **contact["fields"])
    tell_story(customer, place, row, operation)


def _option(name: str, key: str) -> Option:
    return Option.objects.get(list=name, key=key)


def _tag(name: str) -> Tag:
    key = tag_key(name)
    return Tag.objects.filter(key=key, owner=None).first() or Tag(name=name, key=key)


@transaction.atomic
def clear() -> int:
    """Take the demo company out again; real data stays, with its owner even where that is a demo person.

    Returns:
        How many customers went.
    """
    contacts, customers, deals, products = map(_made, ("contact", "customer", "opportunity", "product"))
    leads, campaigns = _made("lead"), _made("campaign")
    customers = [pk for pk in customers if pk not in _used(customers, contacts, deals)]
    operation = Operation.begin(CLEARED, by=_robot())
    forget_activities(customers)
    forget_activities_of_leads(leads)
    _purge(Lead, LeadSearch, leads, operation)
    Opportunity.rows.filter(campaign__in=campaigns).update(campaign=None)
    Lead.rows.filter(campaign__in=campaigns).update(campaign=None)
    _purge(Campaign, CampaignSearch, campaigns, operation)
    _purge(Opportunity, OpportunitySearch, deals, operation)
    _purge_products(products, operation)
    _purge(Contact, ContactSearch, contacts, operation)
    _purge(Customer, CustomerSearch, customers, operation)
    _remove_entries()
    _remove_pools()
    _retire_people()
    return len(customers)


def _made(record_type: str) -> list[int]:
    made = Event.objects.filter(operation__in=_operations(), name="created", record_type=record_type)
    return list(made.values_list("record_id", flat=True))


def _used(customers: list[int], contacts: list[int], deals: list[int]) -> set[int]:
    """Those to which somebody has added a contact or an opportunity."""
    found: set[int] = set()
    for model, own in ((Contact, contacts), (Opportunity, deals)):
        rows = model.objects.unscoped(reason="the demo leaves customers to which somebody added something")
        found |= set(rows.filter(customer__in=customers).exclude(pk__in=own).values_list("customer_id", flat=True))
    return found


def _purge(model: Any, search: Any, pks: list[int], operation: Operation) -> None:
    record_type = model.module
    about = Q(record_type=record_type, record_id__in=pks)
    for remembered in (DuplicateKey, Favourite, Recent):
        remembered.objects.filter(about).delete()
    search.objects.filter(record_id__in=pks).delete()
    attachments.purge(record_type, pks)
    if record_type not in ("product", "campaign"):
        model.tags.through.objects.filter(**{f"{record_type}__in": pks}).delete()
    rows = model.objects.unscoped(reason="the demo company is taken out whole").filter(pk__in=pks)
    if record_type == "customer":
        rows.filter(parent__in=pks).update(parent=None)
    for pk in sorted(rows.values_list("pk", flat=True)):
        write_event("purged", operation=operation, record_type=record_type, record_id=pk, customer_id=None)
    rows.delete()


def _purge_products(pks: list[int], operation: Operation) -> None:
    """Those that no real opportunity holds, with their tags as far as nobody uses them."""
    held = set(OpportunityLine.objects.filter(product__in=pks).values_list("product_id", flat=True))
    free = [pk for pk in pks if pk not in held]
    rows = Product.objects.unscoped(reason="the demo company is taken out whole").filter(pk__in=free)
    tags = list(rows.exclude(tag=None).values_list("tag_id", flat=True))
    _purge(Product, ProductSearch, free, operation)
    for tag in Tag.objects.filter(pk__in=tags, group=PRODUCT_TAGS):
        if not _delete_unused(tag):
            Tag.objects.filter(pk=tag.pk).update(is_retired=True)


def _remove_entries() -> None:
    """The entries of lists that the demo company brought, as far as nothing holds them."""
    for entry in Option.objects.filter(list__in=("competitor", "product_category"), key__startswith=KEY):
        _delete_unused(entry)


def _remove_pools() -> None:
    """The pools that the demo company brought, as far as nothing else lies in them."""
    for kind, name in POOL_NAMES:
        for pool in Pool.objects.filter(kind=kind, name=name):
            model = Customer if kind == "customer" else Lead
            if not model.rows.filter(pool=pool).exists():
                _delete_unused(pool)


def _delete_unused(row: Any) -> bool:
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        return False
    return True


def _robot() -> User:
    robot = User.objects.robot()
    robot.source = "command"
    return robot


def _retire_people() -> None:
    """Demo people can no longer sign in; those who own nothing are gone."""
    for user in demo_people():
        mine = Q(owner=user) | Q(created_by=user) | Q(updated_by=user)
        owns = any(_all(model).filter(mine).exists() for model in (Customer, Opportunity, Product, Lead, Campaign))
        if owns or Operation.objects.filter(by=user).exists():
            User.objects.filter(pk=user.pk).update(is_active=False)
        else:
            user.delete()


def _all(model: Any) -> Any:
    return model.objects.unscoped(reason="a demo person who owns real data stays")
