"""The list of campaigns: system views, what rows need, cells."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.campaigns.fields import CAMPAIGN
from keyuan.campaigns.models import Campaign
from keyuan.records.namebook import NameBook
from keyuan.records.veil import veil
from keyuan.ui import cells
from keyuan.ui.lists.cells import SPECIAL
from keyuan.ui.lists.page import ListOf, View
from keyuan.ui.modules import is_on

Status = Campaign.Status
LOOKS = {Status.PLANNED: "c1", Status.RUNNING: "c2", Status.DONE: "c3", Status.CANCELLED: "cb"}


def _with_status(status: str) -> dict[str, Any]:
    return {"field": "status", "op": "=", "value": status}


CAMPAIGN_VIEWS = (
    View("all", gettext_lazy("All campaigns"), "list"),
    View("running", pgettext_lazy("campaign", "Running"), "bolt", _with_status("running")),
    View("planned", pgettext_lazy("campaign", "Planned"), "calendar", _with_status("planned")),
    View("mine", gettext_lazy("My campaigns"), "user-check", {"field": "owner", "op": "me"}),
)


def load_campaigns(rows: list[Any], book: NameBook) -> None:
    """The people of one page."""
    book.meet(pk for row in rows for pk in (row.owner_id, row.created_by_id, row.updated_by_id))
    veil(CAMPAIGN, rows, book.user)


def campaign_name(row: Any, book: NameBook, matched: str) -> SafeString:
    name = escape(row.name)
    link = f'<a class="n trunc" href="/campaigns/{row.pk}/" title="{name}">{name}</a>'
    return SafeString(f'<span class="cellf">{link}</span>')


def status_cell(kind: Any, value: str, book: NameBook) -> SafeString:
    return cells.status(kind.plain(value, book), LOOKS[Status(value)]) if value else cells.EMPTY


def meet_campaigns(rows: Sequence[Any], book: NameBook) -> None:
    """The campaigns of these leads or opportunities, at once; one that the reader does not see is not told."""
    pks = {row.campaign_id for row in rows if row.campaign_id}
    names = book.meet_records(Campaign, pks) if pks else {}
    for row in rows:
        name = names.get(row.campaign_id)
        row._state.fields_cache["campaign"] = Campaign(pk=row.campaign_id, name=name) if name else None


def campaign_cell(kind: Any, value: Campaign | None, book: NameBook) -> SafeString:
    """The campaign of another record, as a link; nothing of one that the reader may not see."""
    name = book.meet_records(Campaign, [value.pk]).get(value.pk) if value is not None else ""
    if value is None or not name:
        return cells.EMPTY
    if not is_on("leads", book.user):
        return SafeString(escape(name))
    return SafeString(f'<a href="/campaigns/{value.pk}/">{escape(name)}</a>')


def show_campaign_cells() -> None:
    """Declare the cells that are special to campaigns; called once at start."""
    SPECIAL["campaign", "status"] = status_cell


CAMPAIGN_LIST = ListOf(
    CAMPAIGN,
    "campaigns:list",
    pgettext_lazy("heading", "Campaigns"),
    CAMPAIGN_VIEWS,
    "campaigns/list.html",
    campaign_name,
    load=load_campaigns,
    on_phone={
        "status": "mark",
        "type": "second",
        "cost": "second end",
        "begins_on": "third said",
        "owner": "third end",
    },
    search_hint=gettext_lazy("Simple search: name, place, description"),
    bulk="campaigns/bulk.html",
    none="campaigns/none.html",
)
