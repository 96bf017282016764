"""Files are kept for a while only: uploads as long as an import might be taken back, exports for a week."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from keyuan.exchange.models import Export, Import, ImportRow, StaffImport
from keyuan.exchange.storage import export_path, path_of

DAYS, EXPORT_DAYS = 30, 8


def forget_old_imports() -> int:
    """Delete rows and files of old imports; the line in the list of imports stays. How many."""
    before = timezone.now() - timedelta(days=DAYS)
    old = Import.objects.filter(created_at__lt=before).exclude(digest="")
    old = old.exclude(state__in=(Import.State.CHECKING, Import.State.IMPORTING))
    gone = list(old.values_list("pk", "digest"))
    ImportRow.objects.filter(of__in=[pk for pk, _digest in gone]).delete()
    old.filter(pk__in=[pk for pk, _digest in gone]).update(digest="")
    needed = set(Import.objects.filter(digest__in=[digest for _pk, digest in gone]).values_list("digest", flat=True))
    for digest in {digest for _pk, digest in gone} - needed:
        path_of(digest).unlink(missing_ok=True)
    return len(gone)


def drop_expired_exports() -> int:
    """Delete expired files, and forget failed exports that are as old; how many."""
    old = Export.objects.expired() | Export.objects.filter(created_at__lt=timezone.now() - timedelta(days=EXPORT_DAYS))
    pks = list(old.values_list("pk", "format"))
    for pk, suffix in pks:
        export_path(pk, suffix).unlink(missing_ok=True)
    Export.objects.filter(pk__in=[pk for pk, _suffix in pks]).delete()
    return len(pks)


def forget_old_staff() -> int:
    """Delete sheets of staff after the same days; what they made stays, and so does its history. How many."""
    before = timezone.now() - timedelta(days=DAYS)
    old = StaffImport.objects.filter(created_at__lt=before).exclude(state=StaffImport.State.RUNNING)
    return old.delete()[0]
