"""What is measured of follow-ups, plans and the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import count, cycle
from urllib.parse import quote

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from bench.persons import Person
from bench.work import HTMX, Ask, Work, got, pages
from keyuan.engine.postgres import NAME, SUPERUSER, Cluster
from keyuan.ui.frame import SCRIPTED


@cache
def busiest() -> int:
    """The customer with very many follow-ups, whom all three see."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT customer_id FROM follow_up GROUP BY customer_id ORDER BY count(*) DESC LIMIT 1")
        return int(cursor.fetchone()[0])


def long_line(person: Person) -> Iterator[Ask]:
    pk = busiest()
    return got([f"/activities/of/customer/{pk}/timeline/", f"/activities/of/customer/{pk}/"], **HTMX)


def searched_line(person: Person) -> Iterator[Ask]:
    pk = busiest()
    words = ("v12345", "西门子", "付款", "立项")
    return got([f"/activities/of/customer/{pk}/timeline/?q={quote(word)}" for word in words], **HTMX)


def full_week(person: Person) -> Iterator[Ask]:
    return got(["/activities/calendar/?view=week&who=me"])


_FORGOTTEN = (
    "CREATE TEMP TABLE gone AS SELECT record_type, record_id FROM event"
    " WHERE name = 'created' AND record_type IN ('follow_up', 'plan') AND source <> 'import'",
    "DELETE FROM plan p USING gone g WHERE g.record_type = 'plan' AND g.record_id = p.id",
    "DELETE FROM plan_search s USING gone g WHERE g.record_type = 'plan' AND g.record_id = s.record_id",
    "DELETE FROM follow_up f USING gone g WHERE g.record_type = 'follow_up' AND g.record_id = f.id",
    "DELETE FROM follow_up_search s USING gone g WHERE g.record_type = 'follow_up' AND g.record_id = s.record_id",
    "VACUUM (ANALYZE) plan, follow_up",
)


def forget_logged() -> None:
    """Take out what earlier runs have logged and planned: the full week would get fuller with each."""
    with psycopg.connect(Cluster().url(NAME, SUPERUSER), autocommit=True) as connected:
        connected.execute("SET session_replication_role = replica")
        for statement in _FORGOTTEN:
            connected.execute(statement)


def logged(person: Person) -> Iterator[Ask]:
    """A follow-up with its next step, on another customer each time."""
    at = timezone.localtime() + timedelta(days=3)
    for number, customer in zip(count(), cycle(person.customers)):
        form = {"content": f"谈了第 {number} 版方案", "kind": "phone", "next_at": f"{at:%Y-%m-%dT%H:%M}"}
        yield lambda client, pk=customer.pk, form=form: client.post(f"/activities/of/customer/{pk}/", form)


def front(person: Person) -> Iterator[Ask]:
    """The page that the day begins with, as a browser with scripts asks for it: its figures follow on their own."""
    return scripted("/")


def scripted(address: str) -> Iterator[Ask]:
    """A page as a browser with scripts asks for it: parts that take longer follow on their own."""
    while True:
        yield lambda client: client.get(address, Cookie=f"{client.headers()['Cookie']}; {SCRIPTED}=yes")


def figures(person: Person) -> Iterator[Ask]:
    return got(["/dashboard/figures/", "/dashboard/figures/?period=quarter"], **HTMX)


COMMON = [f"/activities/?view=all&q={quote(word)}" for word in ("报价", "付款", "立项")]
NUMBERS = [f"/activities/?view=all&q=V{number}" for number in range(70001, 70040)]
ACTIVITY_WORKS = (
    Work("follow-ups, mine", None, 50, pages("/activities/")),
    Work("follow-ups, all", None, 60, pages("/activities/?view=all")),
    Work("follow-ups, search, 1 of 1,000,000", None, 60, pages(*NUMBERS)),
    Work("follow-ups, all, search, 1 of 12", None, 300, pages(*COMMON)),
    Work("plans, mine", None, 50, pages("/activities/plans/")),
    Work("time line of 100,000", None, 100, long_line),
    Work("search in a time line of 100,000", None, 150, searched_line),
    Work("calendar, a week of 500", None, 100, full_week),
    Work("home page", None, 100, front),
    Work("home page, its figures (fragment)", None, 1000, figures),
    Work("log a follow-up with its next step", None, 60, logged),
)
