"""Content that no row refers to goes from the folder, unless somebody writes it or a backup copies it just now."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction

from keyuan.records.attachments import pictures
from keyuan.records.attachments.storage import may_forget, path_of

Known = Callable[[Iterable[str]], set[str]]


def forget_content(digests: Iterable[str], known: Known) -> int:
    """Delete these contents and their pictures. What is in use stays for the nightly sweep.

    Args:
        known: says to which of them rows refer.

    Returns:
        How many went.
    """
    return sum(_forget(digest, known) for digest in sorted(digests))


def _forget(digest: str, known: Known) -> bool:
    with transaction.atomic():
        if not may_forget(digest) or known([digest]):
            return False
        path_of(digest).unlink(missing_ok=True)
        pictures.forget(digest)
        return True
