"""The real product on the data folder: started as anybody starts it, ended the same way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from keyuan.engine import address

HOST = "127.0.0.1"
PATIENCE = 180


@contextmanager
def running() -> Iterator[Product]:
    """`keyuan run` for the duration of a block."""
    port = address.free_port(HOST, 0)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "keyuan", "run", "--host", HOST, "--port", str(port), "--no-demo"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        page = address.page(HOST, port)
        if not address.wait_until(lambda: process.poll() is not None or address.answers(page), PATIENCE):
            raise TimeoutError("The product did not start.")
        if process.poll() is not None:
            raise RuntimeError("The product ended at once; the reason stands above.")
        yield Product(process, port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(90)


class Product:
    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    @property
    def page(self) -> str:
        return f"http://{HOST}:{self.port}"

    def memory(self) -> int:
        """Bytes of all its processes without the database; what several share counts once."""
        found = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        ours = [one for one in found if not one.name().startswith("postgres")]
        return sum(one.memory_full_info().pss for one in ours)

    def rest(self, seconds: float = 1.0) -> None:
        """Let it come to rest after a burst."""
        time.sleep(seconds)
