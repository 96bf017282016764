"""Who owns the data folder: one process at a time."""

import json
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

RUN, COMMAND = "run", "command"


class FolderLock:
    """A lock that the operating system drops when its owner ends, however it ends.

    Args:
        folder: the data folder.
        purpose: `RUN` for the whole product, `COMMAND` for a short piece of work.
        patience: how many seconds to wait for the owner before refusing.

    Raises:
        Refusal: somebody else owns the folder; the sentence names their process id.
    """

    def __init__(self, folder: Path, purpose: str, patience: float = 0) -> None:
        self.file = folder / "lock"
        self.purpose = purpose
        self.patience = patience
        self.handle: IO[str] | None = None

    def __enter__(self) -> Self:
        deadline = time.monotonic() + self.patience
        while not self.take():
            if time.monotonic() >= deadline:
                raise Refusal(_already_owned(self.file))
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.handle:
            self.handle.truncate(0)
            self.handle.close()

    def take(self) -> bool:
        """Take the lock if nobody has it."""
        handle = open(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600), "r+")  # noqa: SIM115 (held until __exit__)
        if not _seize(handle):
            handle.close()
            return False
        handle.truncate(0)
        json.dump({"pid": os.getpid(), "purpose": self.purpose}, handle)
        handle.flush()
        self.handle = handle
        return True


def owner(folder: Path) -> dict[str, Any] | None:
    """Who owns the folder now: `{"pid", "purpose"}`, or None."""
    try:
        with open(folder / "lock", "r+") as handle:
            if _seize(handle):
                return None
            return _read(folder / "lock")
    except FileNotFoundError:
        return None


def _read(file: Path) -> dict[str, Any]:
    try:
        return {"pid": None, "purpose": RUN, **json.loads(file.read_text())}
    except ValueError:  # between its owner's taking it and writing into it
        return {"pid": None, "purpose": COMMAND}


def _already_owned(file: Path) -> str:
    return _("%(folder)s is in use by process %(pid)s. Stop that one first, or set KEYUAN_HOME.") % {
        "folder": file.parent,
        "pid": _read(file)["pid"] or "?",
    }


def _seize(handle: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            handle.seek(1 << 20)  # beyond the text, which others must be able to read
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
            handle.seek(0)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
