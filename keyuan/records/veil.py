"""Records on their way to a reader: what is hidden from them is blank, what is masked is there in part.

Lists, pages, search and API load their rows through here, so that no template can show what the catalogue would not.
A veiled record is for reading; verbs lock and read the row again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds import Masked, Tags

Changes = list[tuple[Field, Field | None]]


def veil(catalogue: Catalogue, rows: Iterable[Any], user: User) -> None:
    """Leave in these records only what `user` sees of them, also of each where it lies."""
    known: dict[int, Changes] = {}
    for row in rows:
        reader = row.reader_for(user)
        if not reader.rights.limits(catalogue.module):
            continue
        changes = known.get(id(reader.rights))
        if changes is None:
            changes = known[id(reader.rights)] = _changes(catalogue, reader)
        for field, seen in changes:
            _cover(row, field, seen)


def covered(catalogue: Catalogue, user: User) -> list[str]:
    """The names of the fields that `user` does not see in full."""
    return [field.name for field, _seen in _changes(catalogue, user)] if user.rights.limits(catalogue.module) else []


def _changes(catalogue: Catalogue, user: User) -> Changes:
    """The fields that are hidden, each with None, and those that are masked, each with its masked self."""
    visible = catalogue.visible_fields(user)
    concerned = [one for one in catalogue.fields.values() if one.name not in visible or _is_masked(visible[one.name])]
    return [(one, visible.get(one.name)) for one in concerned]


def _is_masked(field: Field) -> bool:
    return isinstance(field.kind, Masked)


def _cover(row: Any, field: Field, seen: Field | None) -> None:
    if isinstance(field.kind, Tags):
        row.known_tags = []
        row._prefetched_objects_cache = {**getattr(row, "_prefetched_objects_cache", {}), "tags": []}
        return
    column = _column(row, field)
    if column is None:
        return
    if seen is None or column.attname in row.get_deferred_fields():
        setattr(row, column.attname, field.kind.blank())
    else:
        setattr(row, column.attname, seen.read(row))


def _column(row: Any, field: Field) -> Any:
    """The column of the record that holds the field; None where it is worked out."""
    columns = {one.name: one for one in row._meta.concrete_fields}
    return columns.get(field.column) if field.name == field.column else None
