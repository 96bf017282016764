"""The root of the web server: short answers and live streams on the event loop, pages in threads."""

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import psycopg
from django.core.wsgi import get_wsgi_application
from django.db import connections

from keyuan.engine.bridge import Bridge, Message, Receive, Send, say

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keyuan.settings")

if os.environ.get("KEYUAN_ROLE") == "web":
    # A worker that is asked to end while it still loads would not hear it: granian listens only once it serves.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

THREADS = 2
READY_WITHIN = 1  # second
FRESH = 0.3  # seconds for which an answer holds

pages = Bridge(get_wsgi_application(), THREADS)

import keyuan.urls  # noqa: E402, F401  with all pages, before the first of them is asked for
from keyuan.notices.stream import Hub  # noqa: E402  there are models only now

STREAM = "/notices/stream/"
notices = Hub()
# What is loaded by now stays: collecting it again and again cost every twentieth page 50 ms.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 5, 5)  # what pages leave in circles goes soon: 30 MB less in each process


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Every request of a web worker."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] != "http":
        await send({"type": "websocket.close"})
    elif scope["path"] == STREAM:
        await notices(scope, receive, send)
    elif answer := SHORT.get(scope["path"]):
        await answer(send)
    else:
        await pages(scope, receive, send)


async def alive(send: Send) -> None:
    """The process answers."""
    await say(send, 200, "ok\n")


async def ready(send: Send) -> None:
    """The process answers, and so does the database."""
    if await database():
        await say(send, 200, "ok\n")
    else:
        await say(send, 503, "The database does not answer.\n", [(b"retry-after", b"2")])


SHORT = {"/livez": alive, "/readyz": ready}


class Probe:
    """Whether the database answers. Many who ask at once cost it one connection."""

    def __init__(self) -> None:
        self.asking = asyncio.Lock()
        self.asked = -FRESH
        self.answered = False

    async def __call__(self) -> bool:
        async with self.asking:
            if time.monotonic() - self.asked >= FRESH:
                self.answered = await self._ask()
                self.asked = time.monotonic()
            return self.answered

    async def _ask(self) -> bool:
        try:
            await asyncio.wait_for(_ask_database(), READY_WITHIN)
        except (psycopg.Error, OSError, TimeoutError):
            return False
        return True


database = Probe()


async def _ask_database() -> None:
    parameters = connections["default"].get_connection_params()
    connection = await psycopg.AsyncConnection.connect(
        **{name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
    )
    async with connection:
        await connection.execute("SELECT 1")


async def _live(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        _end_streams_when_asked_to_end()
        await send({"type": "lifespan.startup.complete"})
    await notices.close()
    await asyncio.to_thread(pages.close)
    for connection in connections.all(initialized_only=True):
        connection.close_pool()  # type: ignore[attr-defined]  # it is PostgreSQL's
    await send({"type": "lifespan.shutdown.complete"})


def _end_streams_when_asked_to_end() -> None:
    """Granian waits for open requests before it says “shutdown”, and open streams would let it wait in vain."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _also(lambda: loop.call_soon_threadsafe(notices.end_streams), signal.getsignal(number)))


def _also(act: Callable[[], object], before: Any) -> Callable[[int, FrameType | None], None]:
    """A handler of a signal that does this and then what was done before."""

    def handle(number: int, frame: FrameType | None) -> None:
        act()
        if callable(before):
            before(number, frame)

    return handle
