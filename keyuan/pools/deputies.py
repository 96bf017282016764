"""Who stands in for somebody who is away hears what that person hears of pools, in words of its own (W13)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keyuan.notices.models import Notice
from keyuan.notices.telling import tell
from keyuan.people.absences import Away, deputy_of
from keyuan.records.namebook import NameBook
from keyuan.ui.formats import day
from keyuan.ui.lists.asked import as_param

ABSENT = "for"
"""The key of a notice's details that holds the id of the person who is away."""


def tell_with_deputy(kind: str, owner: int, away: Away, *, key: str, details: dict[str, Any], **given: Any) -> None:
    """Tell the owner and, while they are away, who stands in for them, as far as that person may see it.

    Args:
        away: who is away today.
        given: record and author, as `tell` takes them.
    """
    tell(kind, to=[owner], key=key, details=details, **given)
    deputy = deputy_of(owner, away)
    if deputy is not None:
        also = {ABSENT: owner, "away_until": away[owner].last.isoformat()}
        tell(kind, to=[deputy], key=f"{key}:for:{owner}", details=details | also, **given)


def is_for_another(notice: Notice) -> bool:
    """Whether its reader was told as somebody's deputy."""
    return bool(notice.details.get(ABSENT))


def absent(notice: Notice, book: NameBook) -> tuple[str, str]:
    """The name of who is away, and until when."""
    until = parse_date(notice.details.get("away_until") or "")
    return str(book.person(notice.details[ABSENT]) or ""), day(until, weekday=False)


def of_absent(notice: Notice, sort: str) -> str:
    """The query of a list that shows what belongs to who is away."""
    node = {"field": "owner", "op": "in", "value": [notice.details[ABSENT]]}
    return "?" + urlencode({"view": "all", "filter": as_param(node), "sort": sort})


def soon_instead(notice: Notice, book: NameBook) -> SafeString:
    number, first = _number(notice), parse_date(notice.details.get("first") or "")
    if notice.details.get("module") == "lead":
        said = ngettext(
            "<b>{}</b> lead of <b>{}</b>, who is away until {}, comes back to the pool soon: it is theirs until {}",
            "<b>{}</b> leads of <b>{}</b>, who is away until {}, come back to the pool soon, "
            "the first is theirs until {}",
            number,
        )
    else:
        said = ngettext(
            "<b>{}</b> customer of <b>{}</b>, who is away until {}, comes back to the pool soon: it is theirs until {}",
            "<b>{}</b> customers of <b>{}</b>, who is away until {}, come back to the pool soon, "
            "the first is theirs until {}",
            number,
        )
    return format_html(said, f"{number:,}", *absent(notice, book), day(first, weekday=False))


def back_instead(notice: Notice, book: NameBook) -> SafeString:
    number = _number(notice)
    if notice.details.get("module") == "lead":
        said = ngettext(
            "<b>{}</b> lead of <b>{}</b>, who is away until {}, came back to the pool “{}” by its rule",
            "<b>{}</b> leads of <b>{}</b>, who is away until {}, came back to the pool “{}” by its rule",
            number,
        )
    else:
        said = ngettext(
            "<b>{}</b> customer of <b>{}</b>, who is away until {}, came back to the pool “{}” by its rule",
            "<b>{}</b> customers of <b>{}</b>, who is away until {}, came back to the pool “{}” by its rule",
            number,
        )
    return format_html(said, f"{number:,}", *absent(notice, book), notice.about)


def assigned_instead(notice: Notice, book: NameBook) -> SafeString:
    number, (name, until) = _number(notice), absent(notice, book)
    if number == 1:
        return format_html(_("“{}” was assigned to <b>{}</b>, who is away until {}"), notice.about, name, until)
    said = _("{} records were assigned to <b>{}</b>, who is away until {}, “{}” among them")
    return format_html(said, f"{number:,}", name, until, notice.about)


def _number(notice: Notice) -> int:
    return int(notice.details.get("number") or 0)
