"""What people are told about records that come to them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from keyuan.customers.transferring import KIND
from keyuan.notices.kinds import NoticeKind, declare
from keyuan.notices.models import Notice
from keyuan.org.models import User
from keyuan.org.scopes import Module
from keyuan.records.namebook import NameBook

ADDRESSES = {
    "customer": "/customers/?view=mine&sort=-updated_at",
    "lead": "/leads/?view=mine",
    "campaign": "/campaigns/?view=mine",
    "opportunity": "/opportunities/?view=mine",
}


def declare_customer_kinds() -> None:
    """Called once, when the process starts."""
    declare(NoticeKind(
        KIND, gettext_lazy("Records are transferred to you"), "arrows-exchange", "accent",
        _transferred, lambda notice: ADDRESSES.get(notice.details.get("module", ""), "/"), everything,
        may=[("customer", "view"), ("lead", "view"), ("campaign", "view"), ("opportunity", "view")],
    ))  # fmt: skip


def everything(user: User, ids: Collection[int]) -> set[int]:
    """The sentence names no record: how many came, of which kind, from whom."""
    return set(ids)


def _transferred(notice: Notice, book: NameBook) -> SafeString:
    details: dict[str, Any] = notice.details
    number, module = details.get("number", 0), details.get("module", "")
    what = dict(Module.choices).get(module, "")
    said = ngettext("<b>{}</b> transferred {} record to you: {}", "<b>{}</b> transferred {} records to you: {}", number)
    return format_html(said, book.person(notice.by_id) or "", f"{number:,}", what)
