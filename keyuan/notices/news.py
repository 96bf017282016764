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
from keyuan.notices.showing import as_told
from keyuan.org.models import User
from keyuan.records.namebook import NameBook

MOST_TOLD = 3  # toasts at once; of more the newest

UNREAD = """
    SELECT n.user_id, n.kind, n.record_id, n.id FROM unnest(%s::bigint[]) AS person(id) CROSS JOIN LATERAL (
        SELECT user_id, kind, record_id, id FROM notice
        WHERE user_id = person.id AND read_at IS NULL AND in_app ORDER BY id DESC LIMIT %s
    ) n
"""


@dataclass
class News:
    """What one person has not read: what they see of it, and the newest of all, after which the next look begins."""

    unread: list[int] = field(default_factory=list)
    newest: int = 0
    is_quiet: bool = False


def news_of(people: Iterable[User]) -> dict[int, News]:
    """The news of each; their rights must be loaded."""
    asked = {one.pk: one for one in people}
    found: dict[int, dict[str, list[tuple[int | None, int]]]] = defaultdict(lambda: defaultdict(list))
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [list(asked), COUNTED])
        for user, kind, record, pk in cursor.fetchall():
            found[user][kind].append((record, pk))
    chosen, now = NoticePreferences.of(asked), timezone.now()
    return {
        pk: News(
            _visible(user, found[pk]),
            max((one for rows in found[pk].values() for _record, one in rows), default=0),
            quiet_until(chosen[pk].quiet, now) is not None,
        )
        for pk, user in asked.items()
    }


def _visible(user: User, unread: dict[str, list[tuple[int | None, int]]]) -> list[int]:
    kept: list[int] = []
    for kind, rows in unread.items():
        if kind in KINDS:
            ids = {record for record, _pk in rows if record is not None}
            seen = KINDS[kind].visible(user, ids) if ids else set()
            kept += [pk for record, pk in rows if record is None or record in seen]
    return sorted(kept)


def told(user: User, news: News, after: int, language: str) -> list[dict[str, Any]]:
    """The toasts about what has come after the notice `after`; none in quiet hours."""
    fresh = [pk for pk in news.unread if pk > after][-MOST_TOLD:]
    if not fresh or news.is_quiet:
        return []
    known = dict(settings.LANGUAGES)
    wanted = next((one for one in (user.language, language) if one in known), settings.LANGUAGE_CODE)
    with translation.override(wanted):
        book = NameBook(user)
        return [as_told(one, book) for one in Notice.objects.filter(pk__in=fresh, user=user).order_by("pk")]
