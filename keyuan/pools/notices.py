"""What people are told about pools: what of theirs comes back soon, what came back, what was assigned to them, and
what they ask each other about last days.

The first two name no record; they are about a pool, and whoever sees nothing in it any more reads them no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keyuan.notices.kinds import NoticeKind, declare
from keyuan.notices.models import Notice
from keyuan.org.models import User
from keyuan.org.shelf import shelf_of
from keyuan.people.absences import Away, away_on
from keyuan.pools.deputies import (
    ABSENT,
    assigned_instead,
    back_instead,
    is_for_another,
    of_absent,
    soon_instead,
    tell_with_deputy,
)
from keyuan.pools.extending import ASKED, DECIDED, ExtensionRequest, decides, waiting
from keyuan.pools.kinds import KINDS
from keyuan.pools.membership import home_pools, pools
from keyuan.pools.models import Pool
from keyuan.pools.seeing import pools_seen
from keyuan.records.history import Operation
from keyuan.records.namebook import NameBook
from keyuan.records.readers import Asked, Pairs, shown_to
from keyuan.ui.formats import day
from keyuan.ui.lists.installed import LISTS

SOON, BACK, ASSIGNED = "pool.soon", "pool.back", "pool.assigned"
SNIPPET = 80
VIEWS = [("customer", "view"), ("lead", "view")]


def declare_pool_kinds() -> None:
    """Called once, when the process starts, after the record types that lie in pools."""
    for name, label, icon, tone, sentence, address in (
        (SOON, gettext_lazy("Records of yours come back soon"), "hourglass", "warn", _soon, _soon_view),
        (BACK, gettext_lazy("Records of yours came back"), "recycle", "bad", _back, _pool_page),
    ):
        declare(
            NoticeKind(
                name, label, icon, tone, sentence, address, _pools_seen, may=VIEWS, about=about_pools, people=("for",)
            )
        )
    labels = {
        "customer": gettext_lazy("A customer of a pool is assigned to you"),
        "lead": gettext_lazy("A lead of a pool is assigned to you"),
    }
    for module in KINDS:
        declare(NoticeKind(
            assigned(module), labels[module], "user-check", "accent", _assigned, _record_page, _seen(module),
            may=(module, "view"), pairs=_pairs(module), about=_about(module), people=(ABSENT,),
        ))  # fmt: skip
    declare(NoticeKind(
        ASKED, gettext_lazy("Somebody asks for an extension"), "hourglass", "accent",
        _asked, lambda notice: f"/pools/extensions/#request-{notice.record_id}", _decides_seen,
        may=[("customer", "assign"), ("lead", "assign")], about=about_requests,
    ))  # fmt: skip
    declare(NoticeKind(
        DECIDED, gettext_lazy("Your request for an extension is decided"), "hourglass", "ok",
        _decided, _asked_page, _own_seen, may=VIEWS, about=about_requests,
    ))  # fmt: skip


def assigned(module: str) -> str:
    """The kind of notices about a record of this type; a notice knows its record by the id alone."""
    return f"{ASSIGNED}.{module}"


# Told


def tell_assigned(records: Collection[Any], to: User, operation: Operation) -> None:
    """The new owner hears once of all that came to them at once, and of the first by name."""
    for first in sorted(records, key=lambda one: one.pk)[:1]:
        details = {"module": first.module, "number": len(records)}
        tell_with_deputy(
            assigned(first.module), to.pk, away_on(timezone.localdate()),
            record_id=first.pk, by=operation.by, key=f"assigned:{operation.pk}", details=details,
        )  # fmt: skip


def tell_back(module: str, today: date) -> None:
    """Former owners hear how many of theirs came back today, counted in the table: whatever was killed."""
    begins = timezone.make_aware(datetime.combine(today, time.min))
    lying = KINDS[module].model.rows.living().filter(released_at__gte=begins, release_reason=None)
    rows = lying.exclude(pool=None).exclude(last_owner=None).order_by().values_list("last_owner", "pool")
    away = away_on(today)
    for owner, pool, number in rows.annotate(number=Count("pk")):
        details = {"module": module, "number": number}
        _tell(BACK, owner, pool, f"back:{module}:{pool}:{today}", details, away)


def tell_taken_back(owner: int, pool: Pool, number: int, operation: Operation) -> None:
    """Of leads that came back because nobody followed them up in time, at once."""
    details = {"module": "lead", "number": number, "why": "response"}
    _tell(BACK, owner, pool.pk, f"back:{operation.pk}", details, away_on(timezone.localdate()))


def tell_soon(module: str, today: date) -> None:
    """Owners hear once a day how many of theirs come back within the days on which their pool warns."""
    away = away_on(today)
    for owner, (pool, days) in _coming(module, today).items():
        details = {"module": module, "number": sum(days.values()), "first": min(days).isoformat()}
        _tell(SOON, owner, pool.pk, f"soon:{module}:{today}", details, away)


def _coming(module: str, today: date) -> dict[int, tuple[Pool, dict[date, int]]]:
    """By owner: the pool whose rules hold, and how many records have which last day."""
    most = max((one.pool.rules.warn for one in pools() if one.pool.kind == module), default=0)
    rows = KINDS[module].model.rows.living().filter(due_on__range=(today, today + timedelta(days=most)))
    counted = rows.exclude(owner=None).order_by().values_list("owner", "due_on").annotate(number=Count("pk"))
    of_owner: dict[int, dict[date, int]] = defaultdict(dict)
    for owner, due, number in counted:
        of_owner[owner][due] = number
    found = {}
    for owner, pool in home_pools(of_owner, module).items():
        last = today + timedelta(days=pool.rules.warn) if pool else None
        days = {due: number for due, number in of_owner[owner].items() if last is not None and due <= last}
        if pool is not None and days:
            found[owner] = (pool, days)
    return found


def _tell(kind: str, owner: int, pool: int, key: str, details: dict[str, Any], away: Away) -> None:
    tell_with_deputy(kind, owner, away, record_id=pool, by=User.objects.robot(), key=key, details=details)


# Seen


def _pools_seen(user: User, ids: Collection[int]) -> set[int]:
    """Of these pools those in which the person sees something."""
    return {one.pk for kind in _kinds(user, ids) for one in pools_seen(user, kind)} & set(ids)


def _kinds(user: User, ids: Collection[int]) -> set[str]:
    found = {one.pool.kind for one in pools(shelf_of(user)) if one.pool.pk in ids}
    return {kind for kind in found if user.may(kind, "view")}


def about_pools(asked: Asked) -> Mapping[tuple[int, int], str]:
    """The names of these pools, to those who see what lies there."""
    found = {}
    for user, pk in asked:
        for one in pools(shelf_of(user)):
            if one.pool.pk == pk and _pools_seen(user, [pk]):
                found[user.pk, pk] = one.pool.name
    return found


def _seen(module: str) -> Callable[[User, Collection[int]], set[int]]:
    return lambda user, ids: {pk for _user, pk in _pairs(module)([(user, pk) for pk in ids])}


def _pairs(module: str) -> Callable[[Asked], Pairs]:
    return lambda asked: set(shown_to(LISTS[module].catalogue, asked, "pool"))


def _about(module: str) -> Callable[[Asked], Mapping[tuple[int, int], Any]]:
    return lambda asked: names_of(module, asked)


def names_of(module: str, asked: Asked) -> dict[tuple[int, int], str]:
    """What these records are called, to those who see them."""
    rows = shown_to(LISTS[module].catalogue, asked, *KINDS[module].named_by, "pool") if asked else {}
    return {pair: str(row) for pair, row in rows.items()}


@dataclass(frozen=True)
class Request:
    """A request for more days as one reader sees it, and what its record is called."""

    asked: ExtensionRequest
    name: str


def about_requests(asked: Asked) -> dict[tuple[int, int], Request]:
    """These requests to those who see their records."""
    requests = ExtensionRequest.objects.in_bulk({pk for _user, pk in asked})
    found = {}
    for module in KINDS:
        pairs = [(user, requests[pk]) for user, pk in asked if pk in requests and requests[pk].kind == module]
        names = names_of(module, [(user, one.record_id) for user, one in pairs])
        for user, one in pairs:
            if (user.pk, one.record_id) in names:
                found[user.pk, one.pk] = Request(one, names[user.pk, one.record_id])
    return found


def _decides_seen(user: User, ids: Collection[int]) -> set[int]:
    """The requests that this person decides and that still wait: what is decided is no news to others."""
    asked = [one for kind in KINDS for one in waiting(kind).filter(pk__in=ids)]
    return {one.pk for one in decides(user, asked)}


def _own_seen(user: User, ids: Collection[int]) -> set[int]:
    """What this person has asked for, about records that they still see."""
    own = ExtensionRequest.objects.filter(pk__in=ids, asked_by=user).values_list("pk", flat=True)
    return {pk for _user, pk in about_requests([(user, pk) for pk in own])}


# Said


def _soon(notice: Notice, book: NameBook) -> SafeString:
    if is_for_another(notice):
        return soon_instead(notice, book)
    first = parse_date(notice.details.get("first") or "")
    if notice.details.get("module") == "lead":
        said = ngettext(
            "<b>{}</b> of your leads comes back to the pool soon: it is yours until {}",
            "<b>{}</b> of your leads come back to the pool soon, the first is yours until {}",
            _number(notice),
        )
    else:
        said = ngettext(
            "<b>{}</b> of your customers comes back to the pool soon: it is yours until {}",
            "<b>{}</b> of your customers come back to the pool soon, the first is yours until {}",
            _number(notice),
        )
    return format_html(said, f"{_number(notice):,}", day(first, weekday=False))


def _back(notice: Notice, book: NameBook) -> SafeString:
    if is_for_another(notice):
        return back_instead(notice, book)
    if notice.details.get("why") == "response":
        said = ngettext(
            "<b>{}</b> of your leads came back to the pool “{}”: no first follow-up in time",
            "<b>{}</b> of your leads came back to the pool “{}”: no first follow-up in time",
            _number(notice),
        )
    elif notice.details.get("module") == "lead":
        said = ngettext(
            "<b>{}</b> of your leads came back to the pool “{}” by its rule",
            "<b>{}</b> of your leads came back to the pool “{}” by its rule",
            _number(notice),
        )
    else:
        said = ngettext(
            "<b>{}</b> of your customers came back to the pool “{}” by its rule",
            "<b>{}</b> of your customers came back to the pool “{}” by its rule",
            _number(notice),
        )
    return format_html(said, f"{_number(notice):,}", notice.about)


def _assigned(notice: Notice, book: NameBook) -> SafeString:
    if is_for_another(notice):
        return assigned_instead(notice, book)
    who, number = str(book.person(notice.by_id) or ""), _number(notice)
    if number == 1:
        return format_html(_("<b>{}</b> assigned “{}” to you"), who, notice.about)
    return format_html(_("<b>{}</b> assigned {} records to you, “{}” among them"), who, f"{number:,}", notice.about)


def _asked(notice: Notice, book: NameBook) -> SafeString:
    who, request = str(book.person(notice.by_id) or ""), notice.about
    return format_html(_("<b>{}</b> asks to keep “{}” longer: {}"), who, request.name, request.asked.reason[:SNIPPET])


def _decided(notice: Notice, book: NameBook) -> SafeString:
    who, name, asked = str(book.person(notice.by_id) or ""), notice.about.name, notice.about.asked
    if asked.extended_to is not None:
        return format_html(_("<b>{}</b> lets you keep “{}” until {}"), who, name, day(asked.extended_to, weekday=False))
    return format_html(_("<b>{}</b> did not extend “{}”: {}"), who, name, asked.answer[:SNIPPET])


def _number(notice: Notice) -> int:
    return int(notice.details.get("number") or 0)


# Where the click goes


def _room(notice: Notice) -> str:
    module = notice.details.get("module")
    return f"/{module if module in KINDS else 'customer'}s/"


def _soon_view(notice: Notice) -> str:
    return f"{_room(notice)}{of_absent(notice, 'due_on')}" if is_for_another(notice) else f"{_room(notice)}?view=soon"


def _asked_page(notice: Notice) -> str:
    return f"{_room(notice)}{notice.details.get('record')}/"


def _pool_page(notice: Notice) -> str:
    return f"{_room(notice)}pool/?pool={notice.record_id}"


def _record_page(notice: Notice) -> str:
    if _number(notice) == 1:
        return f"{_room(notice)}{notice.record_id}/"
    return f"{_room(notice)}{of_absent(notice, '-updated_at') if is_for_another(notice) else '?view=mine'}"
