"""Whose plans may stand in a calendar: oneself, one's department, and those whom the right to see plans reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from keyuan.activities.calendar.asked import Asked, ids_of
from keyuan.org.models import User
from keyuan.records.kinds.places import below
from keyuan.records.namebook import NameBook

OFFERED = 60


@dataclass(frozen=True)
class Colleague:
    """One line of the check boxes."""

    pk: int
    name: str
    is_me: bool
    is_on: bool
    is_near: bool


def shown_people(asked: Asked, book: NameBook) -> list[int]:
    """Ids of those whose plans are asked for. What is seen of them the rights of each plan say."""
    me = book.user.pk
    if asked.who == "department":
        return [one.pk for one in colleagues(book) if one.department_id == book.user.department_id] or [me]
    return list(ids_of(asked.who)) or [me]


def colleagues(book: NameBook) -> list[User]:
    """Oneself first, then those of one's department, then the others whose plans one may see."""
    user = book.user
    reach = user.reach("plan", "view")
    near = below([user.department_id], book) if user.department_id else []
    wanted = Q(pk=user.pk) | Q(department__in=near)
    if reach.everything:
        wanted = Q()
    elif reach:
        wanted |= Q(pk__in=sorted(reach.owners)) | Q(department__in=sorted(reach.departments))
    rows = User.objects.people().filter(wanted, is_active=True).only("pk", "name", "username", "department")
    found = book.shelf.get(("calendar people", user.pk), lambda: list(rows.order_by("name", "pk")[:500]))
    return sorted(found, key=lambda one: (one.pk != user.pk, one.department_id != user.department_id))


def boxes(people: Collection[int], book: NameBook) -> list[Colleague]:
    """The check boxes: those who are shown stand among them, however many there are."""
    found = colleagues(book)
    kept = [one for place, one in enumerate(found) if place < OFFERED or one.pk in people]
    return list(_lines(kept, people, book.user))


def _lines(found: Iterable[User], people: Collection[int], user: User) -> Iterable[Colleague]:
    for one in found:
        near = one.department_id == user.department_id
        yield Colleague(one.pk, str(one), one.pk == user.pk, one.pk in people, near)
