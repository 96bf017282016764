"""What is done before pages are served: tables, static files."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from keyuan.engine.home import home, write_private
from keyuan.engine.migrating import migrate
from keyuan.engine.words import Refusal, say
from keyuan.engine.words import gettext as _

PRIVATE_FOLDERS = ("files", "exports", "imports")


def prepare_tables() -> None:
    """Bring the database's tables up to this version.

    Raises:
        Refusal: the database was used by a newer version than this.
    """
    executor = MigrationExecutor(connection)
    if unknown := newer_migrations(executor):
        raise Refusal(_("The database belongs to a newer version (%(name)s). Install that one.") % {"name": unknown[0]})
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say(_("Preparing the database …"))
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = '60s'")  # an index takes what it takes
        migrate()


def check_program() -> None:
    """Whether the program itself is in order; an address that does not say who may enter is not.

    Raises:
        Refusal: it is not, and why.
    """
    try:
        call_command("check", stdout=io.StringIO(), stderr=io.StringIO())
    except SystemCheckError as error:
        raise Refusal(str(error)) from error


def newer_migrations(executor: MigrationExecutor) -> list[str]:
    """Our own migrations that the database has had and this version does not know."""
    known = executor.loader.disk_migrations
    return sorted(
        name for app, name in executor.loader.applied_migrations if app == "keyuan" and (app, name) not in known
    )


def prepare_files() -> None:
    """Make the private folders, and collect static files where they have changed."""
    for name in PRIVATE_FOLDERS:
        (home() / name).mkdir(mode=0o700, exist_ok=True)
    mark, file = (_mark_of(settings.STATICFILES_DIRS), Path(settings.STATIC_ROOT) / ".mark")
    if not file.exists() or file.read_text() != mark:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        write_private(file, mark)


def _mark_of(folders: list[Path]) -> str:
    """A digest over names, sizes and times of all static files."""
    digest = hashlib.sha256()
    for line in _files(folders):
        digest.update(line.encode())
    return digest.hexdigest()


def _files(folders: list[Path]) -> Iterator[str]:
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            found = file.stat()
            yield f"{file}|{found.st_size}|{found.st_mtime_ns}\n"
