"""延期申请: the owner of a record that will come back asks for more days, and a manager of the pool decides.

A request holds as long as the record is still that of whoever asked and comes back by itself; so one whose record has
changed hands or came back is gone from every page at once. The night throws away what holds no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from keyuan.notices.telling import tell
from keyuan.org.models import Department, User
from keyuan.org.rights import load_rights_of
from keyuan.pools.kinds import KINDS
from keyuan.pools.membership import home_pool, home_pools, managed, pools
from keyuan.pools.models import Pool
from keyuan.records.errors import NotAllowed, RuleBroken

ASKED, DECIDED = "pool.extension", "pool.extended"
LONGEST = 500
"""So many characters a reason or an answer has."""


class ExtensionRequest(models.Model):
    """One request for more days.

    Attributes:
        kind, record_id: the record, by the kind of its pools.
        extended_to: the last day that was granted.
        answer: what the manager said to a refusal.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        GRANTED = "granted"
        REFUSED = "refused"

    kind = models.CharField(max_length=10, choices=Pool.Kind)
    record_id = models.BigIntegerField()
    asked_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=LONGEST, default="")
    extended_to = models.DateField(null=True)

    class Meta:
        db_table = "extension_request"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "kind", "record_id", condition=Q(state="waiting"), name="an_extension_is_asked_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.state}"

    def holds(self, record: Any) -> bool:
        """Whether it is still about what it was asked about."""
        same = record.owner_id == self.asked_by_id and record.deleted_at is None and record.due_on is not None
        return same and not (record.taken_at is not None and record.taken_at > self.asked_at)


def waiting(kind: str) -> models.QuerySet[ExtensionRequest]:
    """The requests about records of this kind that hold and wait for an answer, the oldest first."""
    same = KINDS[kind].model.rows.living().filter(pk=OuterRef("record_id"), owner=OuterRef("asked_by"))
    holding = same.exclude(due_on=None).exclude(taken_at__gt=OuterRef("asked_at"))
    found = ExtensionRequest.objects.filter(Exists(holding), kind=kind, state=ExtensionRequest.State.WAITING)
    return found.select_related("asked_by").order_by("asked_at", "pk")


def waiting_about(record: Any) -> ExtensionRequest | None:
    """The request that waits about this record."""
    about = ExtensionRequest.objects.filter(kind=record.module, record_id=record.pk)
    found = about.filter(state=ExtensionRequest.State.WAITING).first()
    return found if found is not None and found.holds(record) else None


def may_ask(record: Any, user: User) -> bool:
    """Whether `user` may ask for more days of this record, apart from having asked already."""
    return record.owner_id == user.pk and record.due_on is not None and _days(record) > 0


def _days(record: Any) -> int:
    """How many days the pool whose rules hold lets a manager add."""
    pool = home_pool(record.owner_id, record.module) if record.owner_id is not None else None
    return pool.rules.extension if pool is not None else 0


@transaction.atomic
def ask(record: Any, *, by: User, reason: str) -> ExtensionRequest:
    """Ask the managers of the pool for more days.

    Raises:
        NotAllowed: it is not `by`'s.
        RuleBroken: it does not come back by itself, the pool adds no days, or they have asked already.
    """
    locked = record.lock()
    if locked.owner_id != by.pk or locked.deleted_at is not None:
        raise NotAllowed(_("Only its owner may ask for more days."))
    if not may_ask(locked, by):
        raise RuleBroken(_("The last day of this record can't be extended."))
    if waiting_about(locked) is not None:
        raise RuleBroken(_("You have asked already. The managers of the pool have not decided yet."))
    about = ExtensionRequest.objects.filter(kind=record.module, record_id=record.pk)
    about.filter(state=ExtensionRequest.State.WAITING).delete()  # of somebody before
    asked = ExtensionRequest.objects.create(
        kind=record.module, record_id=record.pk, asked_by=by, asked_at=timezone.now(), reason=reason
    )
    pool = home_pool(by.pk, record.module)
    if pool is not None:
        tell(ASKED, to=managers_of(pool), record_id=asked.pk, by=by, key=f"extension:{asked.pk}")
    return asked


@transaction.atomic
def withdraw(record: Any, *, by: User) -> None:
    """Take back what one has asked for and nobody has decided yet. Its notice goes with it.

    Raises:
        NotAllowed: somebody else asked.
        RuleBroken: nothing waits; it was decided meanwhile.
    """
    record.lock()
    about = ExtensionRequest.objects.select_for_update(of=("self",))
    asked = about.filter(kind=record.module, record_id=record.pk, state=ExtensionRequest.State.WAITING).first()
    if asked is None:
        raise RuleBroken(_("Nothing waits any more: it was decided, or the record has changed hands."))
    if asked.asked_by_id != by.pk:
        raise NotAllowed(_("Only who asked may take it back."))
    asked.delete()


def managers_of(pool: Pool) -> list[int]:
    """The people who manage this pool, by id, and may give what lies in it to others."""
    held = next((one for one in pools() if one.pool.pk == pool.pk), None)
    if held is None:
        return []
    below = Department.objects.none()
    for one in Department.objects.filter(pk__in=[pk for pk, manages in held.departments.items() if manages]):
        below = below | Department.objects.under(one)
    roles = [pk for pk, manages in held.roles.items() if manages]
    people = [pk for pk, manages in held.people.items() if manages]
    named = Q(pk__in=people) | Q(department__in=below) | Q(roles__in=roles)
    found = list(User.objects.people().filter(named, is_active=True).distinct())
    load_rights_of(found)
    return [one.pk for one in found if pool.pk in managed(one, pool.kind, "assign")]


# Deciding


def decides(user: User, requests: Iterable[ExtensionRequest]) -> list[ExtensionRequest]:
    """Those of these requests that `user` decides: others' requests, in pools that they manage, about what they see."""
    found: list[ExtensionRequest] = []
    others = [one for one in requests if one.asked_by_id != user.pk and user.may(one.kind, "assign")]
    for kind in {one.kind for one in others} & KINDS.keys():
        of_kind = [one for one in others if one.kind == kind]
        owners = _governed(user, kind, {one.asked_by_id for one in of_kind})
        seen = KINDS[kind].model.objects.visible_to(user).filter(pk__in=[one.record_id for one in of_kind])
        pks = set(seen.values_list("pk", flat=True))
        found += [one for one in of_kind if one.asked_by_id in owners and one.record_id in pks]
    return found


def _governed(user: User, kind: str, owners: Collection[int]) -> set[int]:
    """Those of these owners whose records fall into pools in which `user` gives to others."""
    if user.reach(kind, "assign").everything:
        return set(owners)
    own = managed(user, kind, "assign")
    return {owner for owner, pool in home_pools(owners, kind).items() if pool is not None and pool.pk in own}


@transaction.atomic
def decide(pk: int, granted: bool, *, by: User, answer: str = "") -> ExtensionRequest:
    """Grant a request, which adds the days of the rule to the last day, or refuse it with a sentence.

    The record is locked first and the request second, as in asking; who comes later is told who decided.

    Raises:
        NotAllowed: it is not `by`'s to decide.
        RuleBroken: somebody decided already, or the record has changed hands.
    """
    asked = ExtensionRequest.objects.filter(pk=pk).first()
    record = _locked(asked) if asked is not None else None
    asked = ExtensionRequest.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if asked is None or record is None:
        raise _gone()
    if not decides(by, [asked]):
        raise NotAllowed(_("Managers of the pool decide this."))
    if asked.state != ExtensionRequest.State.WAITING:
        raise _decided(asked)
    if not asked.holds(record):
        raise _gone()
    if granted:
        _extend(record, asked, by)
    asked.state = ExtensionRequest.State.GRANTED if granted else ExtensionRequest.State.REFUSED
    asked.decided_by, asked.decided_at, asked.answer = by, timezone.now(), answer
    asked.save()
    details = {"module": asked.kind, "record": asked.record_id}
    tell(DECIDED, to=[asked.asked_by_id], record_id=asked.pk, by=by, key=f"extended:{asked.pk}", details=details)
    return asked


def _locked(asked: ExtensionRequest) -> Any:
    rows = KINDS[asked.kind].model.rows.select_for_update(of=("self",))
    return rows.filter(pk=asked.record_id).first()


def _extend(record: Any, asked: ExtensionRequest, by: User) -> None:
    asked.extended_to = record.due_on + timedelta(days=_days(record))
    details = {"to": asked.extended_to.isoformat()}
    rows = type(record).rows.filter(pk=record.pk)
    rows.change(by=by, event="extended", details=details, extended_to=asked.extended_to)


def _gone() -> RuleBroken:
    return RuleBroken(_("Nothing is to be decided any more: the record has changed hands or came back."))


def _decided(asked: ExtensionRequest) -> RuleBroken:
    who = str(asked.decided_by or _("Somebody"))
    if asked.extended_to is None:
        return RuleBroken(_("%(name)s was faster and refused it.") % {"name": who})
    day = date_format(asked.extended_to, "SHORT_DATE_FORMAT")
    return RuleBroken(_("%(name)s was faster and extended it to %(day)s.") % {"name": who, "day": day})


def forget_gone(kind: str) -> int:
    """Throw away requests that hold no more, and all about records that are no longer there."""
    of_kind = ExtensionRequest.objects.filter(kind=kind)
    there = Exists(KINDS[kind].model.rows.filter(pk=OuterRef("record_id")))
    unanswered = of_kind.filter(state=ExtensionRequest.State.WAITING).exclude(pk__in=waiting(kind).values("pk"))
    return int(unanswered.delete()[0]) + int(of_kind.exclude(there).delete()[0])
