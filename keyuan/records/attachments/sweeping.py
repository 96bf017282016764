"""What nobody needs: files that waited for a day, deleted ones after their days, content that no row knows."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.utils import timezone

from keyuan.records.attachments import pictures
from keyuan.records.attachments.forgetting import forget_content
from keyuan.records.attachments.models import Attachment
from keyuan.records.attachments.storage import path_of, root

WAITS = timedelta(days=1)
FOLDER, REST = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{62}")
CHUNK = 500
OLD = WAITS.total_seconds()


def sweep_files(deleted_before: datetime) -> int:
    """Tidy up, once a night.

    Args:
        deleted_before: files that were taken off their records before this moment go for good.

    Returns:
        How many contents went.
    """
    Attachment.objects.filter(record_type=None, created_at__lt=timezone.now() - WAITS).forget()
    Attachment.objects.filter(deleted_at__lt=deleted_before).forget()
    drop_drafts()
    drop_pictures()
    return drop_unknown()


def drop_unknown() -> int:
    """Contents that no row refers to: somebody was interrupted between file and row."""
    count = 0
    for digests in _chunks(_contents()):
        unknown = set(digests) - Attachment.known(digests)
        count += forget_content(unknown, Attachment.known)
    return count


def _contents() -> Iterator[str]:
    """What lies in the folder and is older than any upload takes."""
    for folder in sorted(root().glob("??")):
        if FOLDER.fullmatch(folder.name):
            yield from (folder.name + one.name for one in folder.iterdir() if REST.fullmatch(one.name) and _is_old(one))


def _chunks(digests: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(islice(digests, CHUNK)):
        yield chunk


def drop_drafts() -> None:
    """What uploads left that never came to their end."""
    for draft in [*root().glob("*.draft"), *pictures.folder().glob("??/*.draft")]:
        if _is_old(draft):
            draft.unlink(missing_ok=True)


def drop_pictures() -> None:
    """Pictures whose original is gone."""
    for made in pictures.folder().glob("??/*.webp"):
        if _is_old(made) and not path_of(made.parent.name + made.stem.partition("-")[0]).exists():
            made.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > OLD
    except FileNotFoundError:
        return False
