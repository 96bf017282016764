"""Names behind ids, read once per request: options, people, departments, tags."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from keyuan.org.models import Department, User
from keyuan.org.shelf import Shelf, shelf_of
from keyuan.records.options import Option, Tag

SECRETS = ("password", "initial_password", "preferences")


class NameBook:
    """Looks ids up for one person during one request. Lists that are small are read whole, people in batches.

    What it finds lies on the shelf and is shared with other requests: it is read, never changed.
    """

    def __init__(self, user: User) -> None:
        self.user = user
        self._people: dict[int, User] = {user.pk: user}
        self._records: dict[str, dict[int, str]] = {}

    @cached_property
    def shelf(self) -> Shelf:
        return shelf_of(self.user)

    @cached_property
    def _options(self) -> dict[int, Option]:
        return self.shelf.get("options", lambda: {option.pk: option for option in Option.objects.all()})

    @cached_property
    def _lists(self) -> dict[str, list[Option]]:
        return self.shelf.get("lists", self._by_list)

    def _by_list(self) -> dict[str, list[Option]]:
        lists: dict[str, list[Option]] = {}
        for option in self._options.values():
            lists.setdefault(option.list, []).append(option)
        return lists

    def option(self, pk: int | None) -> Option | None:
        return self._options.get(pk) if pk else None

    def options(self, list_: str) -> list[Option]:
        """All options of one list in order, retired ones too."""
        return self._lists.get(list_, [])

    @cached_property
    def departments(self) -> dict[int, Department]:
        """All departments by id, in the order of the tree."""
        return self.shelf.get("departments", lambda: {row.pk: row for row in Department.objects.order_by("path")})

    @cached_property
    def tags(self) -> dict[int, Tag]:
        """The tags that this person may use, by id."""
        return self.shelf.get(("tags", self.user.pk), self._usable_tags)

    def _usable_tags(self) -> dict[int, Tag]:
        return {tag.pk: tag for tag in Tag.objects.usable_by(self.user)}

    def meet(self, people: Iterable[int | None]) -> None:
        """Read these people at once, because their names will be asked for."""
        wanted = {pk for pk in people if pk} - self._people.keys()
        if wanted:
            met: dict[int, User] = self.shelf.get("people", dict)
            if missing := wanted - met.keys():
                met |= User.objects.defer(*SECRETS).in_bulk(list(missing))
            self._people |= {pk: met[pk] for pk in wanted & met.keys()}

    def meet_records(self, model: type[Any], pks: Iterable[int | None]) -> dict[int, str]:
        """The names of these records, read at once; of those that this person may not see there is none."""
        known = self._records.setdefault(model.__name__, {})
        if missing := {pk for pk in pks if pk} - known.keys():
            found = model.objects.visible_to(self.user).filter(pk__in=missing)
            known |= dict.fromkeys(missing, "") | {row.pk: str(row) for row in found}
        return known

    def person(self, pk: int | None) -> User | None:
        self.meet([pk])
        return self._people.get(pk) if pk else None
