"""Records change hands: one or many, with or without what hangs on them, as one operation (W5).

Only whose they are changes: stages, history and dates stay. What hangs on a customer and belongs to somebody else stays
with them; contacts, follow-ups and files follow their customer anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.customers.bulk import chunks, hold_customers
from keyuan.notices.telling import tell
from keyuan.org.models import User
from keyuan.org.standing import department_of
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation
from keyuan.records.moving import owned_types
from keyuan.records.undoing import Undone, undo

KIND = "record.transferred"
UNDO = timedelta(days=7)


@dataclass(frozen=True)
class Hanging:
    """Records that may go along.

    Attributes:
        name: in the API.
        label: on the page.
        model: of the records.
        rows: those that hang on records with these ids, and are not settled yet.
    """

    name: str
    label: Any
    model: type[Any]
    rows: Callable[[Collection[int]], Any]

    @property
    def operation(self) -> str:
        """What one must be allowed to do with them."""
        return "edit" if self.model.module == "plan" else "transfer"


HANGINGS: dict[str, dict[str, Hanging]] = defaultdict(dict)
"""What hangs on the records of each module. Rooms above declare theirs when the process starts."""


def hangs(module: str, *hangings: Hanging) -> None:
    HANGINGS[module].update({one.name: one for one in hangings})


@dataclass
class Transferred:
    """What changed hands.

    Attributes:
        number: records that have another owner now.
        along: how many went with them, by name.
    """

    operation: Operation
    number: int = 0
    along: dict[str, int] = field(default_factory=dict)


def transfer(rows: Any, to: User, *, by: User, along: Sequence[str] = ()) -> Transferred:
    """Give `rows`, as far as `by` may, to another person; in chunks that commit.

    Args:
        rows: records of one type, within those that `by` sees.
        along: names of HANGINGS whose records go with them, where they belong to the former owner.

    Raises:
        NotAllowed: `by` may transfer none of them.
        RuleBroken: the new owner can't have records.
    """
    model = rows.model
    if not to.is_active or to.is_robot:
        raise RuleBroken(_("“%(name)s” can't take records over. Choose somebody who works here.") % {"name": to})
    mine = rows.reached_by(by, "transfer").living()
    if not mine.exists():
        raise NotAllowed(_("You may not transfer these records."))
    done = Transferred(Operation.begin(f"{model.module}.transferred", by=by))
    for pks in chunks(mine.exclude(owner=to)):
        with transaction.atomic():
            _transfer(model, pks, to, done, [HANGINGS[model.module][name] for name in along])
    if done.number:
        _tell(model, to, done)
    return done


def _transfer(model: Any, pks: list[int], to: User, done: Transferred, along: Sequence[Hanging]) -> None:
    hold_customers(model, pks)
    mine = model.rows.living().reached_by(done.operation.by, "transfer")  # asked again of what is locked now
    rows = mine.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    by_owner: dict[int | None, list[int]] = defaultdict(list)
    for pk, owner in rows.values_list("pk", "owner_id"):
        by_owner[owner].append(pk)
    department = department_of(to.pk)
    held = [pk for same in by_owner.values() for pk in same]
    done.number += len(_give(model.rows.filter(pk__in=held), to, department, done.operation))
    for hanging in along:
        for owner, parents in by_owner.items():
            theirs = hanging.rows(parents).filter(owner=owner).reached_by(done.operation.by, hanging.operation)
            given = _give(theirs, to, department, done.operation)
            done.along[hanging.name] = done.along.get(hanging.name, 0) + len(given)


def _give(rows: Any, to: User, department: int | None, operation: Operation) -> list[int]:
    values = {"owner": to.pk, "department": department}
    found: list[int] = rows.change(by=operation.by, operation=operation, event="transferred", **values)
    return found


def _tell(model: Any, to: User, done: Transferred) -> None:
    """The new owner hears of it once, however many records there are."""
    one = model.rows.filter(owner=to).order_by("-updated_at", "-pk").values_list("pk", flat=True).first()
    details = {"module": model.module, "number": done.number}
    tell(KIND, to=[to.pk], record_id=one, by=done.operation.by, key=f"transfer:{done.operation.pk}", details=details)


def undo_transfer(operation: Operation, *, by: User) -> Undone:
    """Everything that changed hands goes back to whom it belonged, unless somebody has given it away since.

    Raises:
        NotAllowed: `by` did not do it.
        RuleBroken: it was no transfer, it is undone already, or older than seven days.
    """
    if not operation.verb.endswith(".transferred"):
        raise RuleBroken(_("This was no transfer."))
    return undo(operation, owned_types(), by=by, within=UNDO)
