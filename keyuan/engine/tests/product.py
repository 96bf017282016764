"""The whole product in a data folder of its own, as a person at a terminal runs it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
import psycopg
from psycopg import sql

from keyuan.engine import processes
from keyuan.engine.address import wait_until
from keyuan.engine.postgres import Cluster

ROOT = Path(__file__).parents[3]
PATIENCE = 60  # seconds; a machine may have much else to do
OURS = ("KEYUAN_", "DATABASE_URL", "DJANGO_", "PYTEST_")


class Product:
    """One data folder and what runs on it."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="keyuan-product-"))
        self.output = self.home.with_suffix(".out")
        self.started: subprocess.Popen[bytes] | None = None
        self.address = ""

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "keyuan", *words],
            cwd=ROOT, env=self.environment(**environment), timeout=4 * PATIENCE, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def python(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script beside the running product, with its folder and its database."""
        with self.chosen():
            environment = self.environment(DATABASE_URL=Cluster().url(), DJANGO_SETTINGS_MODULE="keyuan.settings")
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT, env=environment, timeout=PATIENCE, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def start(self) -> None:
        """`keyuan run`, until pages are served."""
        with open(self.output, "wb") as output:
            self.started = subprocess.Popen(
                [sys.executable, "-m", "keyuan", "run", "--port", "0", "--no-demo"],
                cwd=ROOT, env=self.environment(), stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        assert wait_until(lambda: bool(self.greeting()) or self.process.poll() is not None, 2 * PATIENCE), self.said()
        self.address = self.greeting()
        assert self.address, self.said()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self.started, "The product was not started."
        return self.started

    def greeting(self) -> str:
        """The address that the product has named; empty before."""
        found = re.search(r"ready: (http://\S+/)\n", self.said())
        return found[1] if found else ""

    def stop(self) -> int:
        """Ctrl-C, and wait."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def destroy(self) -> None:
        if self.started:
            processes.kill(processes.family_of(self.process.pid))
            self.process.wait()
        with self.chosen():
            processes.kill(processes.strays(self.home))
        processes.kill(processes.servers_in(self.home))
        shutil.rmtree(self.home)
        self.output.unlink(missing_ok=True)

    def environment(self, **more: str) -> dict[str, str]:
        rest = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {**rest, "KEYUAN_HOME": str(self.home), "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8", **more}

    def said(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def status(self, path: str = "readyz", seconds: float = 10) -> int:
        """The status that a page is answered with; 0 for no answer within these seconds."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=seconds) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """PostgreSQL has been shut down, and whoever would start it again waits until the end of the block."""
        server = self.child("postgres")
        self.process.send_signal(signal.SIGSTOP)
        try:
            server.send_signal(signal.SIGINT)
            assert wait_until(lambda: not processes.lives(server), PATIENCE)
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)
        assert wait_until(self.answers, PATIENCE)

    def answers(self) -> bool:
        """Whether the database does."""
        with suppress(psycopg.Error):
            return bool(self.ask("SELECT 1"))
        return False

    def child(self, words: str) -> psutil.Process:
        """The running process of ours whose command line holds these words."""
        found: list[psutil.Process] = []

        def look() -> bool:
            found[:] = [one for one in psutil.Process(self.process.pid).children() if words in self.line_of(one)]
            return bool(found)

        assert wait_until(look, PATIENCE), words
        return found[0]

    @staticmethod
    def line_of(process: psutil.Process) -> str:
        with suppress(psutil.Error):
            return " ".join(process.cmdline())
        return ""

    def ask(self, query: str | sql.Composed, *values: Any) -> Any:
        """One value out of the database, or None for a statement without any."""
        with self.chosen(), psycopg.connect(Cluster().url(), autocommit=True) as connection:
            cursor = connection.execute(query, values or None)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """This test process looks at the product's folder for the duration of the block."""
        with mock.patch.dict(os.environ, {"KEYUAN_HOME": str(self.home)}):
            yield
