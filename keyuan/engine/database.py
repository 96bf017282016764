"""The organisation's database: our own server, or one that `DATABASE_URL` names."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from keyuan.engine import processes
from keyuan.engine.home import home
from keyuan.engine.later import Later
from keyuan.engine.lock import COMMAND, RUN, FolderLock, owner
from keyuan.engine.postgres import Cluster, running
from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = Later("psycopg")

OLDEST = 15
PATIENCE = 60


def named_by_environment() -> str | None:
    return os.environ.get("DATABASE_URL") or None


def is_running() -> bool:
    """Whether a `keyuan run` owns the data folder."""
    found = owner(home())
    return found is not None and found["purpose"] == RUN


@contextmanager
def attached() -> Iterator[str]:
    """The database for a short piece of work, told to Django by `DATABASE_URL`.

    A running `keyuan run` on the same folder lends its own; else PostgreSQL is started for the duration.

    Raises:
        Refusal: the database cannot be reached or is too old.
    """
    if url := named_by_environment():
        check(url)
        yield url
    elif is_running():
        yield _announce(_wait_for(Cluster().url()))
    else:
        with alone() as url:
            yield url


@contextmanager
def awaited(is_own: bool) -> Iterator[str]:
    """The database that `DATABASE_URL` names, as soon as it answers.

    Args:
        is_own: whether it is the server that `keyuan run` has just started.

    Raises:
        Refusal: it did not answer in time, or we cannot work with it.
    """
    url = os.environ["DATABASE_URL"]
    if is_own:
        Cluster().wait_until_ready(lambda: False)
    else:
        wait_for(url, PATIENCE)
    yield url


@contextmanager
def alone() -> Iterator[str]:
    """The database for one who needs the data folder to himself.

    Raises:
        Refusal: somebody else owns the folder, or the database cannot be reached.
    """
    with FolderLock(home(), COMMAND, PATIENCE if not is_running() else 0):
        processes.end(processes.strays(home()))
        if url := named_by_environment():
            check(url)
            yield url
            return
        with running(Cluster()) as url:
            try:
                yield _announce(url)
            finally:
                del os.environ["DATABASE_URL"]


def check(url: str) -> None:
    """Whether we can work with the database at this address.

    Raises:
        Refusal: it does not answer, is older than PostgreSQL 15, or does not hold UTF-8.
    """
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
            encoding = connection.info.parameter_status("server_encoding")
    except psycopg.Error as error:
        raise Refusal(_("The database does not answer: %(why)s") % {"why": str(error).strip()}) from error
    check_kind(version, encoding or "")


def check_kind(version: int, encoding: str) -> None:
    """Whether this kind of server will do.

    Args:
        version: as PostgreSQL counts, such as 150004.
        encoding: how the database stores text.

    Raises:
        Refusal: it will not, and why.
    """
    if version < OLDEST * 10000:
        found = {"found": version // 10000, "needed": OLDEST}
        raise Refusal(_("The database is PostgreSQL %(found)s; %(needed)s or newer is needed.") % found)
    if encoding != "UTF8":
        raise Refusal(_("The database stores text as %(found)s; UTF8 is needed.") % {"found": encoding})


def wait_for(url: str, patience: float, given_up: Callable[[], bool] = lambda: False) -> None:
    """Wait until the database answers.

    Args:
        given_up: asked between attempts; True ends the waiting.

    Raises:
        Refusal: it did not answer in time, or it is not one that we can work with.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and not given_up():
        if _answers(url):
            break
        time.sleep(0.2)
    check(url)


def _wait_for(url: str) -> str:
    wait_for(url, PATIENCE, lambda: not is_running())
    return url


def _announce(url: str) -> str:
    os.environ["DATABASE_URL"] = url
    return url


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
