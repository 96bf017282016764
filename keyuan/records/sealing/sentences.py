"""What verification says: which event, which record, when, who."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.sealing.leaves import Row
from keyuan.records.sealing.seals import Seal


def moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else "…"


def told(line: list[bytes]) -> dict[str, Any]:
    """The first columns of an event in words: id, at, name, by, record type, record."""
    pk, at, name, by, kind, record = (text.decode(errors="replace") for text in line[:6])
    try:
        when = moment(datetime.fromisoformat(at))
    except ValueError:
        when = at
    return {"event": pk, "at": when, "what": name, "who": _person(by), "record": f"{kind} #{record}"}


def _person(by: str) -> str:
    user = User.objects.filter(pk=int(by)).only("name", "username").first() if by.isdecimal() else None
    return f"{user} (#{by})" if user else f"#{by}"


def altered(row: Row, sealed: list[bytes]) -> str:
    text = _("Altered: event %(event)s, “%(what)s” of %(record)s at %(at)s by %(who)s.") % told(sealed)
    if row.said[:6] != sealed:
        now = told(row.said)
        text += " " + _("It now says “%(what)s” of %(record)s at %(at)s by %(who)s.") % now
    return text


def deleted(sealed: list[bytes], seal: Seal) -> str:
    words = told(sealed) | {"seal": seal.number}
    return _("Deleted: event %(event)s, “%(what)s” of %(record)s at %(at)s by %(who)s (seal %(seal)s).") % words


def inserted(row: Row) -> str:
    words = told(row.said)
    return _("Inserted by hand: event %(event)s, “%(what)s” of %(record)s at %(at)s by %(who)s.") % words


def orphan(pk: int, at: datetime) -> str:
    return _("Values without an event: event %(event)s of %(at)s.") % {"event": pk, "at": moment(at)}


def altered_seal(seal: Seal) -> str:
    words = {"seal": seal.number, "at": moment(seal.at), "count": seal.count}
    return _("Altered: seal %(seal)s of %(at)s; its %(count)d events can't be vouched for.") % words


def missing_seals(first: int, last: int, since: datetime | None, until: datetime | None) -> str:
    words = {"first": first, "last": last, "since": moment(since), "until": moment(until)}
    if first == last:
        return _("Removed: seal %(first)s, between %(since)s and %(until)s.") % words
    return _("Removed: seals %(first)s to %(last)s, between %(since)s and %(until)s.") % words


def torn(seal: Seal) -> str:
    return _("Torn: seal %(seal)s of %(at)s does not follow the one before it.") % {
        "seal": seal.number,
        "at": moment(seal.at),
    }


def other_head(number: int) -> str:
    return _("Exchanged: seal %(seal)s is not the one that the data folder remembers.") % {"seal": number}


def restored(seal: Seal) -> str:
    return _("Restored from a backup at %(at)s: epoch %(epoch)s begins with seal %(seal)s.") % {
        "at": moment(datetime.fromisoformat(seal.note["begun_at"])),
        "epoch": seal.epoch,
        "seal": seal.number,
    }


def late(count: int, since: datetime) -> str:
    words = {"count": count, "since": moment(since)}
    return _("%(count)d events since %(since)s are not sealed: is the worker running?") % words


def by_hand(kind: str, pk: int, label: str, now: str, then: str) -> str:
    words = {"record": f"{kind} #{pk}", "field": label, "now": now, "then": then}
    return _("Changed by hand: %(field)s of %(record)s is %(now)s; its history says %(then)s.") % words


def without_history(kind: str, pk: int) -> str:
    return _("Added by hand: %(record)s has no line of history.") % {"record": f"{kind} #{pk}"}


def gone(kind: str, pk: int) -> str:
    return _("Deleted by hand: %(record)s is gone; its history does not say so.") % {"record": f"{kind} #{pk}"}
