"""The filter language: JSON in, one condition out. Lists, views, segments, reports and the API all ask with it.

{"and": [{"field": "industry", "op": "in", "value": ["C36"]},
         {"or": [{"field": "level", "op": "=", "value": "A"},
                 {"field": "tags", "op": "any", "value": ["高价值"]}]},
         {"not": {"field": "contacts", "op": "some", "value": {"field": "title", "op": "not-empty"}}}]}
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue, Field, Relation
from keyuan.records.kinds.kind import Asked, FilterRefused
from keyuan.records.namebook import NameBook
from keyuan.records.probe import probe

DEEPEST, MOST = 5, 50
GROUPS = ("and", "or", "not")
WITHOUT_VALUE = {"empty", "not-empty", "me", "my-department"}

Node = dict[str, Any]

__all__ = ["FilterRefused", "Node", "conditions", "parse", "where"]


def parse(text: str) -> Node | None:
    """The filter in the address bar; None for an empty one.

    Raises:
        FilterRefused: it is no JSON, too deep or too long.
    """
    if not text.strip():
        return None
    try:
        node = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FilterRefused(_("The filter is not valid JSON.")) from error
    check(node)
    return node


def check(node: Any) -> None:
    """Raises FilterRefused unless `node` has the form of a filter of allowed size."""
    if sum(1 for _leaf in conditions(node)) > MOST:
        raise FilterRefused(_("A filter may have at most %(most)d conditions.") % {"most": MOST})


def conditions(node: Any, depth: int = 1) -> Iterator[Node]:
    """The single conditions of a filter, those on related records included.

    Raises:
        FilterRefused: the form is wrong or too deep.
    """
    if depth > DEEPEST:
        raise FilterRefused(_("A filter may be nested at most %(most)d levels deep.") % {"most": DEEPEST})
    if not isinstance(node, dict):
        raise FilterRefused(_("A condition must be an object with field, op and value."))
    group = next((name for name in GROUPS if name in node), None)
    if group is None:
        yield from _leaf(node, depth)
    elif len(node) > 1:
        raise FilterRefused(_("“%(group)s” stands alone in its object.") % {"group": group})
    else:
        for child in _children(group, node[group]):
            yield from conditions(child, depth + 1)


def _children(group: str, value: Any) -> list[Any]:
    if group == "not":
        return [value]
    if not isinstance(value, list):
        raise FilterRefused(_("“%(group)s” needs a list of conditions.") % {"group": group})
    return value


def _leaf(node: Node, depth: int) -> Iterator[Node]:
    unknown = set(node) - {"field", "op", "value"}
    if unknown or not isinstance(node.get("field"), str) or not isinstance(node.get("op"), str):
        raise FilterRefused(_("A condition must be an object with field, op and value."))
    yield node
    if node["op"] in ("some", "no") and node.get("value") is not None:
        yield from conditions(node["value"], depth + 1)


def where(node: Node | None, catalogue: Catalogue, user: User, book: NameBook | None = None) -> Q:
    """The condition that the filter `node` means for `user`.

    Raises:
        FilterRefused: an unknown field, operator or value; a field that `user` may not see is unknown.
    """
    if not node:
        return Q()
    check(node)
    _refuse_guessing(node, catalogue, user)
    return _where(node, Asked(catalogue, user, book or NameBook(user), timezone.now()))


def _refuse_guessing(node: Node, catalogue: Catalogue, user: User) -> None:
    """One whole value of a masked field may be asked for at a time, so that nobody tries through what is masked."""
    every = [catalogue, *(relation.catalogue for relation in catalogue.relations.values())]
    fields = [field for one in every for field in one.visible_fields(user).values()]
    masked = {field.name for field in fields if field.kind.name == "masked"}
    if sum(leaf["field"] in masked and leaf["op"] == "=" for leaf in conditions(node)) > 1:
        raise FilterRefused(_("A filter can ask for one whole value of a masked field."))


def _where(node: Node, asked: Asked) -> Q:
    if "and" in node:
        return _all_of(node["and"], asked)
    if "or" in node:
        return _any_of(node["or"], asked)
    if "not" in node:
        return ~_where(node["not"], replace(asked, under_or=True))
    return _condition(node, asked)


def _all_of(children: list[Node], asked: Asked) -> Q:
    condition = Q()
    for child in children:
        condition &= _where(child, asked)
    return condition


def _any_of(children: list[Node], asked: Asked) -> Q:
    condition = Q()
    for child in children:
        condition |= _where(child, replace(asked, under_or=len(children) > 1))
    return condition


def _condition(node: Node, asked: Asked) -> Q:
    name, op, value = node["field"], node["op"], node.get("value")
    if relation := asked.catalogue.relations.get(name):
        return _related(relation, op, value, asked)
    field = asked.catalogue.visible_fields(asked.user).get(name)
    if field is None:
        raise FilterRefused(_("There is no field “%(field)s”.") % {"field": name[:60]})
    _check_op(field, op, value)
    return field.kind.where(field, op, value, asked)


def _check_op(field: Field, op: str, value: Any) -> None:
    if op not in field.kind.ops:
        raise field.kind.refuse_op(field, op)
    if value is None and op not in WITHOUT_VALUE:
        raise FilterRefused(_("“%(field)s” with “%(op)s” needs a value.") % {"field": field.name, "op": op})


def _related(relation: Relation, op: str, value: Any, asked: Asked) -> Q:
    if op not in ("some", "no"):
        raise FilterRefused(_("“%(field)s” can't be asked with “%(op)s”.") % {"field": relation.name, "op": op})
    inner = replace(asked, catalogue=relation.catalogue, under_or=False)
    condition = _where(value, inner) if value else Q()
    rows = relation.catalogue.model.rows.beneath(asked.user).filter(condition)
    if relation.catalogue.model._meta.get_field(relation.back).null:
        rows = rows.filter(**{f"{relation.back}__isnull": False})
    found = probe(rows, relation.back, asked.under_or)
    return found if op == "some" else ~found
