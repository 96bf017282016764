"""Jobs: checking and writing imports, making exports, emptying the recycle bin, deleting old files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from keyuan.exchange import forgetting, making, recycling, running
from keyuan.exchange.kinds import kind_of
from keyuan.exchange.models import Export, Import, StaffImport
from keyuan.exchange.notices import tell_export, tell_import
from keyuan.exchange.staff import making as staff_making
from keyuan.records.attachments.sweeping import sweep_files
from keyuan.records.errors import NotAllowed, RuleBroken


def with_fresh_connection() -> None:
    """A worker's thread lives on between jobs; its connection may have died meanwhile."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


@app.task
def check_import(import_id: int) -> None:
    """The dry run of one import. Running it twice does no harm: it begins anew."""
    _pass(import_id, Import.State.CHECKING, lambda of: kind_of(of).check(of))


@app.task
def write_import(import_id: int) -> None:
    """The import itself, from its checkpoint on."""
    _pass(import_id, Import.State.IMPORTING, lambda of: kind_of(of).write(of))


def _pass(import_id: int, state: str, work: Callable[[Import], None]) -> None:
    with_fresh_connection()
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
    with transaction.atomic():
        if Import.objects.filter(pk=import_id, state=state).update(state=Import.State.FAILED, failure=sentence):
            tell_import(Import.objects.get(pk=import_id))


@app.task
def make_export(export_id: int) -> None:
    """Write the file of one export."""
    with_fresh_connection()
    export = Export.objects.select_related("by").filter(pk=export_id, state=Export.State.WAITING).first()
    if export is None:
        return
    with running.in_language_of(export.by):
        try:
            making.make(export)
        except (RuleBroken, NotAllowed) as refusal:
            _stop_export(export_id, str(refusal))
        except Exception:
            _stop_export(export_id, _("Something went wrong with the program. Export again."))
            raise


@transaction.atomic
def _stop_export(export_id: int, sentence: str) -> None:
    Export.objects.filter(pk=export_id).update(state=Export.State.FAILED, failure=sentence)
    for export in Export.objects.filter(pk=export_id):
        tell_export(export)


@app.task
def make_staff(import_id: int) -> None:
    """Create the people of one sheet, all or nobody. Running it twice does no harm: passwords follow from the key."""
    with_fresh_connection()
    of = StaffImport.objects.select_related("by").filter(pk=import_id, state=StaffImport.State.RUNNING).first()
    if of is None:
        return
    with running.in_language_of(of.by):
        try:
            staff_making.make(of)
        except (RuleBroken, NotAllowed) as refusal:
            staff_making.stop(of, str(refusal))
        except Exception:
            staff_making.stop(of, _("Something went wrong with the program. Nobody was created."))
            raise


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="empty-recycle-bin")
def empty_recycle_bin(timestamp: int) -> None:
    """Every night: what was deleted long ago goes for good."""
    with_fresh_connection()
    recycling.purge_old()


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="drop-old-files")
def drop_old_files(timestamp: int) -> None:
    """Every night: exports that have expired, uploads whose imports are long over, attachments nobody needs."""
    with_fresh_connection()
    forgetting.drop_expired_exports()
    forgetting.forget_old_imports()
    forgetting.forget_old_staff()
    sweep_files(timezone.now() - timedelta(days=recycling.days()))
