"""Notices as they are read: sentence, icon, when."""

from __future__ import annotations

from collections.abc import Iterable
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
    notices, book, now = list(notices), NameBook(user), timezone.now()
    book.meet(one.by_id for one in notices)
    kinds = [KINDS[one.kind] for one in notices]
    return [
        Entry(one, kind, kind.sentence(one, book), cells.moment(one.at, said_when(one.at, now)))
        for one, kind in zip(notices, kinds, strict=True)
    ]


def said_when(at: datetime, now: datetime) -> str:
    """8 分钟前, 今天 08:46, 昨天 09:00, 3月12日 16:20."""
    days = (formats.as_date(now) - formats.as_date(at)).days
    if days <= 0:
        return formats.ago(at, now=now)
    return f"{formats.ago(at, now=now)} {formats.clock(at)}" if days == 1 else formats.moment(at)


def plain(notice: Notice, book: NameBook) -> str:
    """The sentence without its marks, in one line."""
    return " ".join(unescape(strip_tags(KINDS[notice.kind].sentence(notice, book))).split())


def as_told(notice: Notice, book: NameBook) -> dict[str, Any]:
    """What a script is told of a new notice; the click goes through the address that marks it as read."""
    return {"id": notice.pk, "sentence": plain(notice, book), "address": f"/notices/{notice.pk}/"}
