"""Throw-away PostgreSQL: every test process has a server of its own, and in it a copy of one migrated database."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from psycopg import sql
from pytest_django import DjangoDbBlocker

from keyuan.engine import processes
from keyuan.engine.home import home
from keyuan.engine.lock import RUN, FolderLock, owner
from keyuan.engine.postgres import NAME, SUPERUSER, USER, Cluster, running

FOLDERS = "keyuan-tests-"
ADMINISTRATOR = "KEYUAN_TEST_ADMINISTRATOR"  # the address for making databases on a server that is named from outside
_REST = ExitStack()


def prepare_environment() -> None:
    """Before Django reads its settings: a data folder, and the address of the server that will run in it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "keyuan.settings"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        clear_leftovers()
        if named := os.environ.get("DATABASE_URL"):
            os.environ[ADMINISTRATOR] = named
    folder = Path(tempfile.mkdtemp(prefix=FOLDERS))
    folder.chmod(0o711)
    os.environ["KEYUAN_HOME"] = str(folder)
    _REST.callback(shutil.rmtree, folder, ignore_errors=True)
    _REST.enter_context(FolderLock(folder, RUN))
    if ADMINISTRATOR not in os.environ:
        os.environ["DATABASE_URL"] = Cluster(safe=False).url()
    atexit.register(_REST.close)


def pytest_sessionstart(session: pytest.Session) -> None:
    """The server, where tests run: not in the process that only hands them out."""
    if session.config.pluginmanager.hasplugin("dsession"):
        for name in ("DJANGO_SETTINGS_MODULE", *([] if ADMINISTRATOR in os.environ else ["DATABASE_URL"])):
            del os.environ[name]  # each process has its own, and must not read settings with ours
    elif ADMINISTRATOR in os.environ:
        _REST.callback(drop_databases, os.environ[ADMINISTRATOR])
    else:
        _REST.enter_context(running(Cluster(safe=False)))


def pytest_unconfigure() -> None:
    _REST.close()


def clear_leftovers() -> None:
    """End and delete what test runs that were killed have left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*"):
        with suppress(OSError):
            if owner(folder) is None:
                processes.kill(processes.servers_in(folder))
                shutil.rmtree(folder)


def name_of_run(suffix: str) -> str:
    return f"{home().name.replace('-', '_')}_{suffix}"


def drop_databases(address: str) -> None:
    """On somebody else's server we leave nothing behind."""
    with psycopg.connect(address, autocommit=True) as connection:
        pattern = name_of_run("%").replace("_", r"\_")
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]
        ).fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def administration() -> Iterator[psycopg.Connection]:
    """A connection that may make databases."""
    address = os.environ.get(ADMINISTRATOR) or Cluster(safe=False).url("postgres", SUPERUSER)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def make_copy(name: str) -> None:
    """A database of this name with all tables, and the original, from which further copies are made."""
    original = name_of_run("original")
    with administration() as connection:
        create(connection, original, "template0")
        migrate(original)
        create(connection, name, original)


def create(connection: psycopg.Connection, name: str, original: str) -> None:
    owning = urlsplit(os.environ["DATABASE_URL"]).username or USER
    names = [sql.Identifier(one) for one in (name, owning, original)]
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(*names))
    # Tests with real transactions empty all tables behind themselves, history too; nobody else may.
    connection.execute(sql.SQL("ALTER DATABASE {} SET keyuan.tests = 'on'").format(names[0]))


def migrate(name: str) -> None:
    from keyuan.engine import migrating

    use(name)
    migrating.migrate()
    use(NAME)


def use(name: str) -> None:
    """All connections of this process, also those of other threads, go to the database of this name from now on."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


prepare_environment()
assert settings.TIME_ZONE  # now that the settings are read, pytest-django sets Django up
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1
"""Slow hashes are for attackers; the product that tests start keeps its own."""


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their style sheets and scripts as collected files, so these must be there."""
    from keyuan.engine.prepare import prepare_files

    prepare_files()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Instead of pytest-django's own: a copy is there in a twentieth of the time that migrations take."""
    name = name_of_run("tests")
    with django_db_blocker.unblock():
        make_copy(name)
        use(name)
        yield
        use(NAME)


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """For tests in which processes die: the address of a fresh copy of the migrated database; this process uses it."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    name = name_of_run("crash")
    with django_db_blocker.unblock():
        with administration() as connected:
            create(connected, name, name_of_run("original"))
        use(name)
        yield urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
        use(before)
        with administration() as connected:
            connected.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


pytest_plugins = ["tests.cast", "tests.browsing", "tests.serving"]
