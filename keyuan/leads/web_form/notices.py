"""Who receives the leads of a public form is told of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.leads.web_form.models import WebForm
from keyuan.notices.kinds import NoticeKind, declare
from keyuan.notices.models import Notice
from keyuan.notices.telling import tell
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.records.readers import shown_to

KIND = "lead.web_form"


def declare_web_form_kinds() -> None:
    """Called once, when the process starts."""
    declare(NoticeKind(
        KIND, gettext_lazy("A lead comes in by a web form"), "forms", "accent",
        _arrived, lambda notice: f"/leads/{notice.record_id}/", seen,
        may=[("lead", "view")], about=about,
    ))  # fmt: skip


def tell_arrival(lead: Lead, of: WebForm, *, by: User) -> None:
    """The owner of the lead; where nobody receives, who keeps the campaign."""
    keeper = of.campaign.owner_id if of.campaign is not None else of.updated_by_id
    to = lead.owner_id or keeper
    if to is not None:
        tell(KIND, to=[to], record_id=lead.pk, by=by, key=f"web-form:{lead.pk}")


def seen(user: User, ids: Any) -> set[int]:
    return set(Lead.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def about(asked: Sequence[tuple[User, int]]) -> Mapping[tuple[int, int], Any]:
    """What each lead is called now, for those who see it."""
    return shown_to(LEAD, asked, "company", "name")


def _arrived(notice: Notice, book: NameBook) -> SafeString:
    return format_html(_("New lead by a web form: <b>{}</b>"), notice.about)
