"""The board and the forecast: the rows of the list as columns, with exact sums."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta
from django.db.models import Sum
from django.utils import timezone

from keyuan.opportunities.boards.by_month import day_in
from keyuan.opportunities.models import Opportunity, Pipeline, Stage
from keyuan.opportunities.tests.test_steps import browser_of, post
from keyuan.org.models import Grant
from tests.make import make_customer, make_opportunity, make_role, make_user, option, stage

pytestmark = pytest.mark.django_db


def seen(user, address="/opportunities/board/?view=all"):
    answer = browser_of(user).get(address)
    assert answer.status_code == 200
    return answer.context["board"], answer.content.decode()


def names(page):
    return re.findall(r'class="nm trunc"[^>]*title="([^"]*)"', page)


def test_each_open_stage_is_a_column_and_nothing_closed_stands_on_it(cast):
    make_opportunity("一", owner=cast.anna)
    make_opportunity("二", owner=cast.anna, at="negotiation")
    make_opportunity("赢了", owner=cast.anna).win(by=cast.anna)
    board, page = seen(cast.anna)
    assert [one.label for one in board.board_columns] == [
        "First contact", "Needs confirmed", "Proposal", "Negotiation", "Contract signing",
    ]  # fmt: skip
    assert [one.sums.number for one in board.board_columns] == [1, 0, 0, 1, 0]
    assert names(page) == ["一", "二"]


def test_the_sums_are_those_of_the_list_to_the_cent(cast):
    for number in range(7):
        make_opportunity(owner=cast.anna, amount=f"{number}33.33", at=("contact", "needs", "proposal")[number % 3])
    make_opportunity(owner=cast.olga, amount=5)
    board, _page = seen(cast.anna)
    rows = Opportunity.objects.visible_to(cast.anna).filter(outcome="open")
    sums = rows.aggregate(worth=Sum("amount"), weighed=Sum("weighted_amount"))
    assert (board.total.amount, board.total.weighted) == (sums["worth"], sums["weighed"])
    assert sum((one.sums.amount for one in board.board_columns), Decimal(0)) == sums["worth"]
    assert board.total.number == 7


def test_everybody_sees_what_the_list_shows_them(cast):
    make_opportunity("安娜的", owner=cast.anna)
    make_opportunity("奥尔加的", owner=cast.olga)
    assert names(seen(cast.olga)[1]) == ["奥尔加的"]
    assert sorted(names(seen(cast.boss)[1])) == ["奥尔加的", "安娜的"]
    _board, page = seen(cast.ben)  # a colleague sees the customer, and so its deals, and moves none of them
    assert names(page) == ["安娜的"]
    assert 'class="dk fixed"' in page
    assert 'name="stage"' not in page


def test_who_may_not_see_amounts_sees_none_and_no_sum(cast):
    role = make_role("blind", opportunity=dict.fromkeys(("view", "edit"), "all"), customer={"view": "all"})
    Grant.objects.filter(role=role, module="opportunity").update(fields={"amount": "hidden"})
    blind = make_user("blind", role)
    make_opportunity("看得见", owner=cast.anna, amount="98765")
    for address in ("/opportunities/board/?view=all", "/opportunities/forecast/?view=all"):
        board, page = seen(blind, address)
        assert names(page) == ["看得见"]
        assert "98,765" not in page
        assert "98.8K" not in page
        assert "9876500" not in page
        assert "data-cents" not in page
        assert "amount" not in board.head_of(board.total)


def test_views_search_and_conditions_are_those_of_the_list(cast):
    make_opportunity("注塑车间扩容", owner=cast.anna, customer=make_customer("佛山美家电器", owner=cast.anna))
    make_opportunity("别的", owner=cast.anna, amount=5)
    assert names(seen(cast.anna, "/opportunities/board/?view=all&q=注塑")[1]) == ["注塑车间扩容"]
    assert names(seen(cast.anna, "/opportunities/board/?view=all&q=美家")[1]) == ["注塑车间扩容"]
    wanted = json.dumps({"field": "amount", "op": "<", "value": 10})
    board, page = seen(cast.anna, f"/opportunities/board/?view=all&filter={wanted}")
    assert names(page) == ["别的"]
    assert board.total.amount == 5
    assert "view=all&amp;filter=" in page  # the list and the forecast keep the question
    assert names(seen(cast.anna, "/opportunities/board/?view=this_month")[1]) == names(
        browser_of(cast.anna).get("/opportunities/?view=this_month").content.decode()
    )


def test_the_first_twenty_cards_of_a_column_come_and_the_others_follow(cast):
    customer = make_customer(owner=cast.anna)
    today = timezone.localdate()
    for number in range(45):
        day = today + timedelta(days=number % 9)
        make_opportunity(f"n{number:02}", owner=cast.anna, customer=customer, expected_on=day)
    client = browser_of(cast.anna)
    page = client.get("/opportunities/board/?view=all").content.decode()
    shown, rounds = names(page), 0
    while found := re.search(r'data-more="([^"]+)"', page):
        page = client.get(found[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
        shown, rounds = shown + names(page), rounds + 1
    rows = Opportunity.objects.visible_to(cast.anna).order_by("expected_on", "pk")
    assert shown == [one.name for one in rows]
    assert rounds == 2
    assert client.get("/opportunities/board/cards/?column=x&after=1").status_code == 400
    assert client.get(f"/opportunities/board/cards/?column={stage('contact').pk}&after=1").status_code == 400


def test_several_pipelines_are_chosen_one_at_a_time(cast):
    other = Pipeline.objects.create(name="渠道", position=1)
    first = Stage.objects.create(pipeline=other, name="报备", probability=20)
    Stage.objects.create(pipeline=other, kind="won", name="赢", position=8, probability=100)
    Stage.objects.create(pipeline=other, kind="lost", name="输", position=9)
    make_opportunity("直销的", owner=cast.anna)
    Opportunity.add(
        by=cast.anna,
        name="渠道的",
        customer=make_customer(owner=cast.anna),
        stage=first,
        amount=Decimal(1),
        owner=cast.anna,
    )
    board, page = seen(cast.anna)
    assert names(page) == ["直销的"]
    assert "渠道" in page
    board, page = seen(cast.anna, f"/opportunities/board/?view=all&pipeline={other.pk}")
    assert [one.label for one in board.board_columns] == ["报备"]
    assert names(page) == ["渠道的"]


def test_the_zones_say_what_was_won_and_lost_this_quarter(cast):
    make_opportunity(owner=cast.anna, amount=300).win(by=cast.anna)
    make_opportunity(owner=cast.anna, amount=200).win(by=cast.anna)
    make_opportunity(owner=cast.anna, amount=50).lose(by=cast.anna, reason=option("opportunity_lost_reason", "price"))
    make_opportunity(owner=cast.olga, amount=9).win(by=cast.olga)
    board, _page = seen(cast.anna, "/opportunities/board/?view=mine")
    told = [(one["kind"], one["number"], one["amount"]) for one in board.zones()]
    assert told == [("won", 2, 500), ("lost", 1, 50)]


def test_a_filter_beside_the_search_box_offers_owners_and_sets_the_condition(cast):
    make_opportunity("安娜的", owner=cast.anna)
    make_opportunity("奥尔加的", owner=cast.olga)
    at = "/opportunities/board/?view=all"
    answer = browser_of(cast.boss).get("/opportunities/board/choices/", {"field": "owner", "at": at})
    page = answer.content.decode()
    assert re.findall(r">(\w+)</a>", page) == ["Anna", "Olga"]
    url = re.search(r'href="([^"]+)">Olga', page)[1].replace("&amp;", "&")
    assert names(seen(cast.boss, url)[1]) == ["奥尔加的"]
    for field in ("department", "tags", "expected_on"):
        given = {"field": field, "at": at}
        assert browser_of(cast.boss).get("/opportunities/board/choices/", given).status_code == 200
    assert browser_of(cast.boss).get("/opportunities/board/choices/", {"field": "notes", "at": at}).status_code == 400


def test_the_module_opens_with_what_was_used_last(cast):
    client = browser_of(cast.anna)
    assert client.get("/opportunities/").status_code == 200
    client.post("/account/preferences/", {"opportunities_as": "board"})
    assert client.get("/opportunities/")["Location"] == "/opportunities/board/"
    assert client.get("/opportunities/?view=mine").status_code == 200
    assert "/opportunities/board/?view=mine" in client.get("/opportunities/?view=mine").content.decode()
    client.post("/account/preferences/", {"opportunities_as": "list"})
    assert client.get("/opportunities/").status_code == 200


def test_a_deal_that_stands_still_is_marked_and_counted(cast):
    opportunity = make_opportunity("停了的", owner=cast.anna)
    Opportunity.rows.filter(pk=opportunity.pk).update(stage_since=timezone.now() - timedelta(days=15))
    board, page = seen(cast.anna)
    assert board.total.still == 1
    assert "Still for 15 days" in page
    assert "No next step" in page
    Opportunity.rows.filter(pk=opportunity.pk).update(next_contact_at=timezone.now() + timedelta(days=1))
    board, page = seen(cast.anna)
    assert board.total.still == 0
    assert "Still for" not in page


# Forecast


def test_the_forecast_has_a_column_for_each_month_and_its_sums(cast):
    first = timezone.localdate().replace(day=1)
    make_opportunity("晚了", owner=cast.anna, amount=1, expected_on=first - timedelta(days=1))
    make_opportunity("本月", owner=cast.anna, amount=20, at="negotiation", expected_on=first)
    make_opportunity("下月", owner=cast.anna, amount=300, expected_on=first + relativedelta(months=1))
    make_opportunity("以后", owner=cast.anna, amount=4000, expected_on=first + relativedelta(months=6))
    board, page = seen(cast.anna, "/opportunities/forecast/?view=all")
    sums = [one.sums for one in board.board_columns]
    assert [int(one.amount) for one in sums] == [1, 20, 300, 0, 0, 0, 0, 4000]
    assert [int(one.committed) for one in sums] == [0, 20, 0, 0, 0, 0, 0, 0]
    assert sums[1].weighted == 14
    assert names(page) == ["晚了", "本月", "下月", "以后"]


def test_another_month_keeps_the_day_counts_as_put_off_and_can_be_taken_back(cast):
    first = timezone.localdate().replace(day=1)
    opportunity = make_opportunity(owner=cast.anna, amount=100, expected_on=first + timedelta(days=14))
    month = first + relativedelta(months=2)
    given = {"board": "/opportunities/forecast/?view=all", "month": f"{month:%Y-%m}"}
    told = post(cast.anna, opportunity, "expect", **given).json()
    opportunity.refresh_from_db()
    assert (opportunity.expected_on, opportunity.slips) == (month + timedelta(days=14), 1)
    assert told["place"] == f"{month:%Y-%m}"
    assert "Put off 1 time" in told["card"]
    assert told["heads"][f"{month:%Y-%m}"]["amount"] == 10000
    assert browser_of(cast.anna).post(told["toast"]["undo"]).status_code == 302
    opportunity.refresh_from_db()
    assert (opportunity.expected_on, opportunity.slips) == (first + timedelta(days=14), 0)


def test_a_stale_version_and_a_month_that_is_none_are_refused(cast):
    opportunity = make_opportunity(owner=cast.anna)
    month = f"{timezone.localdate():%Y-%m}"
    assert post(cast.anna, opportunity, "expect", month="2026-99").status_code == 404
    assert post(cast.anna, opportunity, "expect", month=month, version=0).status_code == 409
    assert post(cast.ben, opportunity, "expect", month=month).status_code == 404


@pytest.mark.parametrize(
    ("month", "day", "then"),
    [
        ("2026-02", date(2026, 1, 31), date(2026, 2, 28)),
        ("2026-05", date(2026, 1, 15), date(2026, 5, 15)),
        ("later", date(2026, 1, 30), date(2026, 9, 30)),
    ],
)
def test_the_same_day_of_a_month_or_its_last(month, day, then):
    assert day_in(month, day, date(2026, 3, 18)) == then
