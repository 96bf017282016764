"""Records as the API answers them: the catalogue's fields as the caller may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds import Link
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.inputs import unknown
from keyuan.ui.rest.problems import refused

Load = Callable[[list[Any], NameBook], None]


@dataclass(frozen=True)
class Shape:
    """How the records of one catalogue are answered.

    Attributes:
        load: fetches what a page of records needs, in a fixed number of queries.
        related: foreign keys that are joined.
        extras: members that are no catalogue fields, by name.
        hidden: catalogue fields that make sense on pages only.
    """

    catalogue: Catalogue
    load: Load
    related: tuple[str, ...]
    extras: dict[str, Callable[[Any], Any]]
    hidden: frozenset[str] = frozenset()

    def names(self, book: NameBook) -> list[str]:
        """Every member that an answer to this person may have, the id first."""
        visible = [name for name in self.catalogue.visible_fields(book.user) if name not in self.hidden]
        return list(dict.fromkeys(["id", *visible, *self.extras]))

    def chosen(self, text: str, book: NameBook) -> list[str]:
        """The members named in `text`, parted by commas, and the id; all for an empty text.

        Raises:
            Problem: 422 that names those that do not exist for this person.
        """
        names = self.names(book)
        wanted = [name.strip() for name in text.split(",") if name.strip()]
        if missing := [name for name in wanted if name not in names]:
            raise refused({"fields": [unknown(name) for name in missing[:10]]})
        return list(dict.fromkeys(["id", *wanted])) if wanted else names

    def page(self, pks: Sequence[int], book: NameBook, names: Iterable[str]) -> list[dict[str, Any]]:
        """The records of these ids in this order; the ids come from what the person may see."""
        rows = self.catalogue.model.rows.joined(self.related).in_bulk(list(pks))
        return self.records([rows[pk] for pk in pks if pk in rows], book, names)

    def one(self, record: Any, book: NameBook) -> dict[str, Any]:
        """One record with everything that the person may see of it."""
        return self.records([record], book, self.names(book))[0]

    def records(self, rows: list[Any], book: NameBook, names: Iterable[str]) -> list[dict[str, Any]]:
        self.load(rows, book)
        names, fields = list(names), self.catalogue.visible_fields(book.user)
        linked = {name: seen(fields[name], rows, book) for name in names if _is_link(fields.get(name))}
        return [{name: self._value(name, row, fields, book, linked) for name in names} for row in rows]

    def _value(self, name: str, row: Any, fields: dict[str, Field], book: NameBook, linked: dict[str, set[int]]) -> Any:
        if name in self.extras:
            return self.extras[name](row)
        field = fields[name]
        value = field.read(row)
        if name in linked and (value is None or value.pk not in linked[name]):
            return None
        return field.kind.json(value, book)


def _is_link(field: Field | None) -> bool:
    return field is not None and isinstance(field.kind, Link)


def seen(field: Field, rows: list[Any], book: NameBook) -> set[int]:
    """The ids of linked records that the person may see; the others are not named."""
    pks = {value.pk for row in rows if (value := field.read(row)) is not None}
    if not pks:
        return set()
    model = field.kind.model  # type: ignore[attr-defined]
    return set(model.objects.visible_to(book.user).filter(pk__in=pks).values_list("pk", flat=True))
