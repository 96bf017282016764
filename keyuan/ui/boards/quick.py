"""The filters that stand beside the search box of a board, each a condition of the list's own language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keyuan.org.models import User
from keyuan.records.kinds import Choice as ListKind
from keyuan.records.query import Node
from keyuan.ui.lists.asked import as_param
from keyuan.ui.lists.sentences import SPANS, together, top

SHOWN_SPANS = ("this-month", "next-month", "this-quarter", "next-quarter", "this-year")
MOST = 200


@dataclass(frozen=True)
class Choice:
    """One line of a filter's menu: the address that it leads to, and whether it holds now."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Quick:
    """One filter: its field, what it is set to in words, and the address without it."""

    name: str
    label: str
    value: str
    cleared: str


def quick_filters(board: Any) -> list[Quick]:
    """Those on fields that the reader sees."""
    return [_quick(board, name) for name in board.quick_names if name in board.words.fields]


def _quick(board: Any, name: str) -> Quick:
    now = current(board, name)
    value = "".join(text for kind, text in board.words.parts(now) if kind != "field").strip() if now else ""
    if now and now.get("op") in ("=", "any", "within", "under"):
        value = "".join(text for kind, text in board.words.parts(now)[2:])
    return Quick(name, str(board.words.fields[name].label), value, address(board, name, None))


def current(board: Any, name: str) -> Node | None:
    """The outermost condition on this field."""
    return next((part for part in top(board.node) if part.get("field") == name), None)


def address(board: Any, name: str, condition: Node | None) -> str:
    """The board with this condition in the place of the one on the field, or without any."""
    rest = [part for part in top(board.node) if part.get("field") != name]
    url: str = board.asked.url(filter=as_param(together([*rest, *([condition] if condition else [])])))
    return url


def choices(board: Any, name: str) -> list[Choice]:
    """What the menu of one filter offers."""
    now = current(board, name)
    return [Choice(label, address(board, name, node), node == now) for label, node in _offers(board, name)]


def _offers(board: Any, name: str) -> Iterator[tuple[str, Node]]:
    if name == "owner":
        for person in owners(board):
            yield str(person), {"field": name, "op": "=", "value": person.pk}
    elif name == "department":
        for pk, row in board.book.departments.items():
            yield "　" * row.depth + row.name, {"field": name, "op": "under", "value": pk}
    elif name == "tags":
        for tag in board.book.tags.values():
            yield tag.name, {"field": name, "op": "any", "value": [tag.name]}
    elif isinstance(kind := board.words.fields[name].kind, ListKind):
        for option in kind.offered(board.book):
            yield str(option), {"field": name, "op": "=", "value": option.key}
    else:
        for one in SHOWN_SPANS:
            yield str(SPANS[one]), {"field": name, "op": "within", "value": one}


def owners(board: Any) -> list[User]:
    """Whose records this board could show, by name."""
    rows = board.without_conditions("owner").order_by().values_list("owner", flat=True).distinct()
    pks = [pk for pk in rows[:MOST] if pk]
    board.book.meet(pks)
    people = [board.book.person(pk) for pk in pks]
    return sorted((one for one in people if one), key=str)
