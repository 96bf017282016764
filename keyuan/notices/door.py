"""Whose stream it is: sessions of many open pages, looked at together; nothing here counts as work in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from keyuan.org.kept import Session
from keyuan.org.models import User
from keyuan.org.networks import admits
from keyuan.org.protection import must_change_password
from keyuan.org.rights import load_rights_of
from keyuan.org.sessions import SessionStore, digest
from keyuan.people.previews import PREVIEW
from keyuan.ui.guard import LOCKED, is_idle
from keyuan.ui.middleware import LANGUAGE_COOKIE
from keyuan.ui.origin import address_of, read_proxies, settle

NOBODY, CLOSED = 401, 403


@dataclass(frozen=True)
class Knock:
    """What a page shows at the door."""

    session: str
    address: str
    language: str


def knock_of(request: Any) -> Knock:
    """What this request shows; without asking the database."""
    settle(request, read_proxies(settings.TRUSTED_PROXIES))
    cookies = request.COOKIES
    session = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return Knock(session, address_of(request), cookies.get(LANGUAGE_COOKIE, ""))


def admitted(knocks: Iterable[Knock]) -> dict[Knock, User | int]:
    """For each of them the person with their rights, or the status of a refusal; the same queries for one and many.

    The rules are those of pages (`Doorkeeper`): a living session of an enabled account that has not ended its sessions,
    is not locked or idle, need not change its password, and comes from where its roles may be used. Who looks at the
    product through another role gets no stream.
    """
    knocks = set(knocks)
    keys = {digest(one.session) for one in knocks if one.session}
    rows = {
        row.session_key: row for row in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    }
    people = User.objects.people().filter(pk__in={row.user_id for row in rows.values()}, is_active=True).in_bulk()
    load_rights_of(list(people.values()))
    return {one: _judge(one, rows.get(digest(one.session)), people) for one in knocks}


def _judge(knock: Knock, row: Session | None, people: dict[int, User]) -> User | int:
    user = people.get(row.user_id or 0) if row else None
    if row is None or user is None:
        return NOBODY
    data = SessionStore().decode(row.session_data)
    if data.get(SESSION_KEY) != str(user.pk):
        return NOBODY
    if not constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return NOBODY
    closed = data.get(LOCKED) or PREVIEW in data or is_idle(user, row.seen_at) or must_change_password(user)
    return CLOSED if closed or not admits(user, knock.address) else user
