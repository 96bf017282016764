"""What the address bar of a list asks for, and addresses that ask for something else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from keyuan.records.query import Node, parse

SIZES = (20, 50, 100)
DEFAULT_SIZE = 50
KEPT = ("pool", "view", "q", "filter", "sort", "columns", "size")


@dataclass(frozen=True)
class Asked:
    """The state of one list page, all of it in its address."""

    path: str
    params: dict[str, str]

    @classmethod
    def of(cls, path: str, query: QueryDict) -> Asked:
        """The parameters that lists know; others are dropped."""
        return cls(path, {name: str(query[name]) for name in (*KEPT, "page") if query.get(name)})

    @property
    def q(self) -> str:
        return self.params.get("q", "").strip()[:100]

    @property
    def view(self) -> str:
        return self.params.get("view", "")

    @property
    def sort(self) -> str:
        return self.params.get("sort", "")

    @property
    def columns(self) -> list[str]:
        return [name for name in self.params.get("columns", "").split(",") if name]

    @property
    def page(self) -> int:
        text = self.params.get("page", "1")
        return int(text) if text.isdecimal() and len(text) < 9 else 1

    @property
    def size(self) -> int:
        text = self.params.get("size", "")
        return int(text) if text in map(str, SIZES) else DEFAULT_SIZE

    @property
    def place(self) -> Asked:
        """The same list of the same pool, without anything that narrows it down."""
        return Asked(self.path, {"pool": self.params["pool"]} if "pool" in self.params else {})

    def node(self) -> Node | None:
        """The filter. Raises FilterRefused."""
        return parse(self.params.get("filter", ""))

    def url(self, **changes: Any) -> str:
        """The address with `changes`; None removes a parameter. Any change but the page's leads to page 1."""
        params = {name: value for name, value in self.params.items() if name != "page"} | changes
        kept = {name: str(value) for name, value in params.items() if value not in (None, "")}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def query(self, **changes: Any) -> str:
        """The same as a query string only."""
        return self.url(**changes).partition("?")[2]


def as_param(node: Node | None) -> str | None:
    """A filter as the address bar carries it."""
    return json.dumps(node, ensure_ascii=False, separators=(",", ":")) if node else None
