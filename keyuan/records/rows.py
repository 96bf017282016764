"""Rows of records: who reaches which, and how many change at once with their history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from keyuan.org.models import User
from keyuan.records.changing import change_rows
from keyuan.records.history import Operation

if TYPE_CHECKING:
    from keyuan.org.rights import Reach

BELONGING = {
    "owner", "department", "pool", "taken_at", "due_on", "extended_to", "released_at", "last_owner",
    "release_reason", "is_locked",
}  # fmt: skip
"""Whose a record is, since when and until when. Nothing that is derived from it follows from that."""


def within(reach: Reach) -> Q:
    """The condition that a reach means, with literal ids only."""
    condition = Q()
    if reach.owners:
        condition |= Q(owner_id__in=sorted(reach.owners))
    if reach.departments:
        condition |= Q(department_id__in=sorted(reach.departments))
    return condition


class RecordQuerySet(models.QuerySet[Any]):
    def living(self) -> Self:
        return self.filter(deleted_at=None)

    def deleted(self) -> Self:
        return self.exclude(deleted_at=None)

    def joined(self, names: Iterable[str]) -> Self:
        """With these foreign keys joined, and no other: Django takes an empty list for all of them."""
        return self.select_related(*names) if names else self

    def reached_by(self, user: User, operation: str) -> Self:
        """The rows, living or deleted, on which `user` may do `operation`. The only place that knows."""
        reach = user.reach(self.model.module, operation)
        if reach.everything:
            return self
        return self.filter(within(reach)) if reach else self.none()

    def parts_reached_by(self, user: User, operation: str) -> list[Self]:
        """The rows in reach as parts, each of which an index alone answers; a condition on many asks each for itself."""
        return [self.reached_by(user, operation)]

    def held_by(self, user: User, operation: str) -> Self:
        """The rows in reach that a list of such records shows: those in a pool stand in the list of their pool."""
        return self.reached_by(user, operation)

    def lying_in(self, pools: Collection[int], user: User, operation: str) -> Self:
        """The rows in reach that lie in these pools; none where such records lie in no pools."""
        return self.none()

    def arms(self, user: User, operation: str) -> list[Self]:
        """The rows in reach as one part per owner and department; nothing where reach is no matter of these two."""
        reach = user.reach(self.model.module, operation)
        if reach.everything:
            return []
        owned = [self.filter(owner_id=one) for one in sorted(reach.owners)]
        return [*owned, *(self.filter(department_id=one) for one in sorted(reach.departments))]

    def beneath(self, user: User) -> Self:
        """The living rows that `user` sees on a record he sees; those that follow their record ask no more."""
        return self.living().reached_by(user, "view")

    def change(
        self, *, by: User, operation: Operation | None = None, event: str = "edited", details: Any = None, **fields: Any
    ) -> list[int]:
        """Set `fields` on all these rows and write one line of history per row that really changes.

        Returns:
            The ids of the rows that changed.
        """
        pks = list(self.order_by("pk").values_list("pk", flat=True))
        if not pks:
            return []
        with transaction.atomic():
            operation = operation or Operation.begin(f"{self.model.module}.{event}", by=by)
            changed = change_rows(self.model, pks, fields, event=event, operation=operation, details=details)
            if set(fields) - BELONGING:
                self.model.derive(changed, set(fields))
        return changed

    def touched(self, pks: Sequence[int], operation: Operation) -> None:
        """Raise the version of rows whose tags changed."""
        self.filter(pk__in=pks).update(
            version=models.F("version") + 1, updated_at=timezone.now(), updated_by=operation.by
        )


class Gate(models.Manager[Any]):
    """Hands out rows only to somebody, or for a reason that a test lists."""

    def get_queryset(self) -> RecordQuerySet:
        raise AssertionError("Start from objects.visible_to(user), allowed(user, operation) or unscoped(reason=…).")

    def visible_to(self, user: User) -> RecordQuerySet:
        return self.allowed(user, "view")

    def allowed(self, user: User, operation: str) -> RecordQuerySet:
        """The living rows on which `user` may do `operation`."""
        return self.model.rows.living().reached_by(user, operation)

    def binned(self, user: User) -> RecordQuerySet:
        """The deleted rows that `user` may delete and so restore."""
        return self.model.rows.deleted().reached_by(user, "delete")

    def unscoped(self, *, reason: str) -> RecordQuerySet:
        """All rows, for the machine's own work; `reason` says why that is right."""
        assert reason
        return self.model.rows.all()
