"""The list of members as somebody asks for it: search, filters and order, for the page, bulk verbs and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from keyuan.org.models import Department, User
from keyuan.org.throttle import locked_accounts
from keyuan.records.text import normalise, pinyin_forms

STATES = ("active", "disabled", "locked", "waiting")
SORTS: dict[str, Any] = {
    "name": F("name"),
    "username": F("username"),
    "department": F("department__path"),
    "position": F("position"),
    "last_login": F("last_login"),
    "created_at": F("created_at"),
}
LONGEST = 100


@dataclass
class Asked:
    """What a request wants to see.

    Attributes:
        sort: a name of `SORTS`, with a minus before it for the other direction; empty for the usual order.
    """

    q: str = ""
    department: int | None = None
    role: int | None = None
    superior: int | None = None
    state: str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """What can't be understood is left out, but for an id, which then finds nobody."""
        sort = given.get("sort", "")
        return cls(
            given.get("q", "").replace("\0", "").strip()[:LONGEST],
            _id(given.get("department", "")),
            _id(given.get("role", "")),
            _id(given.get("superior", "")),
            given.get("state", "") if given.get("state") in STATES else "",
            sort if sort.removeprefix("-") in SORTS else "",
        )

    @cached_property
    def locked(self) -> dict[int, Any]:
        """Who is locked, and why."""
        return locked_accounts()

    @property
    def is_narrowed(self) -> bool:
        return any((self.q, self.department, self.role, self.superior, self.state))

    def narrow(self, people: QuerySet[User]) -> QuerySet[User]:
        """Those of `people` who are asked for, in the order that is asked for."""
        if self.q:
            people = people.filter(_found(self.q))
        if self.department is not None:
            at = Department.objects.filter(pk=self.department).first()
            people = people.filter(department__path__startswith=at.path) if at else people.none()
        if self.role is not None:
            people = people.filter(pk__in=User.roles.through.objects.filter(role_id=self.role).values("user_id"))
        if self.superior is not None:
            people = people.filter(superior_id=self.superior)
        return self._in_state(people).order_by(*self._order())

    def ids(self, people: QuerySet[User]) -> list[int]:
        """The ids of those who are asked for, in order; names sort by pinyin, which the database does not know."""
        people = self.narrow(people)
        if self.sort and not self.sort.endswith("name"):
            return list(people.values_list("pk", flat=True))
        column = "username" if self.sort.endswith("username") else "name"
        rows = list(people.order_by("pk").values_list(column, "is_active", "pk"))
        rows.sort(key=lambda row: (not self.sort and not row[1], name_key(row[0])), reverse=self.sort.startswith("-"))
        return [row[2] for row in rows]

    def _in_state(self, people: QuerySet[User]) -> QuerySet[User]:
        match self.state:
            case "active":
                return people.filter(is_active=True)
            case "disabled":
                return people.filter(is_active=False)
            case "locked":
                return people.filter(pk__in=list(self.locked))
            case "waiting":
                return people.filter(must_change_password=True, last_login=None)
        return people

    def _order(self) -> list[Any]:
        if not self.sort:
            return ["pk"]
        by = SORTS[self.sort.removeprefix("-")]
        down = self.sort.startswith("-")
        return [by.desc(nulls_last=True) if down else by.asc(nulls_first=True), "pk"]

    def turned(self, name: str) -> str:
        """The `sort` that a click on this column asks for."""
        return f"-{name}" if self.sort == name else name


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """By which names sort: their pinyin, Latin ones by themselves."""
    forms = pinyin_forms(name)
    return forms[0] if forms else normalise(name)


def _id(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _found(q: str) -> Q:
    digits = q.replace(" ", "").replace("-", "")
    return (
        Q(name__icontains=q)
        | Q(username__icontains=q)
        | Q(email__icontains=q)
        | Q(phone__contains=digits)
        | Q(position__icontains=q)
    )


def query_of(given: QueryDict, **changed: str) -> str:
    """The query of the address with some parameters changed; blank ones are left out."""
    kept = {name: given.get(name, "") for name in ("q", "department", "role", "superior", "state", "sort", "page")}
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in (kept | changed).items() if value})
    return f"?{query.urlencode()}"


def found_departments(rows: list[Department], q: str, under: int | None) -> list[Department]:
    """Those of a tree whose name holds `q`, of the branch of `under`; an unknown branch has none."""
    if under is not None:
        top = next((one for one in rows if one.pk == under), None)
        rows = [one for one in rows if top is not None and one.path.startswith(top.path)]
    word = q.strip().lower()
    return [one for one in rows if word in one.name.lower()]
