"""What owners, those who stand in for them, and superiors are told of leads that nobody has followed up in time."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from keyuan.leads.models import Lead
from keyuan.notices.kinds import NoticeKind, declare
from keyuan.notices.models import Notice
from keyuan.notices.telling import tell
from keyuan.org.models import User
from keyuan.people.absences import Away
from keyuan.pools.deputies import ABSENT, absent, is_for_another, of_absent, tell_with_deputy
from keyuan.pools.notices import names_of
from keyuan.records.namebook import NameBook

OWNER, SUPERIOR = "lead.respond", "lead.unanswered"


def declare_response_kinds() -> None:
    """Called once, when the process starts."""
    declare(NoticeKind(
        OWNER, gettext_lazy("A lead waits for its first follow-up"), "hourglass", "warn",
        _waits, _page, _seen, may=("lead", "view"), about=_names, people=(ABSENT,),
    ))  # fmt: skip
    declare(NoticeKind(
        SUPERIOR, gettext_lazy("A lead of your team was not followed up in time"), "hourglass", "bad",
        _unanswered, _page, _seen, may=("lead", "view"), about=_names, people=(ABSENT,),
    ))  # fmt: skip


def tell_owner(owner: User, leads: list[Lead], away: Away) -> None:
    """The owner hears of the first by name and of how many there are; who stands in for them as well."""
    tell_with_deputy(OWNER, owner.pk, away, **_told(leads, OWNER))


def tell_superior(owner: User, leads: list[Lead]) -> None:
    """The superior hears whose they are."""
    if owner.superior is not None:
        given = _told(leads, SUPERIOR)
        tell(SUPERIOR, to=[owner.superior.pk], **given | {"details": given["details"] | {ABSENT: owner.pk}})


def _told(leads: list[Lead], kind: str) -> dict[str, Any]:
    first = leads[0]
    key = f"{kind}:{first.pk}:{first.taken_at.isoformat() if first.taken_at else ''}"
    return {"record_id": first.pk, "by": User.objects.robot(), "key": key, "details": {"number": len(leads)}}


def _seen(user: User, ids: Collection[int]) -> set[int]:
    return set(Lead.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _names(asked: Any) -> dict[tuple[int, int], str]:
    return names_of("lead", asked)


def _number(notice: Notice) -> int:
    return int(notice.details.get("number") or 1)


def _waits(notice: Notice, book: NameBook) -> SafeString:
    number = _number(notice)
    if is_for_another(notice):
        said = ngettext(
            "“{1}” of <b>{2}</b>, who is away until {3}, waits for its first follow-up",
            "<b>{0}</b> leads of <b>{2}</b>, who is away until {3}, wait for their first follow-up, “{1}” among them",
            number,
        )
        return format_html(said, f"{number:,}", notice.about, *absent(notice, book))
    said = ngettext(
        "“{1}” waits for its first follow-up",
        "<b>{0}</b> of your leads wait for their first follow-up, “{1}” among them",
        number,
    )
    return format_html(said, f"{number:,}", notice.about)


def _unanswered(notice: Notice, book: NameBook) -> SafeString:
    number, name = _number(notice), str(book.person(notice.details[ABSENT]) or "")
    said = ngettext(
        "<b>{2}</b> has not followed up “{1}” in time",
        "<b>{2}</b> has not followed up <b>{0}</b> leads in time, “{1}” among them",
        number,
    )
    return format_html(said, f"{number:,}", notice.about, name)


def _page(notice: Notice) -> str:
    if _number(notice) == 1:
        return f"/leads/{notice.record_id}/"
    return f"/leads/{of_absent(notice, 'taken_at')}" if is_for_another(notice) else "/leads/?view=mine"
