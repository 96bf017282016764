"""What one visit of the access matrix says, and the forms and states that several of them need."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from keyuan.exchange.models import StaffImport
from keyuan.exchange.staff import making, verbs
from keyuan.notices.models import Notice
from keyuan.org.kept import PasswordLink
from keyuan.org.links import LASTS
from tests.world import OWNERS

LINK = "the-secret-of-a-link"
NEW_PASSWORD = "quiet lake under old pines"

CHIEF, DIM = "administrator", "dim"
PLANNED = "2031-03-18T14:00"


@dataclass(frozen=True)
class Visit:
    """How one route is called with success.

    Attributes:
        who: the person for whom it must succeed, with their own records.
        data: query of a GET, form or JSON body of the others; a callable gets world and records.
        about: where the `pk` of the route comes from: an attribute of the records, else of the world.
        path: the other parameters of the route; @contact is the id of that record of the owner.
        to: the beginning of the address to which a successful call leads, if it leads anywhere.
        tells_names: names of invisible records are told on purpose (the duplicate check).
        carries_key: the address holds a secret, and whoever has it may.
        before: puts the world into the state in which the call succeeds, such as a deleted record.
    """

    who: str = "anna"
    data: Any = None
    about: str = "customer"
    path: dict[str, str] = field(default_factory=dict)
    to: str = ""
    tells_names: bool = False
    carries_key: bool = False
    before: Callable[[SimpleNamespace, SimpleNamespace], object] | None = None

    def parameters(self, names: Iterable[str], world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
        found = getattr(records, self.about, None) or getattr(world, self.about)
        also = {name: getattr(records, word[1:]).pk for name, word in self.path.items() if word.startswith("@")}
        return {name: (self.path | also).get(name, found.pk) for name in names}

    def body(self, world: SimpleNamespace, records: SimpleNamespace) -> Any:
        return self.data(world, records) if callable(self.data) else self.data


def binned(kind: str) -> Any:
    return lambda world, records: getattr(records, kind).delete_by(records.owner)


def linked(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """Somebody has a link for a new password in their mail."""
    PasswordLink.objects.create(
        user=world.people["ben"],
        digest=hashlib.sha256(LINK.encode()).hexdigest(),
        epoch=world.people["ben"].epoch,
        expires_at=timezone.now() + LASTS,
    )


def ids(kind: str, **more: Any) -> Any:
    """A bulk verb about the records of all owners at once: only one's own may change."""
    return lambda world, _: {"ids": [getattr(world.records[owner], kind).pk for owner in OWNERS], **more}


def customer_form(name: str) -> Any:
    return lambda world, records: {
        "name": name,
        "category": "potential",
        "version": records.customer.version,
        "anyway": "1",
    }


def contact_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"name": "新联系人", "version": records.contact.version}


def follow_up_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"content": "改过的话", "kind": "phone", "at": "2026-01-05 10:00", "version": records.follow_up.version}


def member_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"name": "新人", "username": "newbie", "department": world.department.pk}


def moved_member(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return member_form(world, records) | {"along": "yes"}


def role_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"name": "新角色"}


def merging(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"into": world.other_tag.pk}


def left_behind(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """The person has moved, and their records have not."""
    type(records.user).objects.filter(pk=records.user.pk).update(department=world.spare_department)


def staff_made(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """The people of the sheet are created, and the browser of the administrator holds the key."""
    of = world.staff_import
    key = verbs.confirm(of, by=world.people["administrator"])
    making.make(StaffImport.objects.get(pk=of.pk))
    world.clients["administrator"][f"keyuan_staff_{of.pk}"] = key


def read_already(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """Opening marks a notice as read; this one is."""
    Notice.objects.filter(pk=records.notice.pk).update(read_at=timezone.now())


def plan_asked(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"customer": records.customer.pk, "contact": records.contact.pk, "starts_at": PLANNED}


def plan_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {
        "subject": "上门拜访",
        "kind": "visit",
        "customer": records.customer.pk,
        "starts_at": PLANNED,
        "priority": "normal",
        "version": records.plan.version,
    }


def settled(world: SimpleNamespace, records: SimpleNamespace) -> None:
    records.plan.complete(by=records.owner)
