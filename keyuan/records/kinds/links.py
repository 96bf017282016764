"""Kinds that point at a row: people of the organisation and other records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.cleaners import Invalid
from keyuan.records.kinds.kind import Asked, Kind
from keyuan.records.kinds.places import below

if TYPE_CHECKING:
    from keyuan.records.catalogue import Field
    from keyuan.records.namebook import NameBook


class Person(Kind):
    """A user: owner, creator."""

    name = "person"
    ops: ClassVar = (*Kind.ops, "me", "my-department")

    def read(self, field: Field, record: models.Model) -> int | None:
        return getattr(record, f"{field.column}_id")

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op == "me":
            return Q(**{field.column: asked.user.pk})
        if op == "my-department":
            return Q(**{f"{field.column}__in": self._colleagues(asked)})
        return super().where(field, op, value, asked)

    def _colleagues(self, asked: Asked) -> list[int]:
        mine = asked.user.department_id
        departments = below([mine], asked.book) if mine else []
        return list(User.objects.people().filter(department__in=departments).values_list("pk", flat=True))

    def asked_value(self, field: Field, value: Any, asked: Asked) -> int:
        person = find_person(str(value))
        if person is None:
            raise self.refuse_value(field, value)
        return person.pk

    def parse(self, text: str, book: NameBook) -> User | None:
        if not text.strip():
            return None
        person = find_person(text)
        if person is None or not person.is_active:
            raise Invalid(_("Nobody here is called “%(name)s”.") % {"name": text[:40]})
        return person

    def plain(self, value: Any, book: NameBook) -> str:
        return str(book.person(value) or "")

    def json(self, value: Any, book: NameBook) -> dict[str, Any] | None:
        return {"id": value, "name": self.plain(value, book)} if value else None


def find_person(text: str) -> User | None:
    """By id, user name, or a name that only one person has."""
    text = text.replace("\x00", "").strip()
    people = User.objects.people()
    if text.isdecimal() and len(text) < 18:
        return people.filter(pk=int(text)).first()
    found = list(people.filter(Q(username__iexact=text) | Q(name=text))[:2])
    return found[0] if len(found) == 1 else None


class Link(Kind):
    """Another record, taken only from those the person may see.

    Args:
        few: there are so few of them that filters offer each.
    """

    name = "link"
    ops: ClassVar = ("=", "!=", "in", "not-in", "empty", "not-empty")

    def __init__(self, model_name: str, *, few: bool = False) -> None:
        self.model_name, self.few = model_name, few

    @property
    def model(self) -> Any:
        return apps.get_model("keyuan", self.model_name)

    def read(self, field: Field, record: models.Model) -> Any:
        return getattr(record, field.column)

    def asked_value(self, field: Field, value: Any, asked: Asked) -> int:
        if not str(value).isdecimal() or len(str(value)) > 18:
            raise self.refuse_value(field, value)
        return int(value)

    def parse(self, text: str, book: NameBook) -> Any:
        text = text.replace("\x00", "").strip()
        if not text:
            return None
        visible = self.model.objects.visible_to(book.user)
        if text.isdecimal() and len(text) < 18:
            found = visible.filter(pk=int(text)).first()
        else:
            named = list(visible.filter(name=text)[:2])
            found = named[0] if len(named) == 1 else None
        if found is None:
            raise Invalid(_("There is no such record, or you may not see it."))
        return found

    def typed(self, value: Any, book: NameBook) -> Any:
        return value.pk if value else ""

    def plain(self, value: Any, book: NameBook) -> str:
        if not isinstance(value, int):
            return str(value or "")
        return book.meet_records(self.model, [value]).get(value) or f"#{value}"

    def json(self, value: Any, book: NameBook) -> dict[str, Any] | None:
        return {"id": value.pk, "name": str(value)} if value else None
