# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""Open pages that hear of a notice: `KEYUAN_HOME=… python -m bench.streams PORT [--streams 1000] [--people 1000]`.

The product runs on that folder and port. Makes people with sessions, opens streams, tells one notice to each person at
once, and prints how many arrived within two seconds, after how long, and what the web processes hold in memory. While
the notices are on their way it asks for pages as well. What it made it takes out again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from statistics import median, quantiles

import psutil

from keyuan.engine import database

PREFIX = "bench-stream-"
WITHIN, PATIENCE = 2.0, 60


def make(people: int) -> list[tuple[int, str]]:
    """Ids and session keys of so many salespeople."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from keyuan.exchange.models import Import
    from keyuan.org.models import Department, Role, User
    from keyuan.org.sessions import SessionStore

    role, root = Role.objects.get(key="sales"), Department.objects.order_by("path").first()
    made = []
    for number in range(people):
        user = User(username=f"{PREFIX}{number}", name=f"人 {number}", department=root, must_change_password=False)
        user.set_unusable_password()
        user.save()
        user.roles.set([role])
        Import.objects.create(by=user, file_name="华东经销商 3 月更新.xlsx", state="done")
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "keyuan.org.authentication.SignIn"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        made.append((user.pk, str(session.session_key)))
    return made


def tell_all() -> None:
    from django.db import transaction

    from keyuan.exchange.models import Import
    from keyuan.notices.telling import tell
    from keyuan.org.models import User

    robot, details = User.objects.robot(), {"name": "华东经销商 3 月更新", "created": 214, "updated": 86}
    with transaction.atomic():
        for of, by in Import.objects.filter(by__username__startswith=PREFIX).values_list("pk", "by"):
            tell("import.done", to=[by], record_id=of, by=robot, key="bench", details=details | {"told": time.time()})


def clear() -> None:
    from keyuan.exchange.models import Import
    from keyuan.org.models import User

    Import.objects.filter(by__username__startswith=PREFIX).delete()
    User.objects.filter(username__startswith=PREFIX).delete()


class Page:
    """One open page."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.first, self.told = asyncio.Event(), asyncio.Event()
        self.at = 0.0

    async def open(self, port: int) -> None:
        reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        request = f"GET /notices/stream/ HTTP/1.1\r\nHost: x\r\nCookie: keyuan_session={self.session}\r\n\r\n"
        self.writer.write(request.encode())
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(status.decode())
        self.reading = asyncio.create_task(self._read(reader))
        await self.first.wait()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"data:"):
                self.first.set()
                if json.loads(line[5:])["new"]:
                    self.at = time.monotonic()
                    self.told.set()

    def close(self) -> None:
        self.reading.cancel()
        self.writer.close()


def web_processes(port: int) -> list[psutil.Process]:
    """The workers that serve the port: children of the process with this command line."""
    servers = [
        one
        for one in psutil.process_iter(["cmdline"])
        if "keyuan.asgi:application" in (line := one.info["cmdline"] or []) and str(port) in line
    ]
    parents = {one.pid for one in servers}
    return [one for one in servers if one.ppid() in parents]


def memory(port: int) -> list[float]:
    return [one.memory_full_info().uss / 2**20 for one in web_processes(port)]


async def visit(port: int, session: str, ending: asyncio.Event) -> list[float]:
    """A page again and again, until the end: milliseconds of each."""
    took = []
    while not ending.is_set():
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET /customers/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: keyuan_session={session}\r\n\r\n"
        writer.write(head.encode())
        await reader.read()
        while await reader.read(65536):
            pass
        writer.close()
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.05)
    return took


async def measure(port: int, count: int, made: list[tuple[int, str]]) -> int:
    before = memory(port)
    pages = [Page(made[number % len(made)][1]) for number in range(count)]
    opened = time.monotonic()
    for start in range(0, count, 100):
        await asyncio.gather(*(one.open(port) for one in pages[start : start + 100]))
    opened = time.monotonic() - opened
    held = memory(port)
    ending = asyncio.Event()
    quiet = asyncio.create_task(visit(port, made[0][1], ending))
    await asyncio.sleep(3)
    ending.set()
    alone = await quiet
    ending.clear()
    visiting = asyncio.create_task(visit(port, made[0][1], ending))
    await asyncio.to_thread(tell_all)
    told = time.monotonic()
    waiting = [asyncio.create_task(one.told.wait()) for one in pages]
    await asyncio.wait(waiting, timeout=PATIENCE)
    ending.set()
    during = await visiting
    delays = sorted(max(0.0, one.at - told) for one in pages if one.at)
    after = memory(port)
    for one in pages:
        one.close()
    in_time = sum(delay <= WITHIN for delay in delays)
    print(f"{count} streams of {len(made)} people, {len(before)} web processes, opened in {opened:.1f} s")
    print(f"told within {WITHIN:.0f} s of the commit: {in_time} of {count}; heard at all: {len(delays)}")
    if len(delays) > 1:
        p95 = quantiles(delays, n=20)[-1]
        print(f"delay: median {median(delays):.2f} s, p95 {p95:.2f} s, longest {delays[-1]:.2f} s")
    print(
        "memory of the web processes, MB: before, with streams, after:", *(said(one) for one in (before, held, after))
    )
    print(f"per stream: {(sum(held) - sum(before)) * 1024 / count:.0f} KB")
    print(f"list of customers meanwhile, ms: median {median(alone):.0f} before, {median(during):.0f} while told "
          f"(longest {max(during):.0f})")  # fmt: skip
    return 0 if in_time == count else 1


def said(sizes: list[float]) -> str:
    return "+".join(f"{size:.0f}" for size in sizes)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.streams", description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--people", type=int, default=0, help="as many as streams")
    options = parser.parse_args(arguments)
    with database.attached():
        from keyuan.__main__ import set_up_django

        set_up_django()
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        clear()
        try:
            made: list[tuple[int, str]] = make(options.people or options.streams)
            return asyncio.run(measure(options.port, options.streams, made))
        finally:
            clear()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
