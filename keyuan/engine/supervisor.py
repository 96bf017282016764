"""`keyuan run`: everything on one machine, kept alive, ended cleanly."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from keyuan.engine import address, database, postgres, processes
from keyuan.engine.home import home, initial_password_file, secret
from keyuan.engine.lock import RUN, FolderLock
from keyuan.engine.processes import Child
from keyuan.engine.words import Refusal, say
from keyuan.engine.words import gettext as _

ROOT = Path(__file__).parent.parent.parent
WEB_WORKERS = 2
STREAMS = 4096  # requests at once per worker: open event streams count, so twice what is expected
SHORTEST_SECRET = 32
FIRST_ANSWER = 60


class Supervisor:
    """Starts PostgreSQL, prepares the database, then keeps web and worker alive until it is asked to end.

    Args:
        host, port: where pages are served; port 0 takes a free one.
        demo: whether a first start loads the demo company.
    """

    def __init__(self, host: str, port: int, demo: bool) -> None:
        self.host = host
        self.port = port
        self.demo = demo
        self.ending = threading.Event()
        self.cluster: postgres.Cluster | None = None  # PostgreSQL, where it is ours
        self.server: Child | None = None  # its process
        self.children: list[Child] = []

    def run(self) -> None:
        """Run until Ctrl-C or SIGTERM.

        Raises:
            Refusal: another process owns the folder, the port is taken, or something cannot start.
        """
        with FolderLock(home(), RUN, patience=0.5):
            processes.end(processes.strays(home()))
            self._check()
            self._listen_to_signals()
            try:
                self._start()
                self._watch()
            finally:
                self._end()

    def _check(self) -> None:
        if os.environ.get("KEYUAN_DEBUG") == "1" and address.is_public(self.host):
            raise Refusal(_("Debug mode is not served to other machines. Unset KEYUAN_DEBUG."))
        if len(secret("secret-key")) < SHORTEST_SECRET:
            raise Refusal(_("The secret in secrets/secret-key is too short. Delete it and start again."))
        self.port = address.free_port(self.host, self.port)

    def _listen_to_signals(self) -> None:
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            if number := getattr(signal, name, None):
                signal.signal(number, lambda *_arguments: self.ending.set())

    def _start(self) -> None:
        environment = {"MALLOC_ARENA_MAX": "2", **os.environ, processes.MARK: str(home())}  # fewer heaps, less waste
        environment["DATABASE_URL"] = self._database()
        if not self.ending.is_set():
            self._prepare(environment)
        if self.ending.is_set():
            return
        web = Child("web", lambda: _python(self._web(), {**environment, "KEYUAN_ROLE": "web"}))
        worker = Child("worker", lambda: _python(["keyuan", "worker"], {**environment, "KEYUAN_ROLE": "worker"}))
        self.children += [web, worker]
        web.start()
        worker.start()
        self._greet(web)
        if self.cluster and not self.ending.is_set():
            _python(["keyuan.engine.postgres"], environment).wait()

    def _database(self) -> str:
        if url := database.named_by_environment():
            return url
        self.cluster = cluster = postgres.Cluster()
        self.server = Child("PostgreSQL", cluster.launch, postgres.fast_shutdown(), patience=60)
        self.children.append(self.server)
        self.server.start()
        return cluster.url()

    def _prepare(self, environment: dict[str, str]) -> None:
        """Wait for the database and bring it up to date, in a process whose memory is free again afterwards."""
        options = [*([] if self.demo else ["--no-demo"]), "--wait", "own" if self.cluster else "other"]
        work = Child("prepare", lambda: _python(["keyuan", "prepare", *options], environment))
        self.children.append(work)
        work.start()
        while work.alive and self._has_server() and not self.ending.wait(0.05):
            pass
        self.children.remove(work)
        work.end()
        if self.cluster and not self._has_server() and not self.ending.is_set():
            raise self.cluster.refusal()
        if work.process and work.process.returncode and not self.ending.is_set():
            raise Refusal(_("The database could not be prepared; the reason stands above."))

    def _has_server(self) -> bool:
        return self.server is None or self.server.alive

    def _web(self) -> list[str]:
        return [
            "granian", "keyuan.asgi:application", "--interface", "asgi", "--host", self.host, "--port", str(self.port),
            "--http", "1", "--no-ws", "--workers", str(WEB_WORKERS), "--backpressure", str(STREAMS),
            "--backlog", "2048", "--respawn-failed-workers", "--respawn-interval", "0.5",
            "--workers-kill-timeout", "5", "--log-level", "warning",
        ]  # fmt: skip

    def _greet(self, web: Child) -> None:
        page = address.page(self.host, self.port)
        address.wait_until(lambda: address.answers(page) or not web.alive or self.ending.is_set(), FIRST_ANSWER)
        if self.ending.is_set():
            return
        if not web.alive:
            raise Refusal(_("The web server could not start; the reason stands above."))
        say(_("Keyuan is ready: %(address)s") % {"address": page})
        if initial_password_file().exists():
            say(_("The initial password lies in %(file)s until it is changed.") % {"file": initial_password_file()})
        say(_("Ctrl-C ends it."))

    def _watch(self) -> None:
        while not self.ending.wait(0.2):
            for child in self.children:
                if child.may_start:
                    self._revive(child)

    def _revive(self, child: Child) -> None:
        processes.end(processes.strays(home()))
        child.revive()
        say(_("%(name)s had ended and was started again.") % {"name": child.name})
        if child is self.server:
            self.children[-1].ask_to_end()  # the worker's listening connection is gone: it starts anew as well

    def _end(self) -> None:
        """Web and worker first, at the same time; the database last."""
        if self.children:
            say(_("Stopping …"))
        for child in self.children:
            if child is not self.server:
                child.ask_to_end()
        for child in reversed(self.children):
            child.end()
        processes.kill(processes.strays(home()))


def _python(module: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *module], env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, **processes.own_group()
    )
