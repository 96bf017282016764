"""Taking out of a pool, giving to somebody, giving back: the verbs, the same for customers and leads.

Each locks the counter of the person first and the record second, so that two of them never wait for each other in a
circle, and the record as it is then decides who was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keyuan.org.models import User
from keyuan.org.standing import department_of
from keyuan.pools.kinds import KINDS
from keyuan.pools.limits import limits_of
from keyuan.pools.membership import home_pool, open_to, standing
from keyuan.pools.models import ClaimCount, Pool
from keyuan.pools.notices import tell_assigned
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation
from keyuan.records.options import Option
from keyuan.records.undoing import Undone, undo

UNDO = timedelta(hours=24)
HANDS = ("claimed", "assigned", "released")
NOBODYS: Mapping[str, Any] = {
    **dict.fromkeys(("owner", "department", "taken_at", "due_on", "extended_to", "release_reason")),
    "is_locked": False,
}


@transaction.atomic
def claim(record: Any, *, by: User, operation: Operation | None = None) -> None:
    """Take a record out of the pool in which it lies.

    Raises:
        NotAllowed: the pool is not open to `by`.
        RuleBroken: somebody was faster, or a rule of the pool forbids it; the sentence says which and until when.
    """
    pool = _pool_of(record, by, "claim")
    _count(pool, by)
    locked = _still_in_pool(record)
    _rested(locked, pool, by)
    _room(pool, by)
    _take(locked, by, event="claimed", operation=operation or Operation.begin(f"{record.module}.claimed", by=by))


@transaction.atomic
def assign(record: Any, to: User, *, by: User, operation: Operation | None = None) -> None:
    """Give a record that lies in a pool to somebody, who is told unless it is part of an `operation` (`assign_each`).

    Raises:
        NotAllowed: `by` does not manage the pool.
        RuleBroken: somebody was faster, or `to` can hold no more.
    """
    pool = _pool_of(record, by, "assign")
    if not to.is_active or to.is_robot:
        raise RuleBroken(_("“%(name)s” can't take records over. Choose somebody who works here.") % {"name": to})
    _lock_counter(pool, to)
    locked = _still_in_pool(record)
    _room(pool, to)
    done = operation or Operation.begin(f"{record.module}.assigned", by=by)
    _take(locked, to, event="assigned", operation=done)
    if operation is None:
        tell_assigned([record], to, done)


@transaction.atomic
def release(
    record: Any, *, by: User, reason: Option | None, pool: Pool | None = None, operation: Operation | None = None
) -> None:
    """Give a record back into a pool (退回).

    Args:
        pool: into which; None is the one whose rules hold for its owner.

    Raises:
        NotAllowed: `by` may not release it, or the pool is not open to them.
        RuleBroken: without a reason, without a pool, or it lies in one already.
    """
    locked = record.lock()
    locked.require(by, "release")
    if locked.pool_id is not None:
        raise RuleBroken(_("This record lies in a pool already."))
    if reason is None:
        raise RuleBroken(_("Choose the reason for giving it back."))
    if pool is not None and not _is_open(pool, by):
        raise NotAllowed(_("This pool is not open to you."))
    found = pool or (home_pool(locked.owner_id, record.module) if locked.owner_id else None)
    if found is None or found.kind != record.module or not found.is_active:
        raise RuleBroken(_("No pool is open to its owner. Choose one."))
    operation = operation or Operation.begin(f"{record.module}.released", by=by)
    came = {"pool": found, "released_at": operation.at, "last_owner": locked.owner, "release_reason": reason}
    values = {**NOBODYS, **came}
    rows = type(record).rows.filter(pk=record.pk)
    rows.change(by=by, operation=operation, event="released", details={"reason": reason.pk}, **values)
    record.refresh_from_db()


def _is_open(pool: Pool, by: User) -> bool:
    return by.reach(pool.kind, "view").everything or pool.pk in standing(by, pool.kind)


def _pool_of(record: Any, by: User, operation: str) -> Pool:
    """The pool in which it lies, as `by` may use it."""
    current = type(record).rows.filter(pk=record.pk, deleted_at=None).values_list("pool_id", "owner_id").first()
    if current is None:
        raise RuleBroken(_("This record no longer exists."))
    if current[0] is None:
        raise _taken(current[1])
    everywhere = by.reach(record.module, operation).everything
    if not everywhere and current[0] not in open_to(by, record.module, operation):
        raise NotAllowed(_("This pool is not open to you."))
    found: Pool = Pool.objects.get(pk=current[0])
    return found


def _still_in_pool(record: Any) -> Any:
    locked = record.lock()
    if locked.pool_id is None or locked.deleted_at is not None:
        raise _taken(locked.owner_id)
    return locked


def _taken(owner: int | None) -> RuleBroken:
    name = User.objects.filter(pk=owner).first() if owner else None
    return RuleBroken(_("%(name)s was faster.") % {"name": name or _("Somebody")})


def _lock_counter(pool: Pool, user: User) -> ClaimCount:
    """This person's counter of today, locked: whoever claims for the same person waits here."""
    today = timezone.localdate()
    ClaimCount.objects.bulk_create([ClaimCount(pool=pool, user=user, day=today)], ignore_conflicts=True)
    found: ClaimCount = ClaimCount.objects.select_for_update().get(pool=pool, user=user, day=today)
    return found


def claimed_today(pool: Pool, user: User) -> int:
    """How many records this person has claimed today from this pool."""
    counted = ClaimCount.objects.filter(pool=pool, user=user.pk, day=timezone.localdate())
    return counted.values_list("number", flat=True).first() or 0


def _count(pool: Pool, by: User) -> None:
    """One more claim today. A claim that fails takes it back with everything else; giving back does not."""
    counter, limit = _lock_counter(pool, by), limits_of(pool, by).claims
    if limit is not None and counter.number >= limit:
        raise RuleBroken(
            ngettext(
                "You have claimed %(number)d today, which is the limit of this pool. Go on tomorrow.",
                "You have claimed %(number)d today, which is the limit of this pool. Go on tomorrow.",
                limit,
            )
            % {"number": limit}
        )
    ClaimCount.objects.filter(pk=counter.pk).update(number=F("number") + 1)


def free_from(record: Any, pool: Pool, by: User) -> date | None:
    """The day from which `by` may claim again what was theirs; None where they may now."""
    if not pool.rules.rest or record.last_owner_id != by.pk or record.released_at is None:
        return None
    free: date = timezone.localdate(record.released_at) + timedelta(days=pool.rules.rest)
    return free if timezone.localdate() < free else None


def _rested(locked: Any, pool: Pool, by: User) -> None:
    if (free := free_from(locked, pool, by)) is not None:
        day = date_format(free, "SHORT_DATE_FORMAT")
        raise RuleBroken(_("It was yours until lately. You can claim it again from %(day)s on.") % {"day": day})


def held(pool: Pool, user: User) -> int:
    """How many records this person has that count against the limit of the pool."""
    rows = KINDS[pool.kind].model.rows.living().filter(owner=user).exclude(KINDS[pool.kind].settled)
    for name in pool.rules.uncounted:
        rows = rows.exclude(KINDS[pool.kind].uncounted.get(name, Q(pk=None)))
    return int(rows.count())


def _room(pool: Pool, user: User) -> None:
    limit = limits_of(pool, user).holds
    if limit is not None and held(pool, user) >= limit:
        raise RuleBroken(
            _("%(name)s has %(number)d already, which is the limit of this pool.") % {"name": user, "number": limit}
        )


def _take(locked: Any, to: User, *, event: str, operation: Operation) -> None:
    values = {"owner": to.pk, "department": department_of(to.pk), "pool": None, "taken_at": operation.at}
    rows = type(locked).rows.filter(pk=locked.pk)
    rows.change(by=operation.by, operation=operation, event=event, extended_to=None, **values)


@transaction.atomic
def set_locked(record: Any, locked: bool, *, by: User) -> None:
    """Keep a record from coming back by itself, or let it again.

    A locked one counts against no limit, so its owner alone may not do this: who assigns records may.

    Raises:
        NotAllowed.
        RuleBroken: it lies in a pool.
    """
    now = record.lock()
    now.require(by, "assign")
    if now.pool_id is not None:
        raise RuleBroken(_("This record lies in a pool. Assign it first."))
    event = "locked" if locked else "unlocked"
    type(record).rows.filter(pk=record.pk).change(by=by, event=event, is_locked=locked)
    record.refresh_from_db()


@dataclass
class Outcome:
    """What came of a verb for many records.

    Attributes:
        done, refused: the records, the latter each with the sentence that says why.
    """

    operation: Operation
    done: list[Any] = field(default_factory=list)
    refused: list[tuple[Any, str]] = field(default_factory=list)


def for_each(records: Iterable[Any], verb: Callable[..., None], name: str, *, by: User, **given: Any) -> Outcome:
    """Do `verb` with each of these, as one operation that is undone as one; what is refused stops no other.

    Args:
        name: of the operation, such as `customer.claimed`.
    """
    outcome = Outcome(Operation.begin(name, by=by))
    for record in records:
        try:
            verb(record, by=by, operation=outcome.operation, **given)
            outcome.done.append(record)
        except (RuleBroken, NotAllowed) as refusal:
            outcome.refused.append((record, str(refusal)))
    return outcome


def assign_each(records: Iterable[Any], module: str, to: User, *, by: User) -> Outcome:
    """Give each of these to somebody, who is told of all of them at once."""
    outcome = for_each(records, assign, f"{module}.assigned", by=by, to=to)
    tell_assigned(outcome.done, to, outcome.operation)
    return outcome


def undo_hands(operation: Operation, model: type[Any], *, by: User) -> Undone:
    """Take back what was claimed, assigned or given back, within a day. A claim stays counted.

    Raises:
        NotAllowed: somebody else did it.
        RuleBroken: it was none of these, is undone already, or too long ago.
    """
    if operation.verb not in {f"{model.module}.{one}" for one in HANDS}:
        raise RuleBroken(_("This can't be undone."))
    return undo(operation, [model], by=by, within=UNDO)
