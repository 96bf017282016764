"""The operating system's user under whom PostgreSQL runs: itself refuses to run as root."""

import os
import shutil
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keyuan.engine.home import is_root
from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _

if sys.platform != "win32":
    import pwd

NAMES = ("keyuan", "nobody")  # the first one that exists


@dataclass(frozen=True)
class Account:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        """Arguments for Popen that run a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: Path) -> bool:
        """Whether this user may reach what lies in the folder."""
        folder = folder.resolve()
        return all(self._may_pass(part) for part in (folder, *folder.parents))

    def give(self, folder: Path, mode: int = 0o700) -> None:
        """Make the folder, and make it this user's own."""
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(mode)

    def _may_pass(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def account() -> Account | None:
    """The user for PostgreSQL when we are root; None when we are an ordinary user already.

    Raises:
        Refusal: we are root and the machine has no unprivileged user.
    """
    if sys.platform == "win32" or not is_root():
        return None
    for name in NAMES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_name, found.pw_uid, found.pw_gid)
    raise Refusal(_("PostgreSQL does not run as root. Add a user called keyuan to this machine."))


def copies_of(sources: Iterable[Path], target: Path) -> Path:
    """A folder with copies of these folders beside each other, whole or not there at all."""
    if not target.exists():
        draft = target.with_name(f"{target.name}.{os.getpid()}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        for source in sources:
            shutil.copytree(source, draft / source.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(target)
    return target
