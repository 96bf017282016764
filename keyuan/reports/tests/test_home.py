"""The home page: figures that equal their lists, who waits, what happened, and never more than one may see (P1, U5)."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keyuan.customers.models import Customer
from keyuan.reports.asked import PERIODS
from keyuan.reports.figures import line
from keyuan.reports.views import greeting
from keyuan.ui.frame import SCRIPTED
from tests.make import make_contact, make_customer, make_follow_up, make_plan, make_pool, make_role, make_user, option

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def home(user, query=""):
    return client_of(user).get(f"/{query}")


def values(response):
    return [one["value"] for one in response.context["figures"]]


def behind(user, figure):
    """How many rows the list behind a figure has."""
    page = client_of(user).get(figure["url"])
    assert not page.context["refusal"]
    return len(page.context["rows"])


@pytest.fixture
def busy(cast):
    """Anna, Ben and Olga have a customer, a visit, a call, a call that does not count and a done plan each."""
    for owner in (cast.anna, cast.ben, cast.olga):
        customer = make_customer(f"{owner.name} Ltd", owner=owner)
        make_follow_up(customer, kind=option("follow_up_kind", "visit"))
        make_follow_up(customer)
        make_follow_up(customer, "。")
        make_plan(owner=owner, starts_at=timezone.now(), customer=customer).complete(by=owner)
    return cast


# Figures


def test_my_figures_count_what_is_mine(busy):
    assert values(home(busy.anna)) == ["1", "2", "1", "1"]


def test_a_colleague_s_customer_that_i_may_not_see_counts_nowhere(busy):
    response = home(busy.anna, "?who=department")

    assert values(response) == ["2", "4", "2", "2"]
    assert "Ben Ltd" in response.content.decode()
    assert "Olga Ltd" not in response.content.decode()


@pytest.mark.parametrize("query", ["?who=me", "?who=department"])
@pytest.mark.parametrize("period", PERIODS)
def test_a_figure_equals_the_list_behind_it(busy, query, period):
    for person in (busy.anna, busy.boss):
        for figure in home(person, f"{query}&period={period}").context["figures"]:
            assert str(behind(person, figure)) == figure["value"], figure


@pytest.mark.parametrize(
    ("now", "month", "before"),
    [
        (datetime(2026, 3, 31, 23, 30, tzinfo=SHANGHAI), 2, 2),  # in UTC it is 15:30 of the 31st
        (datetime(2026, 4, 1, 0, 30, tzinfo=SHANGHAI), 0, 0),  # in UTC it is still March; of March only the 1st counts
    ],
)
def test_the_days_are_those_of_the_organisation(cast, monkeypatch, now, month, before):
    for moment in (
        datetime(2026, 3, 31, 23, 20, tzinfo=SHANGHAI),
        datetime(2026, 3, 2, 0, 5, tzinfo=SHANGHAI),
        datetime(2026, 2, 28, 23, 59, tzinfo=SHANGHAI),
        datetime(2026, 2, 1, 0, 0, tzinfo=SHANGHAI),
        datetime(2026, 1, 31, 23, 59, tzinfo=SHANGHAI),
    ):
        customer = make_customer(owner=cast.anna)
        Customer.rows.filter(pk=customer.pk).update(created_at=moment)
    monkeypatch.setattr(timezone, "now", lambda: now)

    figure = home(cast.anna, "?period=month").context["figures"][0]

    assert figure["value"] == str(month)
    assert behind(cast.anna, figure) == month
    assert figure.get("change", "") == ("" if month == before else f"+{month - before}")


def test_the_period_before_ends_on_the_same_day():
    def days(key, day):
        return [one.isoformat() for one in PERIODS[key].days_before(datetime.fromisoformat(day).date())]

    assert days("week", "2026-03-18") == ["2026-03-09", "2026-03-11"]
    assert days("month", "2026-03-18") == ["2026-02-01", "2026-02-18"]
    assert days("month", "2026-03-31") == ["2026-02-01", "2026-02-28"]
    assert days("quarter", "2026-05-31") == ["2026-01-01", "2026-02-28"]
    assert days("year", "2028-02-29") == ["2027-01-01", "2027-02-28"]


def test_the_difference_to_the_period_before_is_told(cast):
    customer = make_customer(owner=cast.anna)
    first = timezone.localtime().replace(day=1, hour=0, minute=0)
    make_follow_up(customer, at=first)
    make_follow_up(customer, at=timezone.now())
    make_follow_up(customer, at=(first - timedelta(days=1)).replace(day=1, hour=12))

    effective = home(cast.anna, "?period=month").context["figures"][1]

    assert (effective["value"], effective["change"], effective["good"]) == ("2", "+1", True)


def test_more_than_a_page_may_count_is_said_so(cast, monkeypatch):
    monkeypatch.setattr("keyuan.reports.figures.COUNTED_TO", 2)
    for _number in range(4):
        make_customer(owner=cast.anna)

    figure = home(cast.anna).context["figures"][0]

    assert (figure["value"], figure["against"]) == ("2+", "")


def test_a_line_has_at_most_twelve_points_and_needs_two_days():
    days = [datetime(2026, 1, 1).date() + timedelta(days=number) for number in range(90)]

    assert line({}, days) is None
    assert len(line(dict.fromkeys(days, 1), days)["points"].split()) == 12
    assert line({days[0]: 1}, days[:1]) is None


def test_somebody_who_may_not_see_follow_ups_has_no_figures_of_them(cast):
    reader = make_user("reader", make_role("reader", customer=dict.fromkeys(("view", "create"), "own")))
    make_customer(owner=reader)

    response = home(reader, "?who=department")

    assert values(response) == ["1"]
    assert client_of(reader).get("/dashboard/todo/").context.get("plans") is None


# Whose, and which period


def test_looking_at_another_home_page_changes_nothing(cast):
    make_customer(owner=cast.anna)
    assert not home(cast.anna, "?who=department&period=year").context["asked"].is_mine

    assert home(cast.anna).context["asked"].is_mine


def test_the_switch_to_the_department_is_for_those_who_see_more_than_their_own(cast):
    own = make_user("own", make_role("own", customer=dict.fromkeys(("view", "create"), "own")))
    make_customer(owner=own)

    assert home(own, "?who=department").context["asked"].is_mine
    assert home(own).context["asked"].whose() == []
    assert len(home(cast.anna).context["asked"].whose()) == 2


def test_what_was_chosen_is_there_the_next_time(cast):
    make_customer(owner=cast.anna)
    for choice, value in (("home_who", "department"), ("home_period", "year")):
        answer = client_of(cast.anna).post("/account/preferences/", {choice: value, "next": f"/?{choice[5:]}={value}"})
        assert answer.url == f"/?{choice[5:]}={value}"
    cast.anna.refresh_from_db()

    asked = home(cast.anna).context["asked"]

    assert (asked.who, asked.period.key) == ("department", "year")
    assert home(cast.anna, "?who=nobody&period=century").context["asked"].period.key == "month"


# To do, and who waits


def test_to_do_today_says_how_much_of_it_is_done(cast):
    now = timezone.now()
    make_plan("Yesterday's", owner=cast.anna, starts_at=now - timedelta(days=1))
    make_plan("Today's", owner=cast.anna, starts_at=now)
    make_plan("Tomorrow's", owner=cast.anna, starts_at=now + timedelta(days=2))
    make_plan("Done", owner=cast.anna, starts_at=now).complete(by=cast.anna)
    make_plan("Ben's", owner=cast.ben, starts_at=now)

    response = client_of(cast.anna).get("/dashboard/todo/")

    assert (response.context["done_count"], response.context["all_count"]) == (1, 3)
    assert "Tomorrow" not in response.content.decode()
    assert len(client_of(cast.anna).get(response.context["todo_url"]).context["rows"]) == 2


def waiting_names(user, query=""):
    return [one.name for one in home(user, query).context["waiting"]]


def test_who_was_agreed_for_comes_first_the_longest_overdue_above_and_then_who_is_behind_the_rhythm(cast):
    now, tomorrow = timezone.now(), timezone.now() + timedelta(days=2)
    for name, starts_at in (("Overdue", now - timedelta(days=3)), ("Today", now), ("Later", tomorrow)):
        make_plan(f"Visit {name}", owner=cast.anna, starts_at=starts_at, customer=make_customer(name, owner=cast.anna))
    level = option("level", "A")
    rhythm = make_customer("Rhythm", owner=cast.anna, level=level)
    Customer.rows.filter(pk=rhythm.pk).update(created_at=now - timedelta(days=400))
    foreign = make_customer("Ben's", owner=cast.ben)
    make_plan(owner=cast.ben, starts_at=now - timedelta(days=9), customer=foreign)

    response = home(cast.anna)

    assert [one.name for one in response.context["waiting"]] == ["Overdue", "Today", "Rhythm"]
    assert response.context["waiting"][0].next_plan.subject == "Visit Overdue"
    assert response.context["waiting_count"] == 3
    assert len(client_of(cast.anna).get(response.context["waiting_url"]).context["rows"]) == 3
    assert waiting_names(cast.anna, "?who=department") == ["Ben's", "Overdue", "Today"]


def test_the_next_step_is_told_only_to_those_who_see_plans(cast):
    reader = make_user("reader", make_role("reader", customer={"view": "all"}))
    customer = make_customer("Overdue", owner=cast.anna)
    make_plan("Secret subject", owner=cast.anna, starts_at=timezone.now() - timedelta(days=1), customer=customer)

    page = home(reader, "?who=department").content.decode()

    assert "Overdue" in page
    assert "Secret subject" not in page


# What happened


def test_what_others_do_with_my_customers_is_told(cast):
    mine = make_customer("Mine Ltd", owner=cast.anna)
    make_follow_up(mine, "Ben met the director", by=cast.ben)
    make_contact(mine, "Frau Rot")
    make_customer("Ben's Ltd", owner=cast.ben)

    text = client_of(cast.anna).get("/dashboard/news/?who=me").content.decode()

    assert "Ben met the director" in text
    assert "Frau Rot" in text
    assert "Mine Ltd" in text
    assert "Ben&#x27;s Ltd" not in text


def test_news_of_what_i_may_not_see_are_told_to_nobody(cast):
    foreign = make_customer("Foreign Ltd", owner=cast.olga)
    make_follow_up(foreign, "Talked to Olga's customer")
    make_customer(owner=cast.anna)

    text = client_of(cast.anna).get("/dashboard/news/?who=department").content.decode()

    assert "Foreign Ltd" not in text
    assert "Talked" not in text


def test_a_changed_field_that_i_may_not_see_is_no_news(cast):
    role = make_role("veiled", customer={"view": "all"})
    role.grants.update(fields={"phone": "hidden"})
    reader = make_user("reader", role)
    customer = make_customer("Mine Ltd", owner=cast.anna)
    customer.edit(by=cast.anna, phone="0574-87352210")
    customer.edit(by=cast.anna, notes="written down")

    text = client_of(reader).get("/dashboard/news/?who=department").content.decode()

    assert "87352210" not in text
    assert "written down" in text


def test_markup_in_what_people_write_is_shown_as_it_is(cast):
    customer = make_customer("<b>Bold</b> Ltd", owner=cast.anna)
    make_follow_up(customer, "<script>alert(1)</script> said")

    text = client_of(cast.anna).get("/dashboard/news/").content.decode()

    assert "<script>alert" not in text
    assert "<b>Bold" not in text


# The first day


def test_the_first_day_offers_what_this_person_may_do(cast):
    response = home(cast.anna)

    assert [step.url for step in response.context["steps"]] == [
        "/customers/new/",
        "/imports/",
        "/activities/quick/",
        "/activities/plans/new/",
    ]
    assert response.context["steps_done"] == 0


def test_the_steps_vanish_when_they_are_done(cast):
    customer = make_customer(owner=cast.anna)
    make_follow_up(customer)
    assert (home(cast.anna).context["steps_done"], len(home(cast.anna).context["steps"])) == (3, 4)

    make_plan(owner=cast.anna, starts_at=timezone.now())
    assert home(cast.anna).context["steps"] == []


def test_whoever_needs_no_steps_hides_them(cast):
    client_of(cast.boss).post("/account/preferences/", {"has_begun": "on", "next": "/"})
    cast.boss.refresh_from_db()

    assert home(cast.boss).context["steps"] == []


def test_somebody_without_any_right_still_has_a_home_page(db):
    response = home(make_user("nobody"))

    assert response.status_code == 200
    assert response.context["steps"] == []


# The page


def test_a_script_asks_for_the_figures_and_nobody_without_one_goes_without_them(busy):
    client = client_of(busy.anna)
    assert client.get("/").context["figures"]

    client.cookies[SCRIPTED] = "1"
    late = client.get("/").context
    assert ("figures" in late, "news" in late) == (False, False)
    assert values(client.get("/dashboard/figures/")) == ["1", "2", "1", "1"]
    assert client.get("/dashboard/nothing/").status_code == 404


@pytest.mark.parametrize(("address", "queries"), [("/", 17), ("/dashboard/figures/", 42), ("/dashboard/news/", 13)])
def test_the_home_page_costs_the_same_with_one_customer_and_with_more(busy, address, queries):
    def cost():
        client = client_of(busy.boss)
        client.cookies[SCRIPTED] = "1"
        client.get(address, {"who": "department"})
        with CaptureQueriesContext(connection) as found:
            client.get(address, {"who": "department"})
        return len(found)

    make_plan(owner=busy.ben, starts_at=timezone.now(), customer=make_customer(owner=busy.ben))
    before = cost()
    rep = busy.anna.roles.get()
    for number in range(3):
        customer = make_customer(owner=make_user(f"more{number}", rep, department=busy.anna.department))
        make_follow_up(customer, by=busy.anna)
        make_plan(owner=busy.anna, starts_at=timezone.now(), customer=customer)

    assert (before, cost()) == (queries, queries)


def test_the_quick_menu_counts_what_is_to_do_and_who_waits(cast):
    customer = make_customer(owner=cast.anna)
    make_plan(owner=cast.anna, starts_at=timezone.now(), customer=customer)

    text = client_of(cast.anna).get("/frame/side/?at=/").content.decode()

    assert [address in text for address in ('href="/"', "?who=department", "plans/?view=mine")] == [True] * 3
    assert re.findall(r'<span class="c( hot)?">1</span>', text) == ["", " hot"]


def test_the_greeting_follows_the_hour():
    assert len({greeting(hour) for hour in (9, 15, 20, 23)}) == 4
    assert greeting(3) == greeting(23)


def test_the_tour_begins_on_the_home_page_and_not_over_an_error(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.anna)

    assert "<guided-tour data-fresh>" in client.get("/").content.decode()
    assert "<guided-tour>" in client.post("/").content.decode()


def test_what_comes_back_soon_stands_at_home(cast):
    make_pool("customer", cast.anna, recycles=True, warn=3)
    soon, later = make_customer("快到期的", owner=cast.anna), make_customer("还早的", owner=cast.anna)
    for customer, days in ((soon, 1), (later, 30)):
        type(soon).rows.filter(pk=customer.pk).update(due_on=timezone.localdate() + timedelta(days=days))
    page = client_of(cast.anna).get("/dashboard/home_soon/").content.decode()
    assert ("快到期的" in page, "还早的" in page) == (True, False)
    assert f"/activities/quick/?customer={soon.pk}" in page
    assert "hidden" in client_of(cast.ben).get("/dashboard/home_soon/").content.decode()
