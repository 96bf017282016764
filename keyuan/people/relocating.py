"""Records follow people who have moved: a few at once, many in a job, all as one operation (W1)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from keyuan.org.administrators import require_administrator
from keyuan.org.models import Department, User
from keyuan.org.standing import present_in
from keyuan.people.models import Relocation
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.moving import count_elsewhere, left_behind, move_part, owned_among

AT_ONCE = 500
LATER = (2, 30)  # minutes
"""When somebody looks once more for what a long import has written under the old department."""


def running(person: User) -> Relocation | None:
    """The job that moves records of this person now."""
    return Relocation.objects.filter(finished_at=None, people__contains=[person.pk]).order_by("pk").first()


def require_settled(person: User) -> None:
    """Raises RuleBroken while the records of this person are moving: one department after the other."""
    if running(person) is not None:
        raise RuleBroken(_("The records of “%(name)s” are still moving. Wait until they are there.") % {"name": person})


def take_along(people: Collection[int], department: Department, *, by: User, operation: Operation) -> Relocation | None:
    """Move all records of these people into `department`; the job, where they are many.

    Belongs into the transaction that moves the people.

    Raises:
        NotAllowed: `by` is no administrator.
    """
    require_administrator(by)
    assert transaction.get_connection().in_atomic_block
    parts = list(left_behind(people, department))
    total = sum(len(pks) for _model, pks in parts)
    if total <= AT_ONCE:
        for model, pks in parts:
            move_part(model, pks, department, by=by, operation=operation)
        return None
    job = Relocation.objects.create(people=sorted(people), department=department, operation=operation, total=total)
    _defer(job.pk)
    return job


def _defer(pk: int) -> None:
    app.configure_task("keyuan.people.tasks.relocate", lock=f"relocation-{pk}").defer(relocation_id=pk)


@transaction.atomic
def bring_records(person: User, *, by: User) -> Relocation | None:
    """Move what this person left behind in other departments into their present one.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: they have no department, or are moving already.
    """
    require_administrator(by)
    locked = User.objects.select_for_update(of=("self",)).select_related("department").get(pk=person.pk)
    require_settled(locked)
    if locked.department is None:
        raise RuleBroken(_("Choose a department first."))
    if not count_elsewhere(locked):
        raise RuleBroken(_("All records lie in this department already."))
    operation = Operation.begin("user.records_moved", by=by)
    return take_along([locked.pk], locked.department, by=by, operation=operation)


def run(job: Relocation) -> None:
    """Move what is left, part by part, each with its history and the progress in one transaction."""
    while _pass(job):
        pass
    Relocation.objects.filter(pk=job.pk, finished_at=None).update(finished_at=timezone.now())


def sweep(job: Relocation) -> None:
    """Once more, after the end: what somebody else's long transaction has written meanwhile."""
    _pass(job)


def _pass(job: Relocation) -> int:
    """Everything that lies elsewhere now; how many records that were."""
    moved = 0
    for model, pks in left_behind(job.people, job.department):
        with transaction.atomic():
            here = present_in(job.people, job.department)
            owned = owned_among(model, pks, here)
            moved += move_part(model, owned, job.department, by=job.by, operation=job.operation)
            Relocation.objects.filter(pk=job.pk).update(done=F("done") + len(pks))
    return moved
