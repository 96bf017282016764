"""Filters in words: chips, the hint of an empty list, and what the builder needs to know about fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds import (
    Choice,
    Coded,
    Fixed,
    InDepartment,
    Link,
    Money,
    Person,
    Tags,
    YesNo,
)
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node, conditions
from keyuan.records.relative_dates import NAMED
from keyuan.ui.lists.asked import Asked, as_param

OPS: dict[str, Any] = {
    "=": pgettext_lazy("filter", "is"),
    "!=": pgettext_lazy("filter", "is not"),
    "in": pgettext_lazy("filter", "is one of"),
    "not-in": pgettext_lazy("filter", "is none of"),
    "contains": pgettext_lazy("filter", "contains"),
    "starts-with": pgettext_lazy("filter", "starts with"),
    "empty": pgettext_lazy("filter", "is empty"),
    "not-empty": pgettext_lazy("filter", "is filled in"),
    "<": "<",
    "<=": "≤",
    ">": ">",
    ">=": "≥",
    "between": pgettext_lazy("filter", "is between"),
    "within": pgettext_lazy("filter", "is within"),
    "under": pgettext_lazy("filter", "belongs to"),
    "any": pgettext_lazy("filter", "has any of"),
    "all": pgettext_lazy("filter", "has all of"),
    "none": pgettext_lazy("filter", "has none of"),
    "some": pgettext_lazy("filter", "has some"),
    "no": pgettext_lazy("filter", "has none"),
    "me": pgettext_lazy("filter", "is me"),
    "my-department": pgettext_lazy("filter", "is in my department"),
}
SPANS: dict[str, Any] = {
    "today": gettext_lazy("today"),
    "yesterday": gettext_lazy("yesterday"),
    "tomorrow": gettext_lazy("tomorrow"),
    "this-week": gettext_lazy("this week"),
    "last-week": gettext_lazy("last week"),
    "next-week": gettext_lazy("next week"),
    "this-month": gettext_lazy("this month"),
    "last-month": gettext_lazy("last month"),
    "next-month": gettext_lazy("next month"),
    "this-quarter": gettext_lazy("this quarter"),
    "last-quarter": gettext_lazy("last quarter"),
    "next-quarter": gettext_lazy("next quarter"),
    "this-year": gettext_lazy("this year"),
    "last-year": gettext_lazy("last year"),
    "next-year": gettext_lazy("next year"),
}
assert set(SPANS) == set(NAMED)
MOST_OFFERED = 200
"""How many records of a kind a filter offers, the latest first."""


@dataclass(frozen=True)
class Chip:
    """One condition of the filter, or one group, with the address that drops it."""

    parts: list[tuple[str, str]]
    remove_url: str
    group: bool


class Tinted(str):
    """The name of a tag, with its colour for those who show it."""

    tint: int = 0


class Words:
    """Puts filters of one catalogue into words for one person."""

    def __init__(self, catalogue: Catalogue, user: User, book: NameBook) -> None:
        self.catalogue, self.user, self.book = catalogue, user, book
        self.fields = catalogue.visible_fields(user)

    def knows(self, node: Node | None) -> bool:
        """Whether all fields of a filter exist for this person."""
        known = {*self.fields, *self.catalogue.relations}
        return node is None or all(one["field"] in known for one in conditions(node))

    def chips(self, node: Node | None, asked: Asked) -> list[Chip]:
        """The conditions of the outermost AND, each with a way to drop it."""
        parts = top(node)
        chips = []
        for place, part in enumerate(parts):
            rest = parts[:place] + parts[place + 1 :]
            chips.append(
                Chip(
                    self.parts(part),
                    asked.url(filter=as_param(together(rest))),
                    "field" not in part,
                )
            )
        return chips

    def parts(self, node: Node) -> list[tuple[str, str]]:
        """A condition as (kind, text) with kind field, op or value."""
        if "field" in node:
            return self.condition(node)
        if "not" in node:
            return [("op", _("not")), *self.parts(node["not"])]
        joint = _("or") if "or" in node else _("and")
        parts: list[tuple[str, str]] = []
        for child in node.get("or") or node.get("and") or []:
            parts += ([("op", joint)] if parts else []) + self.parts(child)
        return parts

    def condition(self, node: Node) -> list[tuple[str, str]]:
        name, op, value = node["field"], node["op"], node.get("value")
        if relation := self.catalogue.relations.get(name):
            inner = Words(relation.catalogue, self.user, self.book).parts(value) if value else []
            return [("field", str(relation.label)), ("op", str(OPS[op])), *inner]
        field = self.fields[name]
        parts = [("field", str(field.label)), ("op", str(OPS[op]))]
        if isinstance(field.kind, Tags) and value is not None:
            return [*parts, *self._tags(field.kind, value if isinstance(value, list) else [value])]
        return [*parts, ("value", self.value(field, op, value))] if value is not None else parts

    def _tags(self, kind: Tags, values: list[Any]) -> list[tuple[str, str]]:
        """Each tag is a part of its own, so that it can have its colour."""
        parts: list[tuple[str, str]] = []
        for value in values:
            tag = kind.find(str(value), self.book)
            name = Tinted(tag.name if tag else value)
            name.tint = tag.tint if tag else 0
            parts += ([("op", "、")] if parts else []) + [("value", name)]
        return parts

    def value(self, field: Field, op: str, value: Any) -> str:
        if isinstance(value, list):
            joint = " – " if op == "between" else "、"
            return joint.join(self.value(field, "=", one) for one in value)
        if op == "within":
            return span_words(str(value))
        return self._name(field, value)

    def _name(self, field: Field, value: Any) -> str:
        kind, text = field.kind, str(value)
        if isinstance(kind, YesNo):
            return _("Yes") if value else _("No")
        if isinstance(kind, Tags):
            return getattr(kind.find(text, self.book), "name", text)
        if isinstance(kind, Choice):
            return str(kind.find(text, self.book) or text)
        if isinstance(kind, Fixed):
            return kind.plain(kind.find(text), self.book) or text
        if isinstance(kind, Coded):
            return kind.plain(text, self.book)
        if isinstance(kind, Link) and text.isdecimal() and len(text) < 18:
            return self.book.meet_records(kind.model, [int(text)]).get(int(text)) or text
        if isinstance(kind, (Person, InDepartment)) and text.isdecimal():
            return kind.plain(int(text), self.book) or text
        return text

    def describe(self) -> list[dict[str, Any]]:
        """The fields and relations as the builder's script reads them."""
        fields = [self._describe(field) for field in self.fields.values() if self.ops(field)]
        relations = [
            {
                "name": one.name,
                "label": str(one.label),
                "kind": "relation",
                "ops": _labelled(["some", "no"]),
            }
            for one in self.catalogue.relations.values()
        ]
        return fields + relations

    def ops(self, field: Field) -> list[str]:
        unsearched = () if field.searched else ("contains", "starts-with")
        return [op for op in field.kind.ops if op not in unsearched or field.kind.name in ("phone",)]

    def _describe(self, field: Field) -> dict[str, Any]:
        told: dict[str, Any] = {
            "name": field.name,
            "label": str(field.label),
            "kind": field.kind.name,
            "ops": _labelled(self.ops(field)),
        }
        if choices := self.choices(field):
            told["choices"] = choices
        if isinstance(field.kind, Money):
            told["money"] = True
        return told

    def choices(self, field: Field) -> list[tuple[Any, ...]]:
        """Value and label of each; tags with their tint and group, too."""
        kind = field.kind
        if isinstance(kind, Choice):
            return [(option.key, str(option)) for option in kind.offered(self.book)]
        if isinstance(kind, Fixed):
            return [(str(value), str(label)) for value, label in kind.choices.choices]
        if isinstance(kind, Tags):
            return [(tag.name, tag.name, tag.tint, tag.group) for tag in self.book.tags.values()]
        if isinstance(kind, InDepartment):
            return [(str(pk), "　" * row.depth + row.name) for pk, row in self.book.departments.items()]
        if isinstance(kind, Link) and kind.few:
            rows = kind.model.objects.visible_to(self.user).order_by("-updated_at", "-pk")[:MOST_OFFERED]
            return [(str(row.pk), str(row)) for row in rows]
        if isinstance(kind, Coded):
            return [(code, "　" * depth + label) for code, label, depth in kind.tree(self.book).outline()]
        return []


def _labelled(ops: list[str]) -> list[tuple[str, str]]:
    return [(op, str(OPS[op])) for op in ops]


def span_words(text: str) -> str:
    """`30d` as 30 days, `this-month` as this month."""
    if text in SPANS:
        return str(SPANS[text])
    units = {
        "h": _("hours"),
        "d": _("days"),
        "w": _("weeks"),
        "m": _("months"),
        "q": _("quarters"),
        "y": _("years"),
    }
    words = {"number": text[:-1].lstrip("+"), "unit": units.get(text[-1:], "")}
    return (
        _("the next %(number)s %(unit)s") % words if text.startswith("+") else _("the last %(number)s %(unit)s") % words
    )


def top(node: Node | None) -> list[Node]:
    """The parts of the outermost AND."""
    if not node:
        return []
    return list(node["and"]) if "and" in node else [node]


def together(parts: list[Node]) -> Node | None:
    """The opposite of `top`."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"and": parts}


def builder_words() -> dict[str, str]:
    """What the filter builder's script says."""
    return {
        "when": pgettext("filter", "When"),
        "and": _("and"),
        "or": _("or"),
        "field": _("Field"),
        "op": _("Comparison"),
        "value": _("Value"),
        "add": _("Add a condition"),
        "add_group": _("Add a group"),
        "add_inside": _("Condition in this group"),
        "drop": _("Remove condition"),
        "clear": _("Clear all"),
        "apply": _("Apply"),
        "choose": _("Choose"),
        "find": _("Find"),
        "yes": _("Yes"),
        "no": _("No"),
        "days": _("Days"),
        "last_days": _("the last … days"),
        "next_days": _("the next … days"),
        "hits": _("{n} found"),
    }
