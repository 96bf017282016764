"""`keyuan check`: what is wrong, and what to do about it."""

import os
import shutil
from collections.abc import Iterator
from ipaddress import ip_network

import psycopg
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from keyuan.engine import address, database, mail
from keyuan.engine.home import home, secrets_folder
from keyuan.engine.prepare import check_program
from keyuan.engine.words import Refusal, say
from keyuan.engine.words import gettext as _

LEAST_SPACE = 2_000_000_000  # bytes
SILENCE = 60  # seconds; a worker gives a sign of life every ten
GOOD, NOTE, WRONG = "✓", "·", "✗"

Finding = tuple[str, str]


def check(url: str, elsewhere: bool) -> int:
    """Print what was found, one line each.

    Args:
        url: the database; Django is set up on it.
        elsewhere: whether it is a server of its own, so that web and worker may run on other machines.

    Returns:
        The exit code: 1 where something is wrong.
    """
    wrong = False
    for mark, sentence in findings(url, elsewhere):
        say(f"{mark} {sentence}")
        wrong = wrong or mark == WRONG
    return int(wrong)


def findings(url: str, elsewhere: bool) -> Iterator[Finding]:
    """What is good, what is worth a note, what is wrong."""
    yield from _folder()
    yield from _space()
    yield from _settings()
    yield from _server(url)
    yield from _tables()
    yield from _worker(elsewhere)


def _folder() -> Iterator[Finding]:
    yield GOOD, _("Data folder: %(folder)s") % {"folder": home()}
    readable = [file.name for file in secrets_folder().iterdir() if os.name != "nt" and file.stat().st_mode & 0o077]
    for name in readable:
        yield (
            WRONG,
            _("Others can read secrets/%(name)s. Run: chmod 600 %(file)s")
            % {"name": name, "file": secrets_folder() / name},
        )


def _space() -> Iterator[Finding]:
    free = shutil.disk_usage(home()).free
    mark = GOOD if free >= LEAST_SPACE else WRONG
    yield (mark, _("Free disk space: %(size).1f GB (at least 2 are needed)") % {"size": free / 1e9})


def _settings() -> Iterator[Finding]:
    try:
        check_program()
        yield GOOD, _("Settings: nothing wrong")
    except Refusal as refusal:
        yield WRONG, _("Settings: %(why)s") % {"why": refusal}
    base = os.environ.get("KEYUAN_BASE_URL", "")
    yield from _proxies(base)
    yield from _mail(base)
    if not base:
        yield NOTE, _("KEYUAN_BASE_URL is not set: links in mails need it.")
    elif not base.startswith("https://") and address.is_public(base.removeprefix("http://").split(":")[0]):
        yield (WRONG, _("KEYUAN_BASE_URL is not https: passwords would travel in the open."))


def _mail(base: str) -> Iterator[Finding]:
    try:
        by = mail.server()
    except ValueError:
        yield WRONG, _("KEYUAN_EMAIL_URL is not readable. Write smtp://user:password@host:587?tls=starttls")
        return
    if by is None:
        yield NOTE, _("KEYUAN_EMAIL_URL is not set: no mails are sent.")
    elif not base:
        yield WRONG, _("Mails have no links, so nobody is sent one for a forgotten password: set KEYUAN_BASE_URL.")
    else:
        yield GOOD, _("Mails go to %(host)s and come from %(sender)s") % {"host": by.host, "sender": by.sender}


def _proxies(base: str) -> Iterator[Finding]:
    trusted = os.environ.get("KEYUAN_TRUSTED_PROXIES", "")
    try:
        networks = [ip_network(one.strip(), strict=False) for one in trusted.split(",") if one.strip()]
    except ValueError:
        if not trusted.strip().isdecimal():
            yield (
                WRONG,
                _("KEYUAN_TRUSTED_PROXIES is neither a number nor a list of addresses: %(it)s") % {"it": trusted},
            )
        return
    if base.startswith("https://") and not networks:
        yield (
            NOTE,
            _("KEYUAN_TRUSTED_PROXIES is not set: everybody seems to come from the address of the proxy in front."),
        )


def _server(url: str) -> Iterator[Finding]:
    with psycopg.connect(url) as asked:
        version = asked.info.server_version
        row = asked.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, pg_database_size(oid) FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
    assert row
    facts = {"version": f"{version // 10000}.{version % 10000}", "encoding": row[0], "collation": row[1]}
    yield (GOOD, _("Database: PostgreSQL %(version)s, %(encoding)s, collation %(collation)s") % facts)
    yield GOOD, _("Size of the database: %(size).0f MB") % {"size": row[2] / 1e6}
    if row[1] not in {"C", "C.UTF-8", "C.utf8", "POSIX"}:
        yield (
            NOTE,
            _("Its collation is not C.UTF-8: sorting is slower, and an update of the system may spoil indexes."),
        )


def _tables() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield (WRONG, _("%(number)d migrations are waiting. Run: keyuan prepare") % {"number": len(waiting)})
    else:
        yield GOOD, _("Tables: up to date")


def _worker(elsewhere: bool) -> Iterator[Finding]:
    if not elsewhere and not database.is_running():
        yield NOTE, _("Keyuan is not running on this folder. Start it: keyuan run")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXTRACT(EPOCH FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        silence = cursor.fetchone()[0]
    if silence is not None and silence < SILENCE:
        yield GOOD, _("Worker: alive")
    else:
        yield (
            WRONG,
            _("No worker is alive: imports, reminders and mails wait. Start one: keyuan run, or keyuan worker"),
        )
