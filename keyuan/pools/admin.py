"""Pools as administrators make and change them (G1). Changed rules hold from the next day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.people import log
from keyuan.pools.exempting import refuse_unfit
from keyuan.pools.kinds import KINDS
from keyuan.pools.models import Pool, PoolMember
from keyuan.pools.rules import EVENTS, PoolRules
from keyuan.pools.sentences import own_limit_sentences
from keyuan.records.errors import RuleBroken
from keyuan.records.options import tag_key

LONGEST_NAME = 60


class Outdated(RuleBroken):
    """A pool has changed since it was read."""


@dataclass(frozen=True)
class Members:
    """To whom a pool is open, by id; managers are members, too."""

    people: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    managers: frozenset[int] = frozenset()
    manager_roles: frozenset[int] = frozenset()

    @classmethod
    def of(cls, pool: Pool) -> Members:
        rows = list(pool.members.all())

        def ids(column: str, manages: bool | None = None) -> frozenset[int]:
            found = [one for one in rows if manages is None or one.is_manager == manages]
            return frozenset(filter(None, (getattr(one, column) for one in found)))

        return cls(
            ids("user_id", False), ids("department_id"), ids("role_id", False),
            ids("user_id", True), ids("role_id", True),
        )  # fmt: skip

    def rows(self, pool: Pool) -> list[PoolMember]:
        return [
            *(
                PoolMember(pool=pool, user_id=one, is_manager=one in self.managers)
                for one in self.people | self.managers
            ),
            *(PoolMember(pool=pool, department_id=one) for one in self.departments),
            *(
                PoolMember(pool=pool, role_id=one, is_manager=one in self.manager_roles)
                for one in self.roles | self.manager_roles
            ),
        ]

    def as_json(self) -> dict[str, list[int]]:
        return {name: sorted(getattr(self, name)) for name in self.__dataclass_fields__}


@transaction.atomic
def add_pool(
    kind: str, name: str, *, members: Members, rules: PoolRules, hidden: Sequence[str] | None = None, by: User
) -> Pool:
    """A new pool, whose rules hold at once.

    Args:
        kind: the module whose records lie in it.
        hidden: what it does not tell its members; None for what a new pool hides.

    Raises:
        NotAllowed, RuleBroken: there is one with this name, or a rule makes no sense.
    """
    require_administrator(by)
    if kind not in KINDS:
        raise RuleBroken(_("Such records can't lie in pools."))
    _refuse_name(kind, name, None)
    last = Pool.objects.filter(kind=kind).aggregate(last=Max("position"))["last"]
    pool = Pool(
        kind=kind, name=name, position=0 if last is None else last + 1, kept_rules=checked(rules, kind).as_json()
    )
    if hidden is not None:
        pool.hidden_fields = sorted(hidden)
    pool.save()
    PoolMember.objects.bulk_create(members.rows(pool))
    log.write("pool", pool.pk, "created", by=by, before={}, after=_picture(pool, members), name=name)
    return pool


@transaction.atomic
def edit_pool(
    pool: Pool,
    name: str,
    *,
    members: Members,
    rules: PoolRules,
    hidden: Sequence[str],
    by: User,
    version: int | None = None,
) -> Pool:
    """Change a pool. Name, members and what is hidden hold at once, rules from tomorrow on.

    Args:
        version: the one that was read; None where nobody could have read another.

    Raises:
        NotAllowed, RuleBroken.
        Outdated: somebody has changed it since.
    """
    require_administrator(by)
    locked: Pool = Pool.objects.select_for_update().get(pk=pool.pk)
    if version is not None and version != locked.version:
        raise Outdated(_("Somebody has changed this record since you opened it."))
    _refuse_name(locked.kind, name, locked.pk)
    before = _picture(locked, Members.of(locked))
    rules = checked(rules, locked.kind)
    if rules != _fitting(next_rules(locked), locked.kind):
        _from_tomorrow(locked, rules)
    locked.name, locked.hidden_fields, locked.version = name, sorted(hidden), locked.version + 1
    locked.save()
    if members != Members.of(locked):
        locked.members.all().delete()
        PoolMember.objects.bulk_create(members.rows(locked))
    log.write_difference("pool", locked.pk, before, _picture(locked, members), by=by)
    return locked


@transaction.atomic
def use_pool(pool: Pool, is_active: bool, *, by: User) -> None:
    """Take an empty pool out of use, or a pool into use again.

    Raises:
        NotAllowed.
        RuleBroken: something lies in it, which nobody would find any more.
    """
    require_administrator(by)
    Pool.objects.select_for_update().get(pk=pool.pk)
    if not is_active and (number := KINDS[pool.kind].model.rows.filter(pool=pool).count()):
        raise RuleBroken(
            ngettext(
                "%(n)d record lies in this pool. Assign it first.",
                "%(n)d records lie in this pool. Assign them first.",
                number,
            )
            % {"n": number}
        )
    if Pool.objects.filter(pk=pool.pk).exclude(is_active=is_active).update(is_active=is_active):
        log.write_difference("pool", pool.pk, {"is_active": not is_active}, {"is_active": is_active}, by=by)


@transaction.atomic
def shift_pool(pool: Pool, step: int, *, by: User) -> None:
    """One place up (-1) or down (1) among the pools of its kind: the first that is open to somebody is theirs.

    Raises:
        NotAllowed.
    """
    require_administrator(by)
    order = list(Pool.objects.select_for_update().filter(kind=pool.kind))
    here = next(place for place, one in enumerate(order) if one.pk == pool.pk)
    if 0 <= here + step < len(order):
        order[here], order[here + step] = order[here + step], order[here]
        for place, one in enumerate(order):
            Pool.objects.filter(pk=one.pk).exclude(position=place).update(position=place)
        log.write("pool", pool.pk, "moved", by=by, name=pool.name)


def next_rules(pool: Pool) -> PoolRules:
    """The rules that hold now or, where they have been changed today, from tomorrow on."""
    return PoolRules.from_json(pool.kept_rules)


def checked(rules: PoolRules, kind: str) -> PoolRules:
    """These rules of a pool of this kind, without what nothing follows from.

    Raises:
        RuleBroken: two rules contradict each other; the sentence says which.
    """
    if rules.hard_end is not None and rules.hard_end < rules.protection:
        raise RuleBroken(
            _("The end after %(end)d days lies within the protection of %(days)d days. Change one of them.")
            % {"end": rules.hard_end, "days": rules.protection}
        )
    if rules.recycles and not rules.waits and rules.hard_end is None:
        raise RuleBroken(_("Say after what a record comes back: days without an event, or an end."))
    refuse_unfit(KINDS[kind], rules.exempt_filter)
    return _fitting(rules, kind)


def _fitting(rules: PoolRules, kind: str) -> PoolRules:
    """Without exemptions that such records do not have, and days of entries where they do not differ."""
    rules = replace(rules, exempt=tuple(one for one in rules.exempt if one in KINDS[kind].exempt))
    if rules.choice:
        return rules
    return replace(rules, waits={event: replace(one, by_choice={}) for event, one in rules.waits.items()})


def _from_tomorrow(pool: Pool, rules: PoolRules) -> None:
    today = timezone.localdate()
    if pool.rules_from is None or pool.rules_from <= today:
        pool.rules_before = pool.kept_rules
    pool.kept_rules, pool.rules_from = rules.as_json(), today + timedelta(days=1)


def _refuse_name(kind: str, name: str, itself: int | None) -> None:
    others = Pool.objects.filter(kind=kind).values_list("pk", "name")
    if tag_key(name) in {tag_key(other) for pk, other in others if pk != itself}:
        raise RuleBroken(_("There is a pool called “%(name)s” already.") % {"name": name})


def _picture(pool: Pool, members: Members) -> dict[str, Any]:
    """Name, members and rules, as the log keeps them."""
    rules = next_rules(pool)
    waits = {event: rules.waits[event].days if event in rules.waits else None for event in EVENTS}
    plain = {name: value for name, value in rules.as_json().items() if name != "waits"}
    plain["own_limits"] = own_limit_sentences(rules)
    return {"name": pool.name, "hidden_fields": list(pool.hidden_fields), **members.as_json(), **plain, **waits}
