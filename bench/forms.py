# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""A public form under siege: 1,000 posts a minute from one address, while others send theirs and must get through."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bench import home
from bench.client import Client
from bench.data import build
from bench.product import HOST, Product, running

FLOOD, SECONDS = 1000, 60
OTHERS, EACH = 20, 5
"""So many other addresses, and how many forms each sends in that time."""
WITHIN = 3  # seconds after which a lead must stand in the list of who receives it


@dataclass
class Felt:
    """What came back, by status, and how long the others waited for the answer and for the lead in the list."""

    flood: Counter[int] = field(default_factory=Counter)
    others: Counter[int] = field(default_factory=Counter)
    answered: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)


def measure(size: str) -> int:
    """Print what both felt. Returns the exit code: 1 where somebody honest did not get through."""
    build(size)
    home.warm(home.enter(size))
    with running() as product:
        from keyuan.__main__ import set_up_django
        from keyuan.engine import database

        with database.attached():
            set_up_django()
            return _measure(product)


def _measure(product: Product) -> int:
    from bench.persons import persons
    from keyuan.leads.web_form.guarding import stamp

    receiver = persons()[0]
    form = _form(receiver.user)
    signed, felt = stamp(form.token), Felt()
    time.sleep(2.5)  # nobody types faster
    threads = [threading.Thread(target=_flood, args=(product, form.path, signed, felt))]
    threads += [
        threading.Thread(target=_honest, args=(product, form.path, signed, receiver.session, number, felt))
        for number in range(OTHERS)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    form.is_active = False
    form.save(update_fields=["is_active"])
    print(f"one address, {FLOOD} posts in {SECONDS} s: {dict(felt.flood)}")
    print(f"{OTHERS} others: {dict(felt.others)}, answered in {_said(felt.answered)}, listed after {_said(felt.seen)}")
    through = felt.others == Counter({303: OTHERS * EACH}) and max(felt.seen) <= WITHIN
    return 0 if through and felt.flood[429] else 1


def _form(receiver: Any) -> Any:
    from keyuan.leads.web_form.models import WebForm
    from keyuan.org.models import User
    from keyuan.records.options import Option

    source = Option.objects.filter(list="source").exclude(pk__in=WebForm.objects.values("source")).first()
    known = WebForm.objects.filter(title="Bench").first()
    form = known or WebForm(source=source)
    form.is_active = True
    robot = User.objects.robot()
    return form.keep(by=robot, title="Bench", asked=["company", "name", "mobile"], needed=["name"], receiver=receiver)


def _post(product: Product, source: str, path: str, signed: str, company: str) -> int:
    connection = http.client.HTTPConnection(HOST, product.port, timeout=30, source_address=(source, 0))
    body = urlencode({"t": signed, "company": company, "name": "王工"})
    connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _flood(product: Product, path: str, signed: str, felt: Felt) -> None:
    began = time.perf_counter()
    for number in range(FLOOD):
        felt.flood[_post(product, "127.0.0.2", path, signed, f"刷单{began:.6f}-{number}")] += 1
        time.sleep(max(0.0, began + (number + 1) * SECONDS / FLOOD - time.perf_counter()))


def _honest(product: Product, path: str, signed: str, session: str, number: int, felt: Felt) -> None:
    client, source = Client(product.port, session), f"127.0.1.{number + 1}"
    for turn in range(EACH):
        time.sleep(SECONDS / EACH * (number + 1) / (OTHERS + 1) if turn == 0 else SECONDS / EACH * 0.9)
        company, began = f"表单{time.time_ns()}", time.perf_counter()
        felt.others[_post(product, source, path, signed, company)] += 1
        felt.answered.append(time.perf_counter() - began)
        while not _lists(client, company) and time.perf_counter() - began < WITHIN * 2:
            time.sleep(0.05)
        felt.seen.append(time.perf_counter() - began)


def _lists(client: Client, company: str) -> bool:
    return company.encode() in client.get("/leads/", **{"Accept-Encoding": "identity"}).body


def _said(found: list[float]) -> str:
    return f"{median(found) * 1000:.0f} / {max(found) * 1000:.0f} ms (median / longest)"
