"""The stream of news to open pages (Server-Sent Events), answered on the event loop of a web process.

One connection listens for all streams of the process; one thread asks the database, for many people at a time. NOTIFY
is a hint to look: what was missed while the database was away is found by looking again when it is back.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import Any

import psycopg
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, connections

from keyuan.engine.bridge import Message, Receive, Send, environ, say
from keyuan.notices import news
from keyuan.notices.door import CLOSED, Knock, admitted, knock_of
from keyuan.notices.telling import CHANNEL
from keyuan.org.models import User
from keyuan.ui.middleware import HEADERS

LOG = logging.getLogger("keyuan.stream")
BATCH = 50  # streams that are looked at together
BEAT = 20  # seconds; proxies break silent connections off after a minute or less
CHECKED = 30  # seconds after which an ended, locked or forbidden session has lost its stream
AGAIN = 1  # second between two tries to reach the database
PATIENCE = 10  # seconds that a new stream waits for the database
MOST_OF_ONE = 20  # streams of one session in this process; the oldest makes way
BREATH = 20  # seconds of listening after which the connection is asked whether it lives

START = {**HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
START_HEADERS = [(name.lower().encode(), value.encode()) for name, value in START.items()]


class Stream:
    """One open page.

    Attributes:
        told: the newest notice that the page has heard of; None before the first look.
        count: the number that it shows.
        status: None until somebody has looked at its session, then 200 or that of a refusal.
    """

    def __init__(self, knock: Knock, told: int | None) -> None:
        self.knock, self.told = knock, told
        self.user_id, self.count = 0, -1
        self.status: int | None = None
        self.is_over = False
        self.waiting: list[bytes] = []
        self.woken = asyncio.Event()

    def say(self, count: int, told: int, new: list[dict[str, Any]]) -> None:
        """The page learns the number, and what is new, unless it knows both."""
        if count != self.count or new:
            data = json.dumps({"unread": count, "new": new}, ensure_ascii=False)
            self.waiting = [*self.waiting[-4:], f"id: {told}\ndata: {data}\n\n".encode()]
        self.count, self.told = count, told
        self.woken.set()

    def end(self) -> None:
        self.is_over = True
        self.woken.set()

    async def wait(self, seconds: float) -> bool:
        """Until there is something to say; False where nothing was within the time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), seconds)
        was = self.woken.is_set()
        self.woken.clear()
        return was


class Hub:
    """All streams of one web process."""

    def __init__(self) -> None:
        self.streams: dict[Stream, None] = {}
        self.people: dict[int, set[Stream]] = {}
        self.due: dict[Stream, bool] = {}  # whom to look at, and whether for news or only at the session
        self.is_due = asyncio.Event()
        self.thread = ThreadPoolExecutor(1, "notices")
        self.tasks: list[asyncio.Task[None]] = []
        self.is_closed = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, for as long as the page is open."""
        if scope["method"] != "GET":
            await say(send, 405, "GET only.\n", [(b"allow", b"GET")])
            return
        stream = _stream_of(scope)
        if not stream.knock.session:
            await say(send, 401, "Sign in.\n")
            return
        self._enter(stream)
        leaving = asyncio.get_running_loop().create_task(_departure(receive, stream))
        try:
            await self._serve(stream, send)
        finally:
            leaving.cancel()
            self._leave(stream)

    async def _serve(self, stream: Stream, send: Send) -> None:
        await stream.wait(PATIENCE)
        if stream.status != 200:
            await _refuse(stream, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": START_HEADERS})
        await _write(send, f"retry: {random.randint(2000, 5000)}\n\n".encode())
        while True:
            waiting, stream.waiting = stream.waiting, []
            if waiting:
                await _write(send, b"".join(waiting))
            if stream.is_over:
                break
            if not stream.waiting and not await stream.wait(BEAT * random.uniform(0.9, 1.2)):
                await _write(send, b":\n\n")
        with suppress(Exception):  # the reader may have gone away
            await send({"type": "http.response.body", "body": b""})

    def _enter(self, stream: Stream) -> None:
        if self.is_closed:
            stream.end()
            return
        if not self.tasks:
            loop = asyncio.get_running_loop()
            self.tasks = [loop.create_task(one()) for one in (self._listen, self._work, self._check)]
        same = [one for one in self.streams if one.knock.session == stream.knock.session]
        for one in same[: max(0, len(same) - MOST_OF_ONE + 1)]:
            one.end()
        self.streams[stream] = None
        self.look_at([stream])

    def _leave(self, stream: Stream) -> None:
        self.streams.pop(stream, None)
        self.due.pop(stream, None)
        there = self.people.get(stream.user_id, set())
        there.discard(stream)
        if not there:
            self.people.pop(stream.user_id, None)

    def look_at(self, streams: Any, *, for_news: bool = True) -> None:
        """Look at these soon."""
        for one in streams:
            self.due[one] = for_news or self.due.get(one, False)
        if self.due:
            self.is_due.set()

    def end_streams(self) -> None:
        """End all streams, and begin none any more; their pages come again, to another process."""
        self.is_closed = True
        for one in list(self.streams):
            one.end()

    async def close(self) -> None:
        """End everything that goes on here."""
        self.end_streams()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.thread.shutdown(wait=False, cancel_futures=True)

    # what goes on beside the streams

    async def _listen(self) -> None:
        """Hear of people who have been told something; after each new connection everybody is looked at."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as heard:
                    await heard.execute(f"LISTEN {CHANNEL}")
                    self.look_at(list(self.streams))
                    while True:
                        async for one in heard.notifies(timeout=BREATH):
                            self._hear(one.payload)
                        await asyncio.wait_for(heard.execute("SELECT 1"), AGAIN * 5)
            except (psycopg.Error, OSError, TimeoutError) as error:
                LOG.warning("Listening for notices: %s", str(error).strip())
                await asyncio.sleep(AGAIN)

    def _hear(self, payload: str) -> None:
        for person in payload.split():
            self.look_at(self.people.get(int(person), ()))

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECKED)
            self.look_at(list(self.streams), for_news=False)

    async def _work(self) -> None:
        """Look at those who are due, some at a time, in the thread."""
        loop = asyncio.get_running_loop()
        while True:
            await self.is_due.wait()
            taken = {one: self.due.pop(one) for one in list(self.due)[:BATCH]}
            if not self.due:
                self.is_due.clear()
            asked = [(one.knock, one.told, news) for one, news in taken.items()]
            try:
                outcomes = await loop.run_in_executor(self.thread, _look, asked)
            except Exception as error:  # a look must never end all others
                LOG.warning("Looking for news: %s: %s", type(error).__name__, str(error).strip())
                for one, for_news in taken.items():
                    if one in self.streams:
                        self.look_at([one], for_news=for_news)
                await asyncio.sleep(AGAIN)
                continue
            for one, outcome in zip(taken, outcomes, strict=True):
                if one in self.streams:
                    self._take(one, outcome)

    def _take(self, stream: Stream, outcome: Outcome) -> None:
        status, user_id, found = outcome
        stream.status = status
        if status != 200:
            stream.end()
            return
        stream.user_id = user_id
        self.people.setdefault(user_id, set()).add(stream)
        if found:
            stream.say(*found)


Asked = tuple[Knock, int | None, bool]
Outcome = tuple[int, int, tuple[int, int, list[dict[str, Any]]] | None]
"""Status; the person; number, newest notice and what is new."""


def _look(asked: list[Asked]) -> list[Outcome]:
    """In the thread: who these are, and what is new for those who are asked about."""
    try:
        people = admitted(knock for knock, _told, _news in asked)
        wanted = [one if want and isinstance(one := people[knock], User) else None for knock, _told, want in asked]
        found = news.news_of(one for one in wanted if one) if any(wanted) else {}
        told = iter(news.in_words(
            (found[user.pk], found[user.pk].newest if last is None else last, knock.language)
            for user, (knock, last, _news) in zip(wanted, asked, strict=True) if user
        ))  # fmt: skip
        return [
            _outcome(people[knock], found.get(user.pk) if user else None, last, next(told) if user else [])
            for user, (knock, last, _news) in zip(wanted, asked, strict=True)
        ]
    finally:
        connection.close()


def _outcome(user: User | int, mine: news.News | None, last: int | None, new: list[dict[str, Any]]) -> Outcome:
    if not isinstance(user, User):
        return user, 0, None
    return 200, user.pk, (len(mine.unread), max(mine.newest, last or 0), new) if mine else None


def _stream_of(scope: Message) -> Stream:
    request = WSGIRequest(environ(scope, BytesIO()))
    last = request.headers.get("Last-Event-ID", "")
    return Stream(knock_of(request), int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else None)


async def _refuse(stream: Stream, send: Send) -> None:
    if stream.status == CLOSED:
        await say(send, 403, "The session is locked.\n")
    elif stream.status is not None:
        await say(send, stream.status, "Sign in.\n")
    else:
        await say(send, 503, "Come again in a moment.\n", [(b"retry-after", b"2")])


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _departure(receive: Receive, stream: Stream) -> None:
    """Ends the stream when its page has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


def _address() -> dict[str, Any]:
    given = connections["default"].get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given} | {
        "connect_timeout": 2
    }
