"""Board, list, forecast and funnel over ten thousand random deals with random discounts: one sum, to the cent."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db.models import Sum
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from keyuan.opportunities.amounts import subtotal, total, weighted
from keyuan.opportunities.boards.by_month import MonthBoard
from keyuan.opportunities.boards.by_stage import StageBoard
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.models import Opportunity, Stage
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.reports.sales import forecast, funnel, is_, overdue_before, total_of
from tests.make import make_customer, option

pytestmark = pytest.mark.django_db
DEALS = 10_000


def worth(rng: Random) -> Decimal:
    """The amount of a deal with up to four random lines."""
    lines = [
        subtotal(
            Decimal(rng.randrange(10**8)) / 100,
            Decimal(rng.randrange(1, 99_999)) / 1000,
            Decimal(rng.randrange(10_001)) / 100,
        )
        for _line in range(rng.randrange(1, 5))
    ]
    return total(lines, Decimal(rng.randrange(3001)) / 100, Decimal(rng.randrange(50_000)) / 100)


def make_deals(cast, seed, count=DEALS):
    """Deals in all stages and of three people; what they come to is kept beside them, worked out in Python."""
    rng, today = Random(seed), timezone.localdate()
    customer = {one: make_customer(owner=one) for one in (cast.anna, cast.ben, cast.olga)}
    stages = list(Stage.objects.order_by("position"))
    first = [one for one in stages if one.is_open]
    reason, rows = option("opportunity_lost_reason", "price"), []
    for number in range(count):
        owner, stage = rng.choice(list(customer)), rng.choice(stages)
        rows.append(
            Opportunity(
                name=f"商机 {number}",
                customer=customer[owner],
                pipeline=stage.pipeline,
                stage=stage,
                last_open_stage=stage if stage.is_open else rng.choice(first),
                outcome=stage.kind,
                amount=worth(rng),
                probability=rng.randrange(101) if stage.is_open else stage.probability,
                expected_on=today + timedelta(days=rng.randrange(-90, 240)),
                closed_on=None if stage.is_open else today - timedelta(days=rng.randrange(300)),
                reason=reason if stage.kind == "lost" else None,
                owner=owner,
                department=owner.department,
                created_by=owner,
                updated_by=owner,
            )
        )
    Opportunity.rows.bulk_create(rows, batch_size=2000)
    return rows


def board_of(kind, user, query=""):
    request = RequestFactory().get("/opportunities/board/")
    request.user = user
    return kind(request, QueryDict(f"view=all&{query}"))


def cents(values):
    return sum(values, Decimal(0))


def test_board_list_forecast_and_funnel_say_the_same_to_the_cent(cast):
    deals, user = make_deals(cast, 20_261_128), cast.boss
    open_ones = [one for one in deals if one.outcome == "open"]
    amount = cents(one.amount for one in open_ones)
    weighed = cents(weighted(one.amount, one.probability) for one in open_ones)

    listed = Listing(OPPORTUNITY, user, node=is_("outcome", "open")).rows
    assert listed.count() == len(open_ones)
    assert tuple(listed.aggregate(a=Sum("amount"), w=Sum("weighted_amount")).values()) == (amount, weighed)

    board = board_of(StageBoard, user)
    assert (board.total.number, board.total.amount, board.total.weighted) == (len(open_ones), amount, weighed)
    by_stage = defaultdict(Decimal)
    for one in open_ones:
        by_stage[one.stage_id] += one.amount
    assert {int(one.key): one.sums.amount for one in board.board_columns} == dict(by_stage)

    months = board_of(MonthBoard, user)
    assert (months.total.number, months.total.amount, months.total.weighted) == (len(open_ones), amount, weighed)

    book, today = NameBook(user), timezone.localdate()
    first, last = today.replace(day=1), today + timedelta(days=400)
    late = overdue_before(user, first, None, book)
    won = cents(one.amount for one in deals if one.outcome == "won" and first <= one.closed_on <= last)
    for group in ("month", "person", "department"):
        whole = total_of(forecast(user, group, first, last, None, book), "")
        assert whole.whole + late.whole == amount + won
        assert whole.weighted + late.weighted == weighed + won

    found = funnel(user, deals[0].pipeline_id, {"or": [is_("outcome", one) for one in ("open", "won", "lost")]})
    assert found.steps[0].amount == cents(one.amount for one in deals)
    assert sum(one.standing or 0 for one in found.steps) == len(open_ones)
    assert found.steps[-1].amount == cents(one.amount for one in deals if one.outcome == "won")
    for step, column in zip(found.steps, board.board_columns, strict=False):
        assert step.standing == column.sums.number


def test_each_person_s_sums_are_those_of_what_they_see(cast):
    deals = make_deals(cast, 7, 500)
    for user, seen in (
        (cast.anna, {cast.anna, cast.ben}),
        (cast.olga, {cast.olga}),
    ):  # colleagues see each other's customers
        mine = [one for one in deals if one.owner in seen and one.outcome == "open"]
        assert board_of(StageBoard, user).total.amount == cents(one.amount for one in mine)
        book, today = NameBook(user), timezone.localdate()
        whole = total_of(
            forecast(user, "person", today - timedelta(days=999), today + timedelta(days=999), None, book), ""
        )
        assert whole.whole - whole.won == cents(one.amount for one in mine)
