"""Files of imports and exports in the data folder: uploads by the hash of their content, exports by number."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from keyuan.records.errors import RuleBroken

LARGEST = 50 * 1024 * 1024


def folder(name: str) -> Path:
    """A folder below the files of the organisation, made when it is missing."""
    found = Path(settings.HOME) / "files" / name
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def path_of(digest: str) -> Path:
    """Where the upload with this digest lies."""
    return folder("imports") / digest[:2] / digest


def keep(pieces: Iterable[bytes]) -> tuple[str, int]:
    """Store an upload, wholly or not at all.

    Returns:
        The SHA-256 of the content, and its size.

    Raises:
        RuleBroken: it is empty, or larger than 50 MB.
    """
    draft = folder("imports") / f"{secrets.token_hex(8)}.draft"
    try:
        digest, size = _write(draft, pieces)
        if not size:
            raise RuleBroken(_("The file is empty."))
        kept = path_of(digest)
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(draft, kept)
    finally:
        draft.unlink(missing_ok=True)
    return digest, size


def _write(draft: Path, pieces: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        for piece in pieces:
            size += len(piece)
            if size > LARGEST:
                raise RuleBroken(_("The file is larger than 50 MB. Split it into several files."))
            digest.update(piece)
            handle.write(piece)
    return digest.hexdigest(), size


def export_path(pk: int, suffix: str) -> Path:
    """Where the file of an export lies."""
    return folder("exports") / f"{pk}.{suffix}"
