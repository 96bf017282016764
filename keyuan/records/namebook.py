"""Names behind ids, read once per request: options, people, departments, tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from keyuan.org.models import Department, User
from keyuan.records.options import Option, Tag


class NameBook:
    """Looks ids up for one person during one request. Lists that are small are read whole, people in batches."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._people: dict[int, User] = {user.pk: user}

    @cached_property
    def _options(self) -> dict[int, Option]:
        return {option.pk: option for option in Option.objects.all()}

    @cached_property
    def _lists(self) -> dict[str, list[Option]]:
        lists: dict[str, list[Option]] = defaultdict(list)
        for option in self._options.values():
            lists[option.list].append(option)
        return lists

    def option(self, pk: int | None) -> Option | None:
        return self._options.get(pk) if pk else None

    def options(self, list_: str) -> list[Option]:
        """All options of one list in order, retired ones too."""
        return self._lists[list_]

    @cached_property
    def departments(self) -> dict[int, Department]:
        """All departments by id, in the order of the tree."""
        return {row.pk: row for row in Department.objects.order_by("path")}

    @cached_property
    def tags(self) -> dict[int, Tag]:
        """The tags that this person may use, by id."""
        return {tag.pk: tag for tag in Tag.objects.usable_by(self.user)}

    def meet(self, people: Iterable[int | None]) -> None:
        """Read these people at once, because their names will be asked for."""
        missing = {pk for pk in people if pk} - self._people.keys()
        if missing:
            self._people |= User.objects.in_bulk(list(missing))

    def person(self, pk: int | None) -> User | None:
        self.meet([pk])
        return self._people.get(pk) if pk else None
