"""What is measured of opportunities: list, board, forecast, funnel, and moving cards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from urllib.parse import quote

from django.utils import timezone

from bench.activity_work import scripted
from bench.persons import Person
from bench.work import HTMX, Ask, Work, got, pages
from keyuan.opportunities.models import Opportunity, Stage

OPEN = {"field": "outcome", "op": "=", "value": "open"}


def stages() -> list[Stage]:
    rows = Stage.objects.filter(pipeline__position=0, kind="open", is_retired=False)
    return list(rows.order_by("position"))


def deals(person: Person, operation: str = "view") -> list[Opportunity]:
    """Some of the open ones."""
    return list(Opportunity.objects.allowed(person.user, operation).filter(outcome="open").order_by("-pk")[:150])


def opened(person: Person) -> Iterator[Ask]:
    return got([f"/opportunities/{one.pk}/" for one in deals(person)])


def further(person: Person) -> Iterator[Ask]:
    """A column of the board beyond its first cards: what lies after a day far back, and after today."""
    today = timezone.localdate()
    addresses = [
        f"/opportunities/board/cards/?view=all&column={one.pk}&after={day}.0"
        for one in stages()[:4]
        for day in (today - timedelta(days=10), today, today + timedelta(days=40))
    ]
    return got(addresses, **HTMX)


def board(person: Person) -> Iterator[Ask]:
    return got(["/opportunities/board/?view=all"])


def moved(person: Person) -> Iterator[Ask]:
    """A card forth and back, another one each time, by those who may."""
    first, second = stages()[:2]
    cards = list(Opportunity.objects.allowed(person.user, "edit").filter(outcome="open", stage=first)[:50])
    for card in cycle(cards):
        for to in (second, first):
            card.refresh_from_db(fields=["version"])
            form = {"stage": to.pk, "version": card.version}
            yield lambda client, pk=card.pk, form=form: client.post(f"/opportunities/{pk}/move/", form)


def filtered() -> str:
    node = {"and": [OPEN, {"field": "amount", "op": ">=", "value": "500000"}]}
    return f"/opportunities/?view=all&filter={quote(json.dumps(node))}"


WORDS = [f"/opportunities/?view=all&q={quote(word)}" for word in ("数控", "追溯", "二期", "试点")]
OPPORTUNITY_WORKS = (
    Work("opportunities, first page", 25, 50, pages("/opportunities/?view=all")),
    Work("opportunities, mine", 25, 50, pages("/opportunities/")),
    Work("opportunities, by amount", 25, 50, pages("/opportunities/?view=all&sort=-amount")),
    Work("opportunities, open and large", None, 70, pages(filtered())),
    Work("opportunities, stagnant", None, 70, pages("/opportunities/?view=stagnant")),
    Work("opportunities, search", None, 150, pages(*WORDS)),
    Work("board, first page", None, 120, board),
    Work("board, a column further (fragment)", None, 60, further),
    Work("board, forecast by month", None, 120, pages("/opportunities/forecast/?view=all")),
    Work("funnel", None, 100, lambda person: scripted("/reports/")),
    Work("funnel, with stays (fragment)", None, 1000, pages("/reports/funnel/")),
    Work("open an opportunity", None, 60, opened),
    Work("move a card (POST)", None, 50, moved),
    Work("products, first page", None, 50, pages("/products/")),
)
