"""Every change to people, departments, roles and settings is an operation with its line in the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import pgettext_lazy

from keyuan.org.models import Department, Role, User
from keyuan.records.history import Change, Event, Operation, write_event

SHOWN = 20
HAPPENED = {
    "created": pgettext_lazy("event", "created"),
    "edited": pgettext_lazy("event", "edited"),
    "deleted": pgettext_lazy("administration", "deleted"),
    "enabled": pgettext_lazy("administration", "enabled"),
    "disabled": pgettext_lazy("administration", "disabled"),
    "unlocked": pgettext_lazy("administration", "unlocked"),
    "reset": pgettext_lazy("administration", "reset the password"),
    "password_changed": pgettext_lazy("administration", "changed the password"),
    "token_created": pgettext_lazy("administration", "created an API token"),
    "token_revoked": pgettext_lazy("administration", "revoked an API token"),
    "moved": pgettext_lazy("administration", "moved"),
    "granted": pgettext_lazy("administration", "changed the permissions"),
    "absent": pgettext_lazy("administration", "added an absence"),
    "present": pgettext_lazy("administration", "ended an absence"),
    "previewed": pgettext_lazy("administration", "looked at the product as"),
}


def write(
    kind: str,
    pk: int,
    happened: str,
    *,
    by: User,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    operation: Operation | None = None,
    **details: Any,
) -> None:
    """One event, of an operation of its own where none is given. `kind`: user, department, role, option, setting, …"""
    write_event(
        happened,
        operation=operation or Operation.begin(f"{kind}.{happened}", by=by),
        record_type=kind,
        record_id=pk,
        customer_id=None,
        before=before,
        after=after,
        details=details,
    )


def write_difference(
    kind: str,
    pk: int,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    by: User,
    operation: Operation | None = None,
) -> bool:
    """One event with the values that differ; none, and False, where nothing does."""
    names = [name for name in after if before.get(name) != after[name]]
    if not names:
        return False
    pick = {name: before.get(name) for name in names}, {name: after[name] for name in names}
    write(kind, pk, "edited", by=by, before=pick[0], after=pick[1], operation=operation)
    return True


def picture(thing: User | Department | Role, *names: str) -> dict[str, Any]:
    """The values of these columns, as the log keeps them."""
    meta: Any = thing._meta
    return {name: meta.get_field(name).value_from_object(thing) for name in names}


@dataclass(frozen=True)
class Line:
    """One event as an administrator reads it."""

    who: str
    what: str
    at: datetime
    fields: list[str]


def lines(kind: str, pk: int, labels: dict[str, Any]) -> list[Line]:
    """What happened last to one person, department or role. `labels` name the fields that may be told."""
    events = Event.objects.filter(record_type=kind, record_id=pk).select_related("by", "change")
    return [_line(event, labels) for event in events.order_by("-at", "-id")[:SHOWN]]


def _line(event: Event, labels: dict[str, Any]) -> Line:
    try:
        changed = event.change.after
    except Change.DoesNotExist:
        changed = {}
    fields = [str(labels[name]) for name in changed if name in labels] if event.name == "edited" else []
    what, reason = str(HAPPENED.get(event.name, event.name)), event.details.get("reason", "")
    return Line(str(event.by), f"{what} · {reason}" if reason else what, event.at, fields)
