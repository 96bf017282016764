"""Members and rules of a pool as the API tells them and takes them: every member of its type, every id of something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from keyuan.org.models import Department, Role, User
from keyuan.pools.admin import Members
from keyuan.pools.admin_forms import LONGEST, exemptions, hideable
from keyuan.pools.kinds import KINDS
from keyuan.pools.limit_forms import MOST
from keyuan.pools.limits import DEPARTMENTS, PEOPLE, ROLES
from keyuan.pools.rules import EVENTS, OwnLimit, PoolRules, Wait
from keyuan.records.options import Option
from keyuan.ui.rest.inputs import expect, wrong_type
from keyuan.ui.rest.problems import refused
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref

MODELS: dict[str, Any] = {PEOPLE: User, DEPARTMENTS: Department, ROLES: Role}
MEMBERS = {"people": PEOPLE, "departments": DEPARTMENTS, "roles": ROLES}
MANAGERS = {"managers": PEOPLE, "manager_roles": ROLES}
LEAST = {"protection": 0, "new_days": 0, "rest": 0, "warn": 0, "extension": 0}
"""Numbers of days that are always there, each with the least it may be."""
OPTIONAL = {"hard_end": LONGEST, "claims": MOST, "holds": MOST}
"""Numbers that may be null, each with the most it may be."""

_WHOLE: Schema = {"type": "integer"}
_IDS = listed({"anyOf": [_WHOLE, {"type": "object"}]})
_LIMIT: Schema = {
    "type": "object",
    "properties": {
        "of": {"enum": [PEOPLE, ROLES, DEPARTMENTS]},
        "id": _WHOLE,
        "claims": nullable(_WHOLE),
        "holds": nullable(_WHOLE),
    },
}
MEMBERS_BODY: Schema = {"type": "object", "properties": {"people": _IDS, "departments": _IDS, "roles": _IDS}}
MANAGERS_BODY: Schema = {"type": "object", "properties": {"people": _IDS, "roles": _IDS}}
RULES: Schema = {
    "type": "object",
    "properties": {
        "recycles": {"type": "boolean"},
        **dict.fromkeys(LEAST, _WHOLE),
        **{name: nullable(_WHOLE) for name in OPTIONAL},
        "needs_all": {"type": "boolean"},
        "choice": {"type": "string", "description": "the field by whose entries days differ; empty for none"},
        "waits": {
            "type": "object",
            "description": "by event: follow_up, opportunity, deal",
            "additionalProperties": {
                "type": "object",
                "properties": {"days": _WHOLE, "by_choice": {"type": "object", "additionalProperties": _WHOLE}},
            },
        },
        "exempt": listed({"enum": ["locked", "won", "open"]}),
        "exempt_filter": nullable(ref("Filter")),
        "uncounted": listed({"enum": ["locked", "won", "open"]}),
        "own_limits": listed(_LIMIT),
    },
    "additionalProperties": False,
    "description": "Changes hold from the next day on. Members of the pool are not told own_limits and exempt_filter.",
}


# What is told


def rules_told(rules: PoolRules, *, whole: bool) -> dict[str, Any]:
    """The rules by name; `whole` with what administrators alone are told."""
    limits = [{"of": one.of, "id": one.pk, "claims": one.claims, "holds": one.holds} for one in rules.own_limits]
    told = asdict(rules) | {"own_limits": limits}
    return told if whole else {name: one for name, one in told.items() if name not in ("own_limits", "exempt_filter")}


def members_told(members: Members) -> dict[str, Any]:
    """Members and managers, each with id and name."""
    return {
        "members": {name: _named(of, getattr(members, name)) for name, of in MEMBERS.items()},
        "managers": {
            "people": _named(PEOPLE, members.managers),
            "roles": _named(ROLES, members.manager_roles),
        },
    }


def _named(of: str, pks: frozenset[int]) -> list[dict[str, Any]]:
    return [{"id": one.pk, "name": str(one)} for one in MODELS[of].objects.filter(pk__in=pks).order_by("pk")]


# What is taken


def members_taken(given: Mapping[str, Any], now: Members) -> Members:
    """`now` with the lists that the body holds. Raises Problem: 422 for what is no list of ids."""
    for group, names in (("members", MEMBERS), ("managers", {"people": PEOPLE, "roles": ROLES})):
        if group not in given:
            continue
        for name, value in expect(dict(given[group]), **dict.fromkeys(names, list)).items():
            into = name if group == "members" else {"people": "managers", "roles": "manager_roles"}[name]
            now = replace(now, **{into: _ids(f"{group}.{name}", value, names[name])})
    return now


def _ids(name: str, value: list[Any], of: str) -> frozenset[int]:
    wanted = [one.get("id") if isinstance(one, dict) else one for one in value]
    if not all(type(one) is int for one in wanted):
        raise refused({name: [wrong_type(name)]})
    return frozenset(_there(name, of, [int(one) for one in wanted if one is not None]))


def _there(name: str, of: str, pks: list[int]) -> list[int]:
    rows = User.objects.people() if of == PEOPLE else MODELS[of].objects.all()
    known = set(rows.filter(pk__in=pks).values_list("pk", flat=True))
    if missing := [pk for pk in pks if pk not in known]:
        raise refused({name: [_("There is none with the id %(id)s.") % {"id": missing[0]}]})
    return pks


def hidden_taken(value: list[Any], kind: str) -> list[str]:
    """The fields that a pool hides. Raises Problem: 422 for unknown ones."""
    return list(_among("hidden_fields", value, [name for name, _label in hideable(kind)]))


def rules_taken(given: Mapping[str, Any], now: PoolRules, kind: str) -> PoolRules:
    """`now` with the rules that the body holds. Raises Problem: 422 that names what is wrong."""
    maybe = (int, type(None))
    types: dict[str, Any] = dict.fromkeys(LEAST, int) | dict.fromkeys(OPTIONAL, maybe)
    types |= {"recycles": bool, "needs_all": bool, "choice": str, "waits": dict, "exempt": list, "uncounted": list}
    types |= {"exempt_filter": (dict, type(None)), "own_limits": list}
    values = expect(dict(given), **types)
    ways: dict[str, Callable[[Any], Any]] = {
        **{name: partial(_number, name, LONGEST, least) for name, least in LEAST.items()},
        **{name: partial(_maybe, name, most) for name, most in OPTIONAL.items()},
        "choice": lambda one: _among("choice", [one] if one else [], KINDS[kind].choices)[0] if one else "",
        "waits": lambda one: _waits(one, kind),
        "exempt": lambda one: _among("exempt", one, [name for name, _label in exemptions(kind)]),
        "uncounted": lambda one: _among("uncounted", one, KINDS[kind].uncounted),
        "own_limits": _limits,
    }
    return replace(now, **{name: ways.get(name, lambda one: one)(value) for name, value in values.items()})


def _number(name: str, most: int, least: int, value: Any) -> int:
    if type(value) is not int:
        raise refused({name: [wrong_type(name)]})
    if not least <= value <= most:
        words = {"name": name, "least": least, "most": most}
        raise refused({name: [_("“%(name)s” must be a number from %(least)d to %(most)d.") % words]})
    return value


def _maybe(name: str, most: int, value: Any, least: int = 1) -> int | None:
    return None if value is None else _number(name, most, least, value)


def _among(name: str, value: list[Any], known: Any) -> tuple[str, ...]:
    if wrong := [one for one in value if one not in list(known)]:
        words = {"name": str(wrong[0])[:60], "known": ", ".join(known)}
        raise refused({name: [_("“%(name)s” is unknown. Known are: %(known)s.") % words]})
    return tuple(dict.fromkeys(value))


def _waits(given: dict[str, Any], kind: str) -> dict[str, Wait]:
    _among("waits", list(given), [one for one in EVENTS if one in KINDS[kind].events])
    if not all(isinstance(one, dict) for one in given.values()):
        raise refused({"waits": [wrong_type("waits")]})
    return {event: _wait(expect(dict(given[event]), days=int, by_choice=dict)) for event in EVENTS if event in given}


def _wait(given: dict[str, Any]) -> Wait:
    entries = {key: _number("waits", LONGEST, 1, days) for key, days in given.get("by_choice", {}).items()}
    known = {str(pk) for pk in Option.objects.values_list("pk", flat=True)}
    _among("waits", list(entries), known)
    return Wait(_number("waits", LONGEST, 1, given.get("days")), {int(key): days for key, days in entries.items()})


def _limits(given: list[Any]) -> tuple[OwnLimit, ...]:
    found: dict[tuple[str, int], OwnLimit] = {}
    for one in given:
        if not isinstance(one, dict):
            raise refused({"own_limits": [wrong_type("own_limits")]})
        maybe = (int, type(None))
        values = expect(dict(one), of=str, id=int, claims=maybe, holds=maybe)
        (of,) = _among("own_limits", [values.get("of")], list(MODELS))
        (pk,) = _there("own_limits", of, [int(values.get("id") or 0)])
        numbers = [_maybe("own_limits", MOST, values.get(name), 0) for name in ("claims", "holds")]
        if numbers != [None, None]:
            found[of, pk] = OwnLimit(of, pk, *numbers)
    return tuple(found.values())
