"""What is measured of leads and pools: lists, search, records, and claiming."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from urllib.parse import quote

from bench.persons import Person
from bench.work import Ask, Work, got, pages
from keyuan.leads.models import Lead


def opened(person: Person) -> Iterator[Ask]:
    rows = Lead.objects.visible_to(person.user).filter(pool=None).order_by("-pk")[:150]
    return got([f"/leads/{one.pk}/" for one in rows])


def claimed(person: Person) -> Iterator[Ask]:
    """Another lead of the pool each time, by those who may."""
    rows = Lead.objects.allowed(person.user, "claim").exclude(pool=None).order_by("pk").values_list("pk", flat=True)
    first = {"salesperson": 0, "manager": 1, "director": 2}[person.role]
    for pk in cycle(list(rows[first:1500:3])):
        yield lambda client, pk=pk: client.post("/leads/pool/claim/", {"one": pk})


WORDS = [f"/leads/?view=all&q={quote(word)}" for word in ("机械", "电子", "贸易", "物流", "环保")]
LEAD_WORKS = (
    Work("leads, first page", 25, 50, pages("/leads/?view=all")),
    Work("leads, mine", 25, 50, pages("/leads/")),
    Work("leads, search", None, 150, pages(*WORDS)),
    Work("lead pool, first page", 25, 50, pages("/leads/pool/")),
    Work("customer pool, first page", 25, 50, pages("/customers/pool/")),
    Work("leads, board", None, 120, pages("/leads/board/?view=all")),
    Work("sources report", None, 1000, pages("/reports/sources/")),
    Work("open a lead", None, 60, opened),
    Work("claim a lead (POST)", None, 60, claimed),
)
