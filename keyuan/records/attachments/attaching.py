"""How files come: onto a record at once, or uploaded first and claimed by the record when it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.attachments import pictures
from keyuan.records.attachments.holders import HOLDERS
from keyuan.records.attachments.limits import MOST_PENDING, FileRefused, Limits
from keyuan.records.attachments.models import Attachment
from keyuan.records.attachments.naming import clean_name
from keyuan.records.attachments.sniffing import sniff
from keyuan.records.attachments.storage import Draft, place, taken_in
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation
from keyuan.records.models import Record


class Upload(Protocol):
    """A file as Django hands it over."""

    @property
    def name(self) -> str | None: ...
    def chunks(self) -> Iterator[bytes]: ...


def require_attaching(record: Record, by: User) -> None:
    """Raises NotAllowed unless `by` sees this record and may do with it what its type asks for."""
    holder = HOLDERS.get(record.module)
    if holder is None or not record.allows(by, "view") or not record.allows(by, holder.operation):
        raise NotAllowed(_("You may not attach files to this record."))
    if record.is_closed:
        raise RuleBroken(_("This record can't be corrected any more, and takes no files."))


def may_attach(record: Record, by: User) -> bool:
    """Whether a page offers it."""
    holder = HOLDERS.get(record.module)
    return holder is not None and not record.is_closed and record.allows(by, holder.operation)


def attach(record: Record, file: Upload, by: User, *, operation: Operation | None = None) -> Attachment:
    """Put a file on a record.

    Args:
        operation: that of the caller, where the file comes along with something larger.

    Raises:
        NotAllowed: see `require_attaching`.
        FileRefused: too large, of a forbidden kind, empty, or one too many.
    """
    limits = Limits.now()
    with _checked(file, limits) as values, transaction.atomic():
        locked = _opened(record, by, limits, 1)
        place(values.pop("draft"))
        made = Attachment.objects.create(created_by=by, **_belonging(locked), **values)
        operation = operation or Operation.begin(f"{record.module}.attached", by=by)
        locked.log("attached", operation=operation, file=made.name, attachment=str(made.pk))
    return made


def upload(file: Upload, by: User) -> Attachment:
    """Take a file in that waits for its record; nobody but `by` sees it, and a day later it is gone.

    Raises:
        FileRefused: as for `attach`; or this person has too many that wait.
    """
    limits = Limits.now()
    if Attachment.objects.pending(by).count() >= MOST_PENDING:
        raise FileRefused(_("Too many of your files wait to be saved. Save or remove some of them first."))
    with _checked(file, limits) as values, transaction.atomic():
        place(values.pop("draft"))
        return Attachment.objects.create(created_by=by, **values)


@transaction.atomic
def claim_pending(
    ids: Iterable[UUID], record: Record, by: User, *, operation: Operation | None = None
) -> list[Attachment]:
    """Put one's own waiting files on a record, in the order of `ids`; each can be claimed once.

    Raises:
        NotAllowed: see `require_attaching`.
        RuleBroken: one of them is not there: somebody else's, claimed already, or gone after a day.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    locked = _opened(record, by, Limits.now(), len(wanted))
    found = {one.pk: one for one in Attachment.objects.pending(by).select_for_update().filter(pk__in=wanted)}
    if len(found) < len(wanted):
        raise RuleBroken(_("Some of the files are no longer there. Remove them and choose them again."))
    Attachment.objects.filter(pk__in=wanted).update(**_belonging(locked))
    operation = operation or Operation.begin(f"{record.module}.attached", by=by)
    for pk in wanted:
        locked.log("attached", operation=operation, file=found[pk].name, attachment=str(pk))
    return list(Attachment.objects.filter(pk__in=wanted).order_by("created_at"))


def _opened(record: Record, by: User, limits: Limits, more: int) -> Record:
    """The record, locked, for somebody who may attach `more` files that it can still hold."""
    locked = record.lock()
    require_attaching(locked, by)
    limits.check_number(Attachment.objects.living().on(record.module, record.pk).count(), more)
    return locked


def _belonging(record: Record) -> dict[str, Any]:
    return {"record_type": record.module, "record_id": record.pk, "customer_id": record.customer_key}


@contextmanager
def _checked(file: Upload, limits: Limits) -> Iterator[dict[str, Any]]:
    """What a row says of this file, and its `draft`; refused files leave nothing."""
    name = clean_name(file.name or "")
    limits.check_name(name)
    with taken_in(file.chunks(), lambda size: limits.check_size(name, size)) as draft:
        if not draft.size:
            raise FileRefused(_("“%(name)s” is empty. Look whether it is the right file.") % {"name": name})
        media_type = sniff(draft.head, name)
        limits.check_content(name, media_type)
        yield {
            "draft": draft,
            "name": name,
            "size": draft.size,
            "media_type": media_type,
            "digest": draft.digest,
            **_measured(draft, media_type),
        }


def _measured(draft: Draft, media_type: str) -> dict[str, Any]:
    """How wide and high it is, where it is a picture that can be shown."""
    if media_type in pictures.TYPES:
        with suppress(pictures.NoPicture):
            width, height = pictures.measure(draft.path, draft.digest)
            return {"is_picture": True, "width": width, "height": height}
    return {}
