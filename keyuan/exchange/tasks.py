"""Jobs: checking and writing imports, making exports, emptying the recycle bin, deleting old files."""

from __future__ import annotations

from collections.abc import Callable

from django.db import close_old_connections
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from keyuan.exchange import running
from keyuan.exchange.models import Import
from keyuan.records.errors import NotAllowed, RuleBroken


@app.task
def check_import(import_id: int) -> None:
    """The dry run of one import. Running it twice does no harm: it begins anew."""
    _pass(import_id, Import.State.CHECKING, running.check)


@app.task
def write_import(import_id: int) -> None:
    """The import itself, from its checkpoint on."""
    _pass(import_id, Import.State.IMPORTING, running.write)


def _pass(import_id: int, state: str, work: Callable[[Import], None]) -> None:
    close_old_connections()
    of = Import.objects.select_related("by").filter(pk=import_id, state=state).first()
    if of is None:
        return
    with running.in_language_of(of.by):
        try:
            work(of)
        except (RuleBroken, NotAllowed) as refusal:
            _stop(import_id, state, str(refusal))
        except Exception:
            _stop(import_id, state, _("Something went wrong with the program. What is imported stays imported."))
            raise


def _stop(import_id: int, state: str, sentence: str) -> None:
    Import.objects.filter(pk=import_id, state=state).update(state=Import.State.FAILED, failure=sentence)
