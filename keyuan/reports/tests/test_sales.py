"""Funnel and forecast: equal to each other, to the lists behind them, and to a count by hand (P2, P3, M2)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.models import Opportunity, Pipeline, StageMove
from keyuan.org.models import Grant
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.reports.sales import forecast, funnel, last_of, total_of, within_days
from keyuan.reports.sales_page import SalesAsked, SalesPage, drawn, scale_of
from keyuan.ui.lists.asked import Asked
from tests.make import make_customer, make_opportunity, option, stage

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = {"or": [{"field": "outcome", "op": "=", "value": one} for one in ("open", "won", "lost")]}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def behind(user, url):
    """The numbers of the records that the list behind a figure has."""
    asked = Asked.of("/opportunities/", {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})
    return set(Listing(OPPORTUNITY, user, node=asked.node()).rows.values_list("pk", flat=True))


def reason():
    return option("opportunity_lost_reason", "price")


@pytest.fixture
def deals(cast):
    """Of the first ten: three are open at the beginning, two further on, two lost on the way, two won."""
    customer = make_customer(owner=cast.anna)
    keys = ["contact"] * 3 + ["needs", "proposal", "needs", "negotiation", "contract", "proposal"]
    made = [make_opportunity(owner=cast.anna, customer=customer, amount=100 + n, at=key) for n, key in enumerate(keys)]
    made[5].lose(by=cast.anna, reason=reason())
    made[6].lose(by=cast.anna, reason=reason())
    made[7].win(by=cast.anna)
    made[8].win(by=cast.anna)
    return made


def rows(user):
    found = funnel(user, Pipeline.objects.get().pk, ALL)
    return {one.stage.key: (one.reached, one.standing, one.lost) for one in found.steps}


def test_the_funnel_equals_a_count_by_hand(cast, deals):
    assert rows(cast.anna) == {
        "contact": (9, 3, 0),
        "needs": (6, 1, 1),
        "proposal": (4, 1, 0),
        "negotiation": (3, 0, 1),
        "contract": (2, 0, 0),
        "won": (2, None, None),
    }


def test_who_reaches_the_next_stage_is_neither_standing_nor_lost(cast, deals):
    steps = list(rows(cast.anna).values())
    for (reached, standing, lost), (following, *_rest) in pairwise(steps):
        assert following == reached - standing - lost


def test_every_figure_of_the_funnel_opens_exactly_its_records(cast, deals):
    found = funnel(cast.anna, Pipeline.objects.get().pk, ALL)
    for step in found.steps:
        assert len(behind(cast.anna, step.urls["reached"])) == step.reached
        if step.standing is not None:
            assert len(behind(cast.anna, step.urls["standing"])) == step.standing
            assert len(behind(cast.anna, step.urls["lost"])) == step.lost
        amounts = Opportunity.rows.filter(pk__in=behind(cast.anna, step.urls["reached"])).aggregate(all=Sum("amount"))
        assert step.amount == (amounts["all"] or 0)


def test_conversion_and_stay_come_from_the_history(cast):
    first, second = (make_opportunity(owner=cast.anna) for _ in range(2))
    for one, days in ((first, 4), (second, 8)):
        Opportunity.rows.filter(pk=one.pk).update(stage_since=timezone.now() - timedelta(days=days))
        one.move(stage("needs"), by=cast.anna)
    second.undo_move(by=cast.anna)
    step, following = funnel(cast.anna, Pipeline.objects.get().pk, ALL).steps[:2]
    assert round(step.seconds / 86_400) == 4  # the step that was taken back counts nowhere
    assert (following.reached, following.rate) == (1, Decimal("50.0"))


def test_nobody_counts_what_they_may_not_see(cast, deals):
    assert rows(cast.olga)["contact"][0] == 0
    make_opportunity(owner=cast.olga)
    assert rows(cast.anna)["contact"][0] == 9
    assert rows(cast.boss)["contact"][0] == 10


# The forecast


def outlook(user, group, first, last):
    return forecast(user, group, first, last, None, NameBook(user))


def test_the_rows_add_up_to_all_deals_to_the_cent(cast):
    first = timezone.localdate().replace(day=1)
    for number in range(12):
        day = first + timedelta(days=20 * (number % 4))
        made = make_opportunity(
            owner=[cast.anna, cast.ben, cast.olga][number % 3],
            customer=make_customer(owner=[cast.anna, cast.ben, cast.olga][number % 3]),
            amount=f"{number * 333}.{number:02}",
            probability=number * 9,
            expected_on=day,
        )
        if number % 4 == 1:
            made.win(by=made.owner, closed_on=timezone.localdate())
    last = last_of(first + timedelta(days=93))
    listed = Listing(OPPORTUNITY, cast.boss, node=within_days(first, last)).rows
    sums = listed.aggregate(amount=Sum("amount"), weighted=Sum("weighted_amount"))
    for group in ("month", "person", "department"):
        found = outlook(cast.boss, group, first, last)
        all_rows = total_of(found, "")
        assert (all_rows.whole, all_rows.weighted) == (sums["amount"], sums["weighted"])
        assert all_rows.count == listed.count()
        for one in found:
            assert len(behind(cast.boss, one.url)) == one.count


def test_a_deal_won_on_the_31st_at_half_past_eleven_counts_in_that_month(cast, monkeypatch):
    opportunity = make_opportunity(owner=cast.anna, expected_on=date(2026, 4, 15))
    late = datetime(2026, 3, 31, 23, 30, tzinfo=SHANGHAI)
    monkeypatch.setattr(timezone, "now", lambda: late)
    opportunity.win(by=cast.anna)
    found = outlook(cast.anna, "month", date(2026, 3, 1), date(2026, 4, 30))
    assert [(one.label, one.won) for one in found] == [("2026-03", Decimal(1000))]


def test_likely_and_possible_deals_stand_apart(cast):
    today = timezone.localdate()
    for probability in (70, 69, 30, 29):
        make_opportunity(owner=cast.anna, amount=probability, probability=probability, expected_on=today)
    (found,) = outlook(cast.anna, "month", today.replace(day=1), last_of(today.replace(day=1)))
    assert (found.likely, found.possible, found.unlikely) == (70, 99, 29)
    assert found.committed == 70


# The page


def test_the_page_shows_both_figures_with_their_lists(cast, deals):
    page = client_of(cast.anna).get("/reports/").content.decode()
    assert "销售漏斗" in page
    assert "业绩预测" in page
    assert page.count("view=all") > 10


def test_who_may_not_see_amounts_sees_no_sum(cast, deals):
    for grant in Grant.objects.filter(module="opportunity"):
        grant.fields = {"amount": "hidden"}
        grant.save()
    page = client_of(cast.anna).get("/reports/").content.decode()
    assert "¥" not in page
    assert "业绩预测" not in page


@pytest.mark.parametrize("name", ["expected_on", "probability"])
def test_who_may_not_see_days_or_probabilities_sees_no_forecast(cast, deals, name):
    Grant.objects.filter(module="opportunity").update(fields={name: "hidden"})
    answer = client_of(cast.anna).get("/reports/")
    assert answer.status_code == 200
    assert "业绩预测" not in answer.content.decode()


def test_the_page_may_be_asked_for_anything(cast, deals):
    client = client_of(cast.boss)
    for query in ("who=me", "who=department", f"who={cast.anna.pk}", "who=99999", "who=x", "period=year", "period=x",
                  "group=person", "group=department", "group=x", "pipeline=99", "pipeline=x"):  # fmt: skip
        assert client.get(f"/reports/?{query}").status_code == 200


def test_the_home_page_has_the_funnel_of_mine(cast, deals):
    card = client_of(cast.anna).get("/dashboard/home_funnel/?who=me&period=quarter").content.decode()
    assert "初步接洽" in card
    assert ">9<" in card


def test_a_change_of_the_amount_changes_the_figures(cast):
    opportunity = make_opportunity(owner=cast.anna, amount=100)
    opportunity.edit(by=cast.anna, amount=Decimal(250))
    book = NameBook(cast.anna)
    request = type("Request", (), {"user": cast.anna, "GET": {}})()
    shown = SalesPage(SalesAsked.of(request, book), book)
    assert shown.total().whole == 250
    assert shown.funnel.steps[0].amount == 250


@pytest.mark.parametrize(("most", "top"), [(0, 0), (1, 1), (3, 4), (41, 50), (99, 100), (860_000, 1_000_000)])
def test_the_scale_ends_on_a_round_number(most, top):
    assert scale_of(Decimal(most)) == top


def test_bars_stand_on_each_other(cast):
    found = outlook(cast.anna, "month", date(2026, 1, 1), date(2026, 1, 31))
    assert drawn(found)["bars"] == []
    assert StageMove.objects.count() == 0
