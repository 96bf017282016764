"""`keyuan backup`: the whole organisation in one verified file, while work goes on."""

import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from keyuan.engine import archive
from keyuan.engine.archive import Manifest
from keyuan.engine.home import home, secrets_folder
from keyuan.engine.postgres import client
from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _

PASSWORDS_OF_THE_SERVER = ("database", "database-superuser")  # another installation has its own

TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 2
"""
MIGRATIONS = "SELECT name FROM django_migrations WHERE app = 'keyuan' ORDER BY name"


def back_up(file: Path, url: str) -> str:
    """Write the organisation into a file.

    Args:
        file: made anew; an older one of this name is replaced only by a verified one.
        url: the database.

    Returns:
        A sentence with the size and the number of rows.

    Raises:
        Refusal: something could not be read or written, and why.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    try:
        with _private(draft) as handle, zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED) as target:
            manifest = _fill(target, url)
        archive.verified(draft)
        draft.replace(file)
    except OSError as error:
        raise Refusal(_("%(file)s cannot be written: %(why)s") % {"file": file, "why": error.strerror}) from error
    finally:
        draft.unlink(missing_ok=True)
    return _("%(file)s: %(rows)d rows, %(files)d files, %(size).1f MB, verified.") % {
        "file": file,
        "rows": sum(manifest.rows.values()),
        "files": len(list(archive.below(manifest, "files"))),
        "size": file.stat().st_size / 1e6,
    }


def count_rows(connection: psycopg.Connection) -> dict[str, int]:
    """The number of rows of every table, partitions counted with their table."""
    counting = sql.SQL("SELECT count(*) FROM {}")
    return {
        name: _one(connection, counting.format(sql.Identifier(schema, name)))
        for schema, name in connection.execute(TABLES).fetchall()
    }


def _fill(target: zipfile.ZipFile, url: str) -> Manifest:
    with _keeping_files(url):
        return _add_all(target, url)


def _add_all(target: zipfile.ZipFile, url: str) -> Manifest:
    with _snapshot(url) as (connection, snapshot):
        manifest = _describe(connection)
        with tempfile.TemporaryDirectory(dir=home()) as folder:
            dump = Path(folder) / archive.DATABASE
            _dump(url, snapshot, dump)
            archive.add(target, archive.DATABASE, dump, manifest)
    for name, source in _parts():
        archive.add(target, name, source, manifest)
    archive.add_manifest(target, manifest)
    return manifest


@contextmanager
def _keeping_files(url: str) -> Iterator[None]:
    """Every row of the dump finds its file: what rows refer to is deleted by nobody before all is copied."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SELECT pg_advisory_lock(%s)", [archive.FILES_LOCK])
        yield


def _describe(connection: psycopg.Connection) -> Manifest:
    rows = count_rows(connection)
    migrations = [name for (name,) in connection.execute(MIGRATIONS)] if "django_migrations" in rows else []
    return Manifest(datetime.now(UTC).isoformat(), connection.info.server_version, migrations, rows)


@contextmanager
def _snapshot(url: str) -> Iterator[tuple[psycopg.Connection, str]]:
    """One moment of the database, for the counts and the dump alike."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield connection, _one(connection, sql.SQL("SELECT pg_export_snapshot()"))


def _dump(url: str, snapshot: str, target: Path) -> None:
    arguments = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--file={target}"]
    made = subprocess.run(
        **client("pg_dump", url, *arguments, f"--snapshot={snapshot}"), capture_output=True, check=False
    )
    if made.returncode:
        raise Refusal(made.stderr.decode(errors="replace").strip())


def _parts() -> Iterator[tuple[str, Path]]:
    """Uploaded files, and the secrets without which sessions, seals and tokens are void."""
    for source in sorted((home() / "files").rglob("*")):
        if source.is_file() and source.suffix != ".draft":
            yield f"files/{source.relative_to(home() / 'files').as_posix()}", source
    for source in sorted(secrets_folder().iterdir()):
        if source.name not in PASSWORDS_OF_THE_SERVER and source.suffix != ".draft":
            yield f"secrets/{source.name}", source


@contextmanager
def _private(file: Path) -> Iterator[IO[bytes]]:
    with open(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as handle:
        yield handle
        handle.flush()
        os.fsync(handle.fileno())


def _one(connection: psycopg.Connection, query: sql.SQL | sql.Composed) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
