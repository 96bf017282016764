"""Telling people: one notice per person, once, in the transaction of what it tells about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from keyuan.engine import mail
from keyuan.notices.kinds import KINDS, NoticeKind
from keyuan.notices.models import Notice, NoticePreferences
from keyuan.notices.quiet import quiet_until
from keyuan.org.models import User
from keyuan.org.rights import load_rights_of

CHANNEL = "keyuan_notices"
AT_ONCE = 500  # people whose rights are held in memory together
NAMED_AT_ONCE = 400  # ids in one NOTIFY, which carries 8000 bytes
FROM = ("username", "name", "email", "is_active", "is_robot", "department_id", "superior_id", "preferences")

INSERT = """
    INSERT INTO notice (user_id, kind, record_id, by_id, at, details, key, in_app, mail_state, mail_after)
    SELECT person, %(kind)s, %(record)s, %(by)s, %(at)s, %(details)s::jsonb, %(key)s, in_app, mail_state, mail_after
    FROM unnest(%(people)s::bigint[], %(in_app)s::bool[], %(mail_state)s::text[], %(mail_after)s::timestamptz[])
        AS told(person, in_app, mail_state, mail_after)
    ORDER BY person
    ON CONFLICT (user_id, key) DO NOTHING
    RETURNING id, user_id, mail_state
"""


@transaction.atomic
def tell(
    kind: str, *, to: Iterable[int], record_id: int | None, by: User, key: str, details: dict[str, Any] | None = None
) -> list[int]:
    """Write one notice per person who may see the record and has not switched the kind off.

    It belongs to the caller's transaction; open pages and mails hear of it when that is committed.

    Args:
        kind: the name of a declared kind.
        to: ids of people. Disabled ones, and `by`, are left out; what the robot does it tells everybody.
        record_id: what it is about; None where there is no record, and nothing to hide.
        key: makes it once: a second call with it changes nothing for those who have been told.
        details: what the sentence needs beside the record: ids and facts of the moment, never words of the record.

    Returns:
        The ids of the people who have been told now.

    Raises:
        KeyError: nobody has declared the kind.
    """
    declared, wanted = KINDS[kind], sorted(set(to) - {by.pk})
    values = {
        "kind": kind, "record": record_id, "by": by.pk, "at": timezone.now(), "key": key,
        "details": json.dumps(details or {}, ensure_ascii=False),
    }  # fmt: skip
    told: list[int] = []
    for start in range(0, len(wanted), AT_ONCE):
        people = _people(wanted[start : start + AT_ONCE])
        told += _write(declared, readers(declared, people, record_id), values)
    return told


def _people(pks: Sequence[int]) -> list[User]:
    """Those of them who work here, with their rights."""
    found = list(User.objects.people().filter(pk__in=pks, is_active=True).only(*FROM))
    load_rights_of(found)
    return found


def readers(kind: NoticeKind, people: Sequence[User], record_id: int | None) -> list[User]:
    """Those of these people who may see the record now."""
    if record_id is None:
        return list(people)
    may = kind.seen([(one, record_id) for one in people])
    return [one for one in people if (one.pk, record_id) in may]


def _write(kind: NoticeKind, people: Sequence[User], values: dict[str, Any]) -> list[int]:
    chosen = NoticePreferences.of(one.pk for one in people)
    rows = [(one.pk, *_ways(kind, one, chosen[one.pk], values["at"])) for one in people]
    rows = [row for row in rows if row[1] or row[2]]
    if not rows:
        return []
    columns = zip(("people", "in_app", "mail_state", "mail_after"), zip(*rows, strict=True), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values | {name: list(column) for name, column in columns})
        written = cursor.fetchall()
    notify(person for _pk, person, _state in written)
    _post([pk for pk, _person, state in written if state], {row[0]: row[3] for row in rows}, written)
    return [person for _pk, person, _state in written]


def _ways(kind: NoticeKind, person: User, chosen: NoticePreferences, at: datetime) -> tuple[bool, str, datetime | None]:
    """Whether it appears in the product; whether a mail waits; until when."""
    by_mail = bool(person.email) and mail.is_ready() and chosen.mails(kind.name, kind.by_mail)
    after = (quiet_until(chosen.quiet, at) or at) if by_mail else None
    return chosen.shows(kind.name), Notice.Mail.WAITING.value if by_mail else "", after


def notify(people: Iterable[int]) -> None:
    """Let the open pages of these people look again, once this is committed. It carries ids only."""
    ids = [str(pk) for pk in people]
    with connection.cursor() as cursor:
        for start in range(0, len(ids), NAMED_AT_ONCE):
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, " ".join(ids[start : start + NAMED_AT_ONCE])])


def _post(pks: Sequence[int], after: dict[int, datetime | None], written: Sequence[tuple[int, int, str]]) -> None:
    if not pks:
        return
    from keyuan.notices.tasks import mail_notice  # noqa: PLC0415  jobs import this module

    owners = {pk: person for pk, person, _state in written}
    for pk in pks:
        mail_notice.configure(schedule_at=after[owners[pk]]).defer(notice_id=pk)
