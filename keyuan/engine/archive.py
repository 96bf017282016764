"""One file that holds a whole organisation: parts, and a manifest that says what each must be."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.dump"
CHUNK = 1024 * 1024
FILES_LOCK = 20260104  # advisory: while a backup copies files, nobody deletes any


@dataclass
class Manifest:
    """What an archive holds.

    Attributes:
        made_at: ISO 8601, UTC.
        postgres: the server's version number.
        migrations: our own migrations that the database had had.
        rows: the number of rows by table, at the moment of the dump.
        parts: the SHA-256 digest by name of part.
    """

    made_at: str
    postgres: int
    migrations: list[str]
    rows: dict[str, int]
    parts: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def add(archive: zipfile.ZipFile, name: str, source: Path, manifest: Manifest) -> None:
    """Copy a file into the archive and note its digest."""
    with open(source, "rb") as reading, archive.open(name, "w", force_zip64=True) as writing:
        manifest.parts[name] = _copy(reading, writing)


def add_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))


def verified(file: Path) -> Manifest:
    """Read the whole archive and compare it with its manifest.

    Returns:
        The manifest.

    Raises:
        Refusal: it is damaged; the sentence names the part.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            for name, digest in manifest.parts.items():
                if _digest(archive, name) != digest:
                    raise damaged(name)
            return manifest
    except zipfile.BadZipFile as error:
        raise damaged(_("table of contents")) from error
    except OSError as error:
        raise Refusal(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}) from error


def extract(archive: zipfile.ZipFile, name: str, target: Path, digest: str) -> None:
    """Write one part to a file of its own.

    Raises:
        Refusal: it is not what the manifest says.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with archive.open(name) as reading, open(target, "wb") as writing:
        if _copy(reading, writing) != digest:
            raise damaged(name)


def below(manifest: Manifest, folder: str) -> Iterator[str]:
    """The names of the parts in a folder of the archive."""
    return (name for name in manifest.parts if name.startswith(f"{folder}/"))


def damaged(part: str) -> Refusal:
    return Refusal(_("The archive is damaged: %(part)s. Nothing was changed.") % {"part": part})


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        said: dict[str, Any] = json.loads(archive.read(MANIFEST))
        manifest = Manifest(**said)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise damaged(MANIFEST) from error
    if manifest.format != FORMAT:
        raise Refusal(_("The archive was made by a newer version. Install that one."))
    if any(_leads_outside(name) for name in manifest.parts):
        raise damaged(MANIFEST)
    return manifest


def _leads_outside(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _digest(archive: zipfile.ZipFile, name: str) -> str | None:
    """The digest of a part; None where it is missing or cannot be read."""
    try:
        with archive.open(name) as reading:
            return _copy(reading, None)
    except (KeyError, zipfile.BadZipFile, EOFError, ValueError):
        return None


def _copy(reading: IO[bytes], writing: IO[bytes] | None) -> str:
    digest = hashlib.sha256()
    while chunk := reading.read(CHUNK):
        digest.update(chunk)
        if writing:
            writing.write(chunk)
    return digest.hexdigest()
