"""Notices as they are read: sentence, icon, when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from keyuan.notices.kinds import KINDS, NoticeKind
from keyuan.notices.models import Notice
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.ui import cells, formats


@dataclass(frozen=True)
class Entry:
    """One line of the list."""

    notice: Notice
    kind: NoticeKind
    sentence: SafeString
    when: SafeString

    @property
    def pk(self) -> int:
        return self.notice.pk

    @property
    def is_read(self) -> bool:
        return self.notice.read_at is not None


def entries(user: User, notices: Iterable[Notice]) -> list[Entry]:
    """What the list shows of these notices, which the person may see."""
    notices, now = list(notices), timezone.now()
    book, kinds = looked_up(user, notices), [KINDS[one.kind] for one in notices]
    return [
        Entry(one, kind, kind.say(one, book), cells.moment(one.at, said_when(one.at, now)))
        for one, kind in zip(notices, kinds, strict=True)
    ]


def looked_up(user: User, notices: Sequence[Notice]) -> NameBook:
    """The words of these notices to this person: records and people are read for all of them at once."""
    book = NameBook(user)
    look_up([(book, one) for one in notices])
    return book


def look_up(told: Sequence[tuple[NameBook, Notice]]) -> None:
    """Lay beside each notice what its reader may be told of the record now; a few queries for all readers together.

    Args:
        told: notices, each with the book of its reader, whose rights are loaded.
    """
    asked: dict[Callable[..., Any], dict[tuple[int, int], User]] = defaultdict(dict)
    for book, one in told:
        about = KINDS[one.kind].about
        if about is not None and one.record_id is not None:
            asked[about][(book.user.pk, one.record_id)] = book.user
    found = {about: about([(user, pk) for (_user, pk), user in pairs.items()]) for about, pairs in asked.items()}
    for book, one in told:
        about = KINDS[one.kind].about
        one.about = found[about].get((book.user.pk, one.record_id)) if about in found else None
    _meet(told)


def _meet(told: Sequence[tuple[NameBook, Notice]]) -> None:
    """The people whom the sentences name. Books share what one of them has read."""
    named = {pk for _book, one in told for pk in _people(one)}
    for book in {id(book): book for book, _one in told}.values():
        book.meet(named)


def _people(notice: Notice) -> list[int | None]:
    return [notice.by_id, *(notice.details.get(name) for name in KINDS[notice.kind].people)]


def said_when(at: datetime, now: datetime) -> str:
    """8 分钟前, 今天 08:46, 昨天 09:00, 3月12日 16:20."""
    days = (formats.as_date(now) - formats.as_date(at)).days
    if days <= 0:
        return formats.ago(at, now=now)
    return f"{formats.ago(at, now=now)} {formats.clock(at)}" if days == 1 else formats.moment(at)


def plain(notice: Notice, book: NameBook) -> str:
    """The sentence without its marks, in one line."""
    return " ".join(unescape(strip_tags(KINDS[notice.kind].say(notice, book))).split())


def as_told(notice: Notice, book: NameBook) -> dict[str, Any]:
    """What a script is told of a new notice; the click goes through the address that marks it as read."""
    return {"id": notice.pk, "sentence": plain(notice, book), "address": f"/notices/{notice.pk}/"}
