"""Processes that the engine started: finding them again, and ending them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

# Every process of a running organisation carries its folder in this variable, so that the next start finds orphans.
MARK = "KEYUAN_RUNS_FOR"


class Child:
    """A process that is kept alive: restarted when it dies, later and later when it keeps dying.

    Args:
        name: what the messages call it.
        launch: starts the process.
        ending: the signal that asks it to end.
        patience: seconds until it is killed.
    """

    def __init__(
        self,
        name: str,
        launch: Callable[[], subprocess.Popen[bytes]],
        ending: signal.Signals = signal.SIGTERM,
        patience: float = 12,
    ) -> None:
        self.name = name
        self.launch = launch
        self.ending = ending
        self.patience = patience
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.failures = 0

    def start(self) -> None:
        self.process = self.launch()
        self.started = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def next_start(self) -> float:
        """When a dead one may be started again: at once, then after 1, 2, 4 … 30 seconds."""
        return self.started if self.failures == 0 else self.started + min(30, 2 ** (self.failures - 1))

    @property
    def may_start(self) -> bool:
        return not self.alive and time.monotonic() >= self.next_start

    def revive(self) -> None:
        """Start it again, and count how often that is needed."""
        self.failures = 0 if time.monotonic() - self.started > 30 else self.failures + 1
        self.start()

    def ask_to_end(self) -> None:
        if self.process is not None and self.alive:
            self.process.send_signal(self.ending)

    def end(self) -> None:
        """Ask it to end, wait, and kill what is left of it and of its own children."""
        if self.process is None:
            return
        family = family_of(self.process.pid)
        self.ask_to_end()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience)
        kill(family)
        self.process.wait()


def family_of(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def strays(folder: Path) -> list[psutil.Process]:
    """Processes of this folder whose parent was killed: by their mark they are ours, by descent nobody's."""
    own = {process.pid for process in psutil.Process().children(recursive=True)}
    return [process for process in psutil.process_iter() if process.pid not in own and _mark_of(process) == str(folder)]


def end(processes: Iterable[psutil.Process], patience: float = 1) -> None:
    """Ask these processes to end, then kill those that stay."""
    processes = list(processes)
    for process in processes:
        with suppress(psutil.Error):
            process.terminate()
    kill(wait(processes, patience))


def kill(processes: Iterable[psutil.Process]) -> None:
    processes = list(processes)
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
    wait(processes, 5)


def wait(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until these processes have ended. Returns those that have not in time."""
    deadline = time.monotonic() + seconds
    while (living := [process for process in processes if lives(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return living


def lives(process: psutil.Process) -> bool:
    """Whether it runs. A dead one whose new parent does not collect it, as in some containers, does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def own_group() -> dict[str, Any]:
    """Arguments for Popen that keep a terminal's Ctrl-C away from a child: its parent decides."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}


def _mark_of(process: psutil.Process) -> str | None:
    if process.pid == os.getpid():
        return None
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


def servers_in(folder: Path) -> list[psutil.Process]:
    """PostgreSQL's processes of the data folders here or below: each of them works in its own."""
    found = psutil.process_iter(["name"])
    named = (process for process in found if (process.info["name"] or "").startswith("postgres"))
    return [process for process in named if _works_in(process, folder.resolve())]


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False
