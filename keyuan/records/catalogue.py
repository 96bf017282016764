"""The field catalogue: each record type declares its fields once, and everything generic reads it.

List columns, filters, sorting, forms, inline edit, import, export, history labels and the API all
come from here. `visible_fields(user)` is the only source of what a person may see, search, sort,
filter and export.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import Promise

from keyuan.org.scopes import FieldRight

if TYPE_CHECKING:
    from keyuan.org.models import User
    from keyuan.records.kinds import Kind
    from keyuan.records.search_limits import SearchLimits
    from keyuan.records.search_text import SearchText


@dataclass(frozen=True, eq=False)
class Field:
    """One field of one record type.

    Attributes:
        name: the outward name, in the API, in filters and in the address bar.
        kind: how it is compared, read, written and shown.
        label: its word on pages; `aliases` are further headers that an import recognises.
        column: the lookup path from the record, which for most is the name.
        sort: the indexed column to sort by, or "" where sorting needs few rows.
        searched: its text is part of the search text, so `contains` and `starts-with` are fast.
        group: the block of the form and the detail page in which it stands.
        required: a blank is refused.
        editable: people fill it in.
        hint: what to write, in one short sentence.
        listed: it can be a column of the list.
        limitable: roles may hide, mask or lock it.
        follows: fields from which it is worked out; where one of them is hidden, so is this one.
    """

    name: str
    kind: Kind
    label: str | Promise
    column: str
    sort: str = ""
    searched: bool = False
    group: str = "basic"
    required: bool = False
    editable: bool = True
    hint: str | Promise = ""
    listed: bool = True
    limitable: bool = True
    follows: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def read(self, record: models.Model) -> Any:
        """The raw value of this field of `record`: ids stay ids."""
        return self.kind.read(self, record)


@dataclass(frozen=True, eq=False)
class Relation:
    """Records that hang on this one, for the filter ops `some` and `no`.

    Attributes:
        name: the outward name, such as `contacts`.
        catalogue: what the related records can be filtered by.
        back: the column of the related record that names this one.
    """

    name: str
    label: str | Promise
    catalogue: Catalogue
    back: str


@dataclass(eq=False)
class Catalogue:
    """All fields and relations of one record type."""

    model: type[Any]
    module: str
    label: str | Promise
    search: type[SearchText]
    groups: dict[str, str | Promise]
    fields: dict[str, Field] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    default_columns: tuple[str, ...] = ()
    namespace: str = ""  # of its routes; "" is the module with an s
    page: str = ""  # the address of a record, with {} for its number; "" is /customers/{}/ of customers
    default_sort: str = "-updated_at"
    title: str = "name"  # the field that names a record: the first column, the link
    rank_by: tuple[str, ...] = ("name",)
    begins: bool = True  # one character means the beginning of a name; False where records have none
    found_through: Callable[[str], set[int]] = lambda word: set()
    search_limits: Callable[[User], SearchLimits | None] = lambda user: None

    def page_of(self, pk: int) -> str:
        """The address of one record."""
        return (self.page or f"/{self.module}s/{{}}/").format(pk)

    def route(self, name: str) -> str:
        """The name of one of its routes, such as `customers:detail`."""
        return f"{self.namespace or f'{self.module}s'}:{name}"

    def declare(self, *fields: Field) -> None:
        for one in fields:
            assert one.name not in self.fields, one.name
            self.fields[one.name] = one

    def relate(self, relation: Relation) -> None:
        """Add what hangs on this record type; upper rooms call it once at start."""
        self.relations[relation.name] = relation

    def visible_fields(self, user: User) -> dict[str, Field]:
        """The fields that exist for `user`, as far as they exist for them: masked, read-only, or in full."""
        limits = user.rights.limits(self.module)
        if not limits:
            return self.fields
        return user.rights.keep(("fields", self.module), lambda: limited(self.fields, limits))

    def editable_fields(self, user: User) -> dict[str, Field]:
        """The fields that `user` may change on a record that exists."""
        return {name: one for name, one in self.visible_fields(user).items() if one.editable}

    def fillable_fields(self, user: User) -> dict[str, Field]:
        """The fields that `user` may fill in on a new record: also those that are masked for them afterwards."""
        visible = self.visible_fields(user)
        masked = {name for name, right in user.rights.limits(self.module).items() if right == FieldRight.MASKED}
        names = [name for name, one in visible.items() if one.editable or name in masked]
        return {name: self.fields[name] for name in names if self.fields[name].editable}

    def limitable_fields(self) -> list[Field]:
        """The fields whose rights differ from role to role."""
        return [one for one in self.fields.values() if one.limitable]

    def columns(self, user: User, chosen: Iterable[str] = ()) -> list[Field]:
        """The list columns that `user` chose and may see, else the default ones; the title always comes first."""
        visible = self.visible_fields(user)
        names = [name for name in chosen if name in visible and visible[name].listed]
        names = names or [name for name in self.default_columns if name in visible]
        return [visible[name] for name in dict.fromkeys([self.title, *names])]

    def sort_of(self, user: User, text: str) -> tuple[Field, bool] | None:
        """The field and whether it falls, of `-updated_at`; None for an unknown field."""
        found = self.visible_fields(user).get(text.removeprefix("-"))
        if found is None or not (found.sort or found.kind.sortable):
            return None
        return found, text.startswith("-")


def from_model(model: type[models.Model]) -> Callable[..., Field]:
    """A maker of fields that takes label, column and blankness from the Django model where they exist there."""
    meta: Any = model._meta

    def make(name: str, kind: Kind, **options: Any) -> Field:
        column = options.pop("column", name)
        label = options.pop("label", None) or meta.get_field(name).verbose_name
        return Field(name=name, kind=kind, label=label, column=column, **options)

    return make


def limited(fields: dict[str, Field], limits: dict[str, str]) -> dict[str, Field]:
    """The fields as these rights leave them. What is worked out from a hidden field is hidden with it."""
    hidden = {name for name, one in fields.items() if _right(one, limits) == FieldRight.HIDDEN}
    kept = {name: one for name, one in fields.items() if name not in hidden and not hidden.intersection(one.follows)}
    return {name: _limited(one, _right(one, limits)) for name, one in kept.items()}


def _right(one: Field, limits: dict[str, str]) -> str:
    right = limits.get(one.name, FieldRight.EDITABLE) if one.limitable else FieldRight.EDITABLE
    return FieldRight.HIDDEN if right == FieldRight.MASKED and not one.kind.maskable else right


def _limited(one: Field, right: str) -> Field:
    if right == FieldRight.MASKED:
        return replace(one, kind=one.kind.masked(), editable=False, sort="", searched=False)
    return replace(one, editable=False) if right == FieldRight.READ_ONLY else one
