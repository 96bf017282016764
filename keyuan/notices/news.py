"""What is new for the people whose pages are open: a few queries for all of them, rights as they are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from keyuan.notices.kinds import KINDS
from keyuan.notices.models import Notice, NoticePreferences
from keyuan.notices.quiet import quiet_until
from keyuan.notices.reading import COUNTED
from keyuan.notices.showing import as_told, look_up
from keyuan.org.models import User
from keyuan.records.namebook import NameBook

MOST_TOLD = 3  # toasts at once; of more the newest

UNREAD = """
    SELECT n.id, n.user_id, n.kind, n.record_id FROM unnest(%s::bigint[]) AS person(id) CROSS JOIN LATERAL (
        SELECT user_id, kind, record_id, id FROM notice
        WHERE user_id = person.id AND read_at IS NULL AND in_app ORDER BY id DESC LIMIT %s
    ) n
"""


@dataclass
class News:
    """What one person has not read: what they see of it, and the newest of all, after which the next look begins."""

    user: User
    unread: list[int] = field(default_factory=list)
    newest: int = 0
    is_quiet: bool = False

    def after(self, told: int) -> list[int]:
        """What is new since the notice `told`, and may be spoken of; of many the newest."""
        return [] if self.is_quiet else [pk for pk in self.unread if pk > told][-MOST_TOLD:]


def news_of(people: Iterable[User]) -> dict[int, News]:
    """The news of each; their rights must be loaded."""
    asked = {one.pk: one for one in people}
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [list(asked), COUNTED])
        rows = cursor.fetchall()
    seen, chosen, now = _seen(rows, asked), NoticePreferences.of(asked), timezone.now()
    found = {pk: News(user, is_quiet=quiet_until(chosen[pk].quiet, now) is not None) for pk, user in asked.items()}
    for pk, user, kind, record in sorted(rows):
        news = found[user]
        news.newest = pk
        if kind in KINDS and (record is None or (user, record) in seen[kind]):
            news.unread.append(pk)
    return found


def _seen(rows: Iterable[tuple[int, int, str, int | None]], people: dict[int, User]) -> dict[str, set[tuple[int, int]]]:
    """Per kind the pairs of person and record that are visible now."""
    asked: dict[str, dict[tuple[int, int], None]] = defaultdict(dict)
    for _pk, user, kind, record in rows:
        if kind in KINDS and record is not None:
            asked[kind][(user, record)] = None
    return {kind: KINDS[kind].seen([(people[pk], record) for pk, record in pairs]) for kind, pairs in asked.items()} | {
        kind: set() for kind in KINDS if kind not in asked
    }


def in_words(wanted: Iterable[tuple[News, int, str]]) -> list[list[dict[str, Any]]]:
    """The toasts for pages of these people.

    Args:
        wanted: for each page the news, the last notice that it has told, and the language of its browser.
    """
    wanted = list(wanted)
    fresh = [news.after(told) for news, told, _language in wanted]
    notices = Notice.objects.in_bulk({pk for pks in fresh for pk in pks}) if any(fresh) else {}
    books = {news.user.pk: NameBook(news.user) for news, _told, _language in wanted}
    look_up([(books[one.user_id], one) for one in notices.values()])
    return [
        _said(books[news.user.pk], [notices[pk] for pk in pks if pk in notices], language) if pks else []
        for (news, _told, language), pks in zip(wanted, fresh, strict=True)
    ]


def _said(book: NameBook, notices: list[Notice], language: str) -> list[dict[str, Any]]:
    known = dict(settings.LANGUAGES)
    wanted = next((one for one in (book.user.language, language) if one in known), settings.LANGUAGE_CODE)
    with translation.override(wanted):
        return [as_told(one, book) for one in notices]
