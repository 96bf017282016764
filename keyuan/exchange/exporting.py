"""Exports as verbs: ask for one, fetch it. The right is checked when asked, per row, and when fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.exchange import tasks
from keyuan.exchange.logs import LOGS, require_reader
from keyuan.exchange.making import asked_page, reach_of, require_exporter
from keyuan.exchange.models import Export
from keyuan.exchange.storage import export_path
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation, write_event
from keyuan.ui.lists.page import ListOf

MOST_IDS = 10_000


@transaction.atomic
def start_export(
    user: User,
    module: str,
    *,
    query: str = "",
    ids: Sequence[int] | None = None,
    format: str = Export.Format.XLSX,
    is_complete: bool = False,
    reason: str = "",
) -> Export:
    """Ask for a file of a list, which is made in the background.

    Args:
        query: the list's address after `?`: view, search, filter, sort, columns.
        ids: only these rows of it.
        is_complete: all fields instead of the columns that the list shows.

    Raises:
        NotAllowed, RuleBroken: the filter is not valid.
    """
    spec = _allowed(user, module)
    if format not in Export.Format.values:
        raise RuleBroken(_("There is no format “%(format)s”.") % {"format": format[:20]})
    if ids is not None and len(ids) > MOST_IDS:
        raise RuleBroken(_("At most 10,000 rows can be chosen one by one. Use a filter."))
    if spec is not None:
        asked_page(spec, user, query)
    export = Export.objects.create(
        by=user,
        module=module,
        query=query[:8000],
        ids=list(ids) if ids is not None else None,
        format=format,
        is_complete=is_complete,
        reason=" ".join(reason.split())[:300],
    )
    _log(export, "exported", user)
    tasks.make_export.defer(export_id=export.pk)
    return export


def _allowed(user: User, module: str) -> ListOf | None:
    """The list of this module; None for a log. Raises NotAllowed."""
    if module not in LOGS:
        return require_exporter(user, module)
    require_reader(user)
    return None


def _log(export: Export, name: str, user: User) -> None:
    operation = Operation.begin(f"{export.module}.{name}", by=user)
    details: dict[str, Any] = {
        "module": export.module,
        "query": export.query,
        "format": export.format,
        "reason": export.reason,
    }
    if export.ids is not None:
        details["ids"] = len(export.ids)
    if export.state == Export.State.DONE:
        details["rows"] = export.row_count
    write_event(name, operation=operation, record_type="export", record_id=export.pk, customer_id=None, details=details)


def fetch(export: Export, user: User) -> Path:
    """The file, if it is the person's own and the right is still the one with which it was made.

    Raises:
        NotAllowed: not theirs, or the right was withdrawn.
        RuleBroken: not ready, expired, or the right reaches less far than then.
    """
    if export.by_id != user.pk:
        raise NotAllowed(_("This is somebody else's export."))
    spec = _allowed(user, export.module)
    path = export_path(export.pk, export.format)
    if export.state != Export.State.DONE:
        raise RuleBroken(_("This export is not ready yet."))
    if export.is_expired or not path.exists():
        raise RuleBroken(_("This export has expired. Export again."))
    visible = spec.catalogue.visible_fields(user) if spec is not None else {}
    if export.reach != reach_of(user, export.module) or not all(name in visible for name in export.fields):
        raise RuleBroken(_("What you may see has changed since this file was made. Export again."))
    _log(export, "downloaded", user)
    return path
