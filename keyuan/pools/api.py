"""Pools in the API: read by whom they are open to, made and changed by administrators."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.org.models import User
from keyuan.pools.admin import LONGEST_NAME, Members, Outdated, add_pool, edit_pool, next_rules, use_pool
from keyuan.pools.admin_forms import clean_pool_name
from keyuan.pools.api_rules import (
    MANAGERS_BODY,
    MEMBERS_BODY,
    RULES,
    hidden_taken,
    members_taken,
    members_told,
    rules_taken,
    rules_told,
)
from keyuan.pools.claiming import claimed_today, held
from keyuan.pools.kinds import KINDS
from keyuan.pools.limits import limits_of
from keyuan.pools.membership import standing
from keyuan.pools.models import Pool
from keyuan.pools.rules import PoolRules
from keyuan.pools.seeing import pools_seen
from keyuan.pools.sentences import further_sentences, rule_sentence
from keyuan.records.cleaners import Invalid
from keyuan.ui.rest.access import administrators_call, signed_in_call
from keyuan.ui.rest.describing import IF_MATCH, operation, parameter
from keyuan.ui.rest.inputs import body, expect, parameters, wanted_version
from keyuan.ui.rest.problems import Problem, answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text

_WHOLE: Schema = {"type": "integer"}
KIND: Schema = {"enum": ["customer", "lead"]}
CHANGES: dict[str, Schema] = {
    "name": text(longest=LONGEST_NAME),
    "members": MEMBERS_BODY,
    "managers": MANAGERS_BODY,
    "hidden_fields": listed(text()),
    "rules": ref("PoolRules"),
}
TYPES: dict[str, Any] = {"name": str, "members": dict, "managers": dict, "hidden_fields": list, "rules": dict}
pools = Router(tags=["pools"])


def user_of(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@pools.get(
    "",
    **operation(
        "list_pools",
        "List the pools that are open to you",
        result=ref("PoolList"),
        parameters=[parameter("kind", KIND, "Pools of such records alone.")],
        refusals=(422,),
        description="Administrators are told all pools, also those out of use, with members and managers.",
    ),
)
@signed_in_call
def pool_list(request: HttpRequest) -> HttpResponse:
    kind = parameters(request, ("kind",)).get("kind", "")
    if kind and kind not in KINDS:
        raise refused({"kind": [_("Such records can't lie in pools.")]})
    by = user_of(request)
    return answer({"items": [told(one, by) for one in open_pools(by) if kind in ("", one.kind)]})


def open_pools(user: User) -> list[Pool]:
    """All pools for administrators; else those whose records `user` sees, in their order."""
    if user.is_administrator:
        return list(Pool.objects.filter(kind__in=KINDS))
    return [pool for kind in KINDS if user.may(kind, "view") for pool in pools_seen(user, kind)]


@pools.get("/{int:pk}", **operation("get_pool", "Read a pool", result=ref("Pool"), refusals=(404,), versioned=True))
@signed_in_call
def pool_get(request: HttpRequest, pk: int) -> HttpResponse:
    parameters(request, ())
    found = next((one for one in open_pools(user_of(request)) if one.pk == pk), None)
    if found is None:
        raise Http404
    return _answer(found, user_of(request))


def told(pool: Pool, by: User) -> dict[str, Any]:
    """A pool as `by` may know it, with what they have claimed and hold."""
    whole, limits = by.is_administrator, limits_of(pool, by)
    further = further_sentences(pool.rules, pool.kind, by, None if whole else limits)
    found = {
        "id": pool.pk,
        "name": pool.name,
        "kind": pool.kind,
        "is_active": pool.is_active,
        "is_manager": standing(by, pool.kind).get(pool.pk, False),
        "daily_limit": limits.claims,
        "claimed_today": claimed_today(pool, by),
        "holding_limit": limits.holds,
        "held": held(pool, by),
        "sentences": [rule_sentence(pool.rules), *further],
        "rules": rules_told(pool.rules, whole=whole),
        "version": pool.version,
    }
    if whole:
        waiting = next_rules(pool) if next_rules(pool) != pool.rules else None
        found |= members_told(Members.of(pool)) | {"hidden_fields": sorted(pool.hidden_fields)}
        found["rules_from_tomorrow"] = rules_told(waiting, whole=True) if waiting else None
    return found


def _answer(pool: Pool, by: User, status: int = 200) -> HttpResponse:
    headers = {"ETag": f'"{pool.version}"'} | ({"Location": f"/api/v1/pools/{pool.pk}"} if status == 201 else {})
    return answer(told(pool, by), status, headers)


@pools.post(
    "",
    **operation(
        "create_pool",
        "Make a pool, whose rules hold at once",
        status=201,
        result=ref("Pool"),
        body={
            "type": "object",
            "properties": {"kind": KIND, **CHANGES},
            "required": ["kind", "name"],
            "additionalProperties": False,
        },
        post=True,
        versioned=True,
    ),
)
@repeatable()
@administrators_call
def pool_create(request: HttpRequest) -> HttpResponse:
    given = expect(body(request), kind=str, **TYPES)
    kind, by = given.get("kind"), user_of(request)
    if kind not in KINDS:
        raise refused({"kind": [_("Such records can't lie in pools.")]})
    hidden = hidden_taken(given["hidden_fields"], kind) if "hidden_fields" in given else None
    made = add_pool(
        kind,
        _name(given.get("name", "")),
        members=members_taken(given, Members()),
        rules=rules_taken(given.get("rules", {}), PoolRules(), kind),
        hidden=hidden,
        by=by,
    )
    return _answer(get_object_or_404(Pool, pk=made.pk), by, 201)


@pools.patch(
    "/{int:pk}",
    **operation(
        "change_pool",
        "Change a pool; its rules from the next day on",
        result=ref("Pool"),
        body={
            "type": "object",
            "properties": {**CHANGES, "is_active": {"type": "boolean"}},
            "additionalProperties": False,
        },
        parameters=[IF_MATCH],
        refusals=(404, 409, 412, 422, 428),
        versioned=True,
        description="What the body leaves out stays, also of members, managers and rules.",
    ),
)
@administrators_call
def pool_change(request: HttpRequest, pk: int) -> HttpResponse:
    by, pool = user_of(request), get_object_or_404(Pool, pk=pk)
    version = wanted_version(request)
    given = expect(body(request), is_active=bool, **TYPES)
    try:
        _change(pool, given, version, by)
    except Outdated as outdated:
        now = get_object_or_404(Pool, pk=pk)
        headers = {"ETag": f'"{now.version}"'}
        raise Problem(409, str(outdated), headers=headers, current=told(now, by)) from outdated
    return _answer(get_object_or_404(Pool, pk=pk), by)


@transaction.atomic
def _change(pool: Pool, given: dict[str, Any], version: int, by: User) -> None:
    edit_pool(
        pool,
        _name(given["name"]) if "name" in given else pool.name,
        members=members_taken(given, Members.of(pool)),
        rules=rules_taken(given.get("rules", {}), next_rules(pool), pool.kind),
        hidden=hidden_taken(given["hidden_fields"], pool.kind) if "hidden_fields" in given else pool.hidden_fields,
        version=version,
        by=by,
    )
    if "is_active" in given:
        use_pool(pool, given["is_active"], by=by)


def _name(given: str) -> str:
    try:
        return clean_pool_name(given)
    except Invalid as refusal:
        raise refused({"name": [str(refusal)]}) from refusal


_PEOPLE: Schema = listed(ref("Related"))
SCHEMAS: dict[str, Schema] = {
    "PoolRules": RULES,
    "Pool": {
        "type": "object",
        "properties": {
            "id": _WHOLE,
            "name": text(),
            "kind": KIND,
            "is_active": {"type": "boolean"},
            "is_manager": {"type": "boolean", "description": "whether you manage it"},
            "daily_limit": nullable({**_WHOLE, "description": "how many you may claim on one day; null is no limit"}),
            "claimed_today": _WHOLE,
            "holding_limit": nullable({**_WHOLE, "description": "how many you may hold; null is no limit"}),
            "held": _WHOLE,
            "sentences": listed(text()),
            "rules": ref("PoolRules"),
            "rules_from_tomorrow": nullable(ref("PoolRules")),
            "members": {
                "type": "object",
                "properties": {"people": _PEOPLE, "departments": _PEOPLE, "roles": _PEOPLE},
                "description": "told to administrators alone, as managers, hidden_fields and rules_from_tomorrow",
            },
            "managers": {"type": "object", "properties": {"people": _PEOPLE, "roles": _PEOPLE}},
            "hidden_fields": listed(text()),
            "version": _WHOLE,
        },
    },
    "PoolList": {"type": "object", "properties": {"items": listed(ref("Pool"))}},
}
