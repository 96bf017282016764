"""The logs as files: what their pages show, all pages of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.org.models import User
from keyuan.people import audit_words
from keyuan.people.auditing import SIGN_IN, Asked, page_of
from keyuan.records.errors import NotAllowed

LOGS: dict[str, Any] = {"audit": gettext_lazy("Operation log"), SIGN_IN: gettext_lazy("Sign-in log")}
CHUNK = 1000


def require_reader(user: User) -> None:
    """Raises NotAllowed unless this person may export the logs."""
    if not user.may("audit", "export"):
        raise NotAllowed(_("You may not export this list."))


def header(module: str) -> list[str]:
    about = (
        [_("Reason"), _("Device")] if module == SIGN_IN else [_("Kind of record"), _("Record"), _("Before and after")]
    )
    return [_("Time"), _("Person"), _("What happened"), *about, _("Source"), _("Address")]


def texts(module: str, query: str, reader: User) -> Iterator[list[str]]:
    """The cells, as the reader may see them, newest first."""
    is_sign_in = module == SIGN_IN
    asked = Asked.of(QueryDict(query), sign_ins=is_sign_in)
    asked.before = None
    if is_sign_in:
        asked.about, asked.person = asked.person, None
    while True:
        found = page_of(asked, CHUNK, reader=reader)
        for one in _words(asked, found.events, reader):
            yield _row(one, is_sign_in)
        if not found.after:
            return
        asked = asked.from_place(found.after)


def _words(asked: Asked, events: list[Any], reader: User) -> list[audit_words.Entry]:
    if asked.sign_ins:
        return audit_words.sign_ins(events, reader)
    return audit_words.entries(events, reader, asked.q)


def _row(one: audit_words.Entry, is_sign_in: bool) -> list[str]:
    changes = "\n".join(
        f"{label}: {after}" if before is None else f"{label}: {before} → {after}" for label, before, after in one.lines
    )
    about = [one.record, one.device] if is_sign_in else [one.kind, one.record, changes]
    return [f"{timezone.localtime(one.at):%Y-%m-%d %H:%M:%S}", one.who, one.what, *about, one.source, one.address]
