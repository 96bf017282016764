"""What a person finds told: rights are asked again each time, a few queries for a whole page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from keyuan.notices.kinds import KINDS
from keyuan.notices.models import Notice
from keyuan.notices.telling import notify
from keyuan.org.models import User

COUNTED = 100  # the bell says 99+ from here on
PAGE = 30
WINDOWS = 4  # how often a page whose notices are hidden is filled up


def still_visible(user: User, notices: Iterable[Notice]) -> list[Notice]:
    """Those whose record this person may see now, in the order given; one query per kind."""
    notices = list(notices)
    asked: dict[str, set[int]] = defaultdict(set)
    for one in notices:
        if one.kind in KINDS and one.record_id is not None:
            asked[one.kind].add(one.record_id)
    seen = {kind: KINDS[kind].visible(user, ids) for kind, ids in asked.items()}
    return [one for one in notices if one.kind in KINDS and (one.record_id is None or one.record_id in seen[one.kind])]


def unread_count(user: User) -> int:
    """How many unread notices this person has, counted to COUNTED."""
    return len(unread(user))


def unread(user: User) -> list[Notice]:
    """The newest unread notices, at most COUNTED."""
    return still_visible(user, Notice.objects.of(user).unread()[:COUNTED])


@dataclass(frozen=True)
class Page:
    """Some notices, the newest first; `after` is the cursor of the next page, "" on the last."""

    notices: Sequence[Notice]
    after: str = ""


def page_of(user: User, *, unread_only: bool = False, before: str = "", size: int = PAGE) -> Page:
    """The notices before the cursor. Hidden ones are skipped; after WINDOWS looks a page may be shorter than others."""
    rows = Notice.objects.of(user)
    if unread_only:
        rows = rows.unread()
    kept: list[Notice] = []
    last = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    for _window in range(WINDOWS):
        found = list((rows.filter(pk__lt=last) if last is not None else rows)[: size + 1])
        seen = still_visible(user, found[:size])
        kept += seen[: size - len(kept)]
        if len(kept) == size and (len(found) > size or kept[-1] != seen[-1]):
            return Page(kept, str(kept[-1].pk))
        if len(found) <= size:
            return Page(kept)
        last = found[size - 1].pk
    return Page(kept, str(last))


def one_of(user: User, pk: int) -> Notice | None:
    """This notice, if it was written for this person and they still may see what it is about."""
    return next(iter(still_visible(user, Notice.objects.of(user).filter(pk=pk))), None)


@transaction.atomic
def mark_read(user: User, notice: Notice) -> None:
    """It is no news any more; other open pages of this person hear of it."""
    if Notice.objects.filter(pk=notice.pk, user=user, read_at=None).update(read_at=timezone.now()):
        notify([user.pk])


@transaction.atomic
def mark_all_read(user: User) -> int:
    """Nothing that this person sees is news any more; how many were. What is hidden stays news until it is seen."""
    seen = still_visible(user, Notice.objects.of(user).unread().only("kind", "record_id"))
    count = Notice.objects.filter(pk__in=[one.pk for one in seen], read_at=None).update(read_at=timezone.now())
    if count:
        notify([user.pk])
    return count
