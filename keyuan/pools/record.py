"""What the page of one record says of pools: whose it was, until when it is whose, and what can be done about that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keyuan.org.models import User
from keyuan.org.shelf import shelf_of
from keyuan.pools.claiming import free_from
from keyuan.pools.extending import may_ask, waiting_about
from keyuan.pools.membership import home_pool, lie_anywhere, pools
from keyuan.pools.models import Pool
from keyuan.pools.sentences import days_left, how_due, rule_sentence
from keyuan.records.history import Event
from keyuan.records.namebook import NameBook
from keyuan.ui.formats import day

CHANGES = ("created", "imported", "claimed", "assigned", "transferred", "released", "recycled", "undone", "edited")


def of_record(record: Any, user: User) -> dict[str, Any]:
    """For the buttons and sentences of the page; nothing where there are no pools of such records."""
    module = record.module
    if not lie_anywhere(user, module):
        return {}
    pool = _pool(user, record.pool_id)
    rules = _rules_of(record, pool)
    found: dict[str, Any] = {
        "pool": pool,
        "may_release": record.pool_id is None and record.allows(user, "release"),
        "may_lock": record.pool_id is None and record.allows(user, "assign"),
        "is_locked": record.is_locked,
        "owners": owners(record, NameBook(user)),
    }
    if pool is not None:
        free = free_from(record, pool, user)
        found |= {
            "may_claim": free is None and record.allows(user, "claim"),
            "may_assign": record.allows(user, "assign"),
            "free": day(free, weekday=False) if free else "",
        }
    if rules is not None and rules.recycles and record.owner_id is not None:
        found |= {"rule": rule_sentence(rules), "how": how_due(record, rules)}
    return found


def _pool(user: User, pk: int | None) -> Pool | None:
    return next((one.pool for one in pools(shelf_of(user)) if one.pool.pk == pk), None) if pk is not None else None


def _rules_of(record: Any, pool: Pool | None) -> Any:
    home = pool if record.owner_id is None else home_pool(record.owner_id, record.module)
    return home.rules if home is not None else None


def due_fact(record: Any, user: User) -> dict[str, Any] | None:
    """How long its owner still has it, for the strip of facts; the owner may ask for more days there."""
    if record.due_on is None or record.owner_id is None:
        return None
    said, colour = days_left(record.due_on, timezone.localdate())
    small = format_html("{}{}", day(record.due_on, weekday=False), _extension(record, user))
    return {"label": pgettext("fact", "Comes back"), "value": said, "small": small, "kind": colour}


def _extension(record: Any, user: User) -> SafeString:
    """The way to the request for more days, or that it waits for an answer."""
    if not may_ask(record, user):
        return SafeString("")
    if waiting_about(record) is not None:
        url, word = reverse(f"extensions:{record.module}", args=[record.pk]), _("extension asked for")
        return format_html(' · <a class="lnk" href="{}" data-drawer="narrow">{}</a>', url, word)
    url, word = reverse(f"extensions:{record.module}", args=[record.pk]), _("Ask for an extension")
    return format_html(' <a class="lnk" href="{}" data-drawer="narrow">{}</a>', url, word)


# Whose it was


@dataclass
class Held:
    """One stretch of time in which a record was somebody's, or nobody's.

    Attributes:
        who: "" while it lay in a pool.
        how: how they got it, or how it came there, in words.
    """

    who: str
    how: str
    since: datetime
    until: datetime | None = None


def owners(record: Any, book: NameBook) -> list[Held]:
    """Whose it was, from when to when and how, the latest first; read from the history where it has changed hands."""
    if record.taken_at is None and record.released_at is None:
        return []
    events = Event.objects.filter(record_type=record.module, record_id=record.pk, name__in=CHANGES)
    rows = list(
        events.filter(change__after__has_key="owner")
        .order_by("at", "pk")
        .values_list("at", "name", "details", "change__after__owner", "by_id")
    )
    book.meet([pk for *_rest, owner, by in rows for pk in (owner, by)])
    found: list[Held] = []
    for at, name, details, owner, by in rows:
        if found:
            found[-1].until = at
        who = str(book.person(owner) or "") if owner else ""
        found.append(Held(who, _how(name, details, str(book.person(by) or ""), book), at))
    return found[::-1]


def _how(name: str, details: dict[str, Any], by: str, book: NameBook) -> str:
    words = {"by": by}
    match name:
        case "claimed":
            return _("claimed")
        case "assigned" if rule := details.get("rule"):
            return _("assigned by the rule “%(rule)s”") % {"rule": rule}
        case "assigned":
            return _("assigned by %(by)s") % words
        case "transferred":
            return _("transferred by %(by)s") % words
        case "released":
            return _("given back: %(reason)s") % {"reason": book.option(details.get("reason")) or ""}
        case "recycled" if details.get("why") == "response":
            return _("taken back: no first follow-up in time")
        case "recycled":
            return _("came back by itself")
        case "undone":
            return _("undone by %(by)s") % words
        case "created" | "imported":
            return _("written down by %(by)s") % words
    return _("changed by %(by)s") % words
