"""Content in the data folder: written under a temporary name, renamed to its hash, then a row refers to it.

Whatever dies in between leaves a file that no row knows, never a row without its file. Going, it is the other way
round: rows first, then what nobody refers to any more. A lock per content keeps those apart who write and forget it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection

from keyuan.engine.archive import FILES_LOCK
from keyuan.records.attachments.sniffing import HEAD


@dataclass(frozen=True)
class Draft:
    """Content on its way in, under a temporary name."""

    path: Path
    digest: str
    size: int
    head: bytes


def root() -> Path:
    """The folder of all content."""
    return Path(settings.HOME) / "files"


def path_of(digest: str) -> Path:
    """Where the content with this SHA-256 lies."""
    return root() / digest[:2] / digest[2:]


def open_content(digest: str) -> BinaryIO:
    """Raises FileNotFoundError where somebody has taken the file away."""
    return path_of(digest).open("rb")


@contextmanager
def taken_in(pieces: Iterable[bytes], check: Callable[[int], None]) -> Iterator[Draft]:
    """The content as a draft, which is gone afterwards unless `place` has kept it.

    Args:
        check: is told the size so far, and raises where it is too much.
    """
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = root() / f"{secrets.token_hex(8)}.draft"
    try:
        yield _written(path, pieces, check)
    finally:
        path.unlink(missing_ok=True)


def _written(path: Path, pieces: Iterable[bytes], check: Callable[[int], None]) -> Draft:
    digest, size, head = hashlib.sha256(), 0, b""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        for piece in pieces:
            size += len(piece)
            check(size)
            digest.update(piece)
            head = (head + piece)[:HEAD] if len(head) < HEAD else head
            handle.write(piece)
        handle.flush()
        os.fsync(handle.fileno())
    return Draft(path, digest.hexdigest(), size, head)


def place(draft: Draft) -> None:
    """Keep the content, once however often it comes; until the transaction ends nobody forgets it."""
    take_content(draft.digest)
    kept = path_of(draft.digest)
    if kept.exists():
        return
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    os.replace(draft.path, kept)
    _sync(kept.parent)


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Locks, until the transaction ends


def take_content(digest: str) -> None:
    """From here on this content is not forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(digest)])


def may_forget(digest: str) -> bool:
    """Whether nobody is writing this content, and no backup is copying files, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s) AND pg_try_advisory_xact_lock_shared(%s)",
                       [_number(digest), FILES_LOCK])  # fmt: skip
        return bool(cursor.fetchone()[0])


def _number(digest: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"content {digest}".encode(), digest_size=8).digest(), signed=True)
