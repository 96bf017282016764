"""The product as its web server serves it, on a database of its own: what the event loop answers is not in Django."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from keyuan.engine import processes
from keyuan.engine.address import answers, wait_until

SERVE = ["--interface", "asgi", "--http", "1", "--no-ws", "--workers", "1", "--workers-kill-timeout", "5"]


class Served:
    """A running web server."""

    def __init__(self, database: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.streams: list[Stream] = []
        self.page = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "granian", "keyuan.asgi:application", *SERVE, "--port", str(self.port)]
        environment = {**os.environ, "DATABASE_URL": database, "KEYUAN_ROLE": "web"}
        self.process = subprocess.Popen([*command, "--log-level", "warning"], env=environment)
        assert wait_until(lambda: answers(f"{self.page}/"), 60)

    def stop(self) -> float:
        """Ask it to end as the supervisor does; how many seconds that takes."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - began

    def stream(self, session: str, method: str = "GET", **headers: str) -> Stream:
        self.streams.append(Stream(self.port, session, headers, method))
        return self.streams[-1]


class Stream:
    """An open stream of events, read as it comes."""

    def __init__(self, port: int, session: str, headers: dict[str, str], method: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        given = {"Cookie": f"keyuan_session={session}", "Accept": "text/event-stream"} if session else {}
        self.connection.request(method, "/notices/stream/", headers=given | headers)
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.ids: list[str] = []

    @property
    def status(self) -> int:
        return self.answer.status

    def next(self, seconds: float = 5) -> dict[str, Any] | None:
        """The next message; None where the stream ends. Raises TimeoutError."""
        self.socket.settimeout(seconds)
        while line := self.answer.readline():
            name, _colon, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                self.ids.append(value)
            if name == "data":
                found: dict[str, Any] = json.loads(value)
                return found
        return None

    def close(self) -> None:
        self.answer.close()
        self.connection.close()
        self.socket.close()


@pytest.fixture
def served(own_database: str) -> Iterator[Served]:
    server = Served(own_database)
    yield server
    for stream in server.streams:
        stream.close()
    processes.kill(processes.family_of(server.process.pid))
    server.process.wait()
