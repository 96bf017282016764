"""The data folder: where one organisation's database, files and secrets lie."""

import os
import secrets as randomness
import threading
from collections.abc import Callable
from pathlib import Path

# For root: a place that the database's own user may enter, where the data folder is not one.
SYSTEM_FOLDER = Path("/var/lib/keyuan")


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def home() -> Path:
    """The data folder, made when it is missing.

    `KEYUAN_HOME` names it; without it, it is `~/.keyuan`.
    """
    folder = Path(os.environ.get("KEYUAN_HOME") or "~/.keyuan").expanduser().absolute()
    folder.mkdir(mode=0o711 if is_root() else 0o700, parents=True, exist_ok=True)
    return folder


def secret(name: str) -> str:
    """The secret of this name, drawn on first use and readable by its owner only.

    Args:
        name: a file name in the `secrets` folder, such as `secret-key`.

    Returns:
        64 characters or, where somebody wrote the file by hand, what it holds.
    """
    file = secrets_folder() / name
    if not file.exists():
        _draw(file)
    return file.read_text().strip()


def secrets_folder() -> Path:
    folder = home() / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def initial_password_file() -> Path:
    """Where the first administrator's initial password lies until it is changed."""
    return home() / "initial-password"


def audit_head_file() -> Path:
    """Where the last seal over history is remembered, outside the database and outside its backups."""
    return home() / "audit-head"


def forget_initial_password(is_changed: Callable[[str], bool]) -> None:
    """Delete the file with the initial password, if the password in it is the one that has changed."""
    file = initial_password_file()
    if file.exists() and is_changed(file.read_text().strip()):
        file.unlink(missing_ok=True)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, wholly or not at all."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}.draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)
    draft.replace(file)


def _draw(file: Path) -> None:
    """Draw a secret; of two processes that draw at once, both keep the first one's."""
    draft = file.with_name(f"{file.name}.{randomness.token_hex(4)}.draft")
    write_private(draft, randomness.token_hex(32) + "\n")
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
