"""延期申请: asked by the owner, decided once by who manages the pool, gone with the record (G1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.pools.claiming import claim, release
from keyuan.pools.extending import ExtensionRequest, ask, decide, forget_gone, waiting, withdraw
from keyuan.pools.tests.test_notices import aged, told
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import make_customer, make_department, make_lead, make_pool, make_role, make_user, option

pytestmark = pytest.mark.django_db
PAGE = "/pools/extensions/"
GIVEN = dict.fromkeys(("view", "create", "edit", "claim", "release"), "own")
HEADS = GIVEN | {"view": "department", "assign": "department"}


@pytest.fixture
def sea(cast: SimpleNamespace) -> SimpleNamespace:
    """Anna has a customer until the day after tomorrow; two heads manage the pool, a third manages another one."""
    rep, heads = make_role("swimmer", customer=GIVEN, lead=GIVEN), make_role("heads", customer=HEADS, lead=HEADS)
    east = cast.anna.department
    cast.anna, cast.ben = (make_user(name, rep, department=east) for name in ("anna4", "ben4"))
    cast.head, cast.second, cast.other = (
        make_user(name, heads, department=east) for name in ("head4", "second4", "other4")
    )
    cast.far = make_user("far4", heads, department=make_department("Far"))
    rules = {"recycles": True, "protection": 0, "warn": 3, "extension": 7}
    managers = [cast.head, cast.second, cast.far]
    cast.pool = make_pool("customer", cast.anna, cast.ben, managers=managers, **rules)
    cast.leads = make_pool("lead", cast.anna, managers=[cast.head], **rules)
    make_pool("customer", managers=[cast.other], **rules)
    cast.customer = make_customer("快到期的公司", owner=cast.anna)
    comes_back(cast.customer)
    return cast


def comes_back(record: Any, days: int = 1) -> date:
    """It was taken so many days ago, and comes back three days after that; its last day."""
    aged(record, days)
    rows = type(record).rows.filter(pk=record.pk)
    rows.change(by=User.objects.robot(), is_locked=True)
    rows.change(by=User.objects.robot(), is_locked=False)
    record.refresh_from_db()
    assert record.due_on == timezone.localdate() + timedelta(days=3 - days)
    return record.due_on


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, url: str) -> str:
    answer = as_(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_owner_asks_on_the_page_of_the_record_once_at_a_time(sea):
    record, form = f"/customers/{sea.customer.pk}/", f"{PAGE}customers/{sea.customer.pk}/"
    assert form in page(sea.anna, record)
    assert form not in page(sea.head, record)
    assert "快到期的公司" in page(sea.anna, form)
    assert as_(sea.head).get(form).status_code == 403
    assert as_(sea.far).get(form).status_code == 404
    assert as_(sea.anna).post(form, {"text": " "}).status_code == 422
    answer = as_(sea.anna).post(form, {"text": "客户下周才开会"})
    assert (answer.status_code, answer["Location"]) == (302, record)
    assert "已申请延期" in page(sea.anna, record)
    again = as_(sea.anna).post(form, {"text": "再来一次"})
    assert again.status_code == 422
    assert ExtensionRequest.objects.get().reason == "客户下周才开会"


def test_the_database_holds_one_waiting_request_for_a_record(sea):
    asked = ask(sea.customer, by=sea.anna, reason="等客户开会")
    values = {"kind": "customer", "record_id": sea.customer.pk, "asked_by": sea.anna, "asked_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        ExtensionRequest.objects.create(**values, reason="第二次")
    decide(asked.pk, False, by=sea.head, answer="不行")
    assert ask(sea.customer, by=sea.anna, reason="又一次").pk != asked.pk


def test_managers_of_the_pool_who_see_the_record_hear_of_it_and_others_do_not(sea):
    ask(sea.customer, by=sea.anna, reason="等客户开会")
    for user in (sea.head, sea.second):
        assert told(user, "pool.extension") == ["Anna4 asks to keep “快到期的公司” longer: 等客户开会"]
        assert "等客户开会" in page(user, PAGE)
    for user in (sea.other, sea.far):
        assert told(user, "pool.extension") == []
        assert "等客户开会" not in page(user, PAGE)
    assert as_(sea.ben).get(PAGE).status_code == 404
    assert told(sea.anna, "pool.extension") == []
    with translation.override("zh-hans"):
        assert told(sea.head, "pool.extension") == ["Anna4 申请延期“快到期的公司”：等客户开会"]


def test_agreeing_adds_the_days_of_the_rule_with_a_line_of_history_and_the_owner_hears_of_it(sea):
    asked, due = ask(sea.customer, by=sea.anna, reason="等客户开会"), sea.customer.due_on
    as_(sea.head).post(f"{PAGE}{asked.pk}/grant/")
    sea.customer.refresh_from_db()
    until = due + timedelta(days=7)
    assert (sea.customer.due_on, sea.customer.extended_to) == (until, until)
    assert Event.objects.get(name="extended").by == sea.head
    assert told(sea.anna, "pool.extended") == [f"Head4 lets you keep “快到期的公司” until {until:%b} {until.day}"]
    assert told(sea.second, "pool.extension") == []
    line = page(sea.anna, f"/activities/of/customer/{sea.customer.pk}/")
    assert "Head4" in line
    assert "let its owner keep it until" in line or "同意保留到" in line


def test_refusing_needs_a_sentence_which_the_owner_reads(sea):
    asked, due = ask(sea.customer, by=sea.anna, reason="等客户开会"), sea.customer.due_on
    head = as_(sea.head)
    assert "等客户开会" in page(sea.head, f"{PAGE}{asked.pk}/refuse/")
    assert head.post(f"{PAGE}{asked.pk}/refuse/", {"text": ""}).status_code == 422
    head.post(f"{PAGE}{asked.pk}/refuse/", {"text": "先让别人试试"})
    sea.customer.refresh_from_db()
    assert sea.customer.due_on == due
    assert told(sea.anna, "pool.extended") == ["Head4 did not extend “快到期的公司”: 先让别人试试"]


def test_who_asked_takes_it_back_until_somebody_decides_and_may_ask_again(sea):
    url = f"{PAGE}customers/{sea.customer.pk}/"
    ask(sea.customer, by=sea.anna, reason="流程")
    assert f"{url}withdraw/" in page(sea.anna, url)
    with pytest.raises(NotAllowed):
        withdraw(sea.customer, by=sea.head)

    as_(sea.anna).post(f"{url}withdraw/")

    assert not waiting("customer").exists()
    assert "快到期的公司" not in page(sea.head, PAGE)
    asked = ask(sea.customer, by=sea.anna, reason="还是要")
    decide(asked.pk, True, by=sea.head)
    with pytest.raises(RuleBroken):
        withdraw(sea.customer, by=sea.anna)


def test_nobody_decides_their_own_request_or_one_of_another_pool(sea):
    asked = ask(sea.customer, by=sea.anna, reason="等客户开会")
    for user in (sea.anna, sea.ben, sea.other, sea.far):
        with pytest.raises(NotAllowed):
            decide(asked.pk, True, by=User.objects.get(pk=user.pk))
        assert as_(user).post(f"{PAGE}{asked.pk}/grant/").status_code == 404
    own = make_customer(owner=sea.head)
    comes_back(own)
    mine = ask(own, by=sea.head, reason="自己的")
    with pytest.raises(NotAllowed):
        decide(mine.pk, True, by=sea.head)
    assert decide(mine.pk, True, by=sea.second).extended_to == own.due_on + timedelta(days=7)


def test_a_request_is_gone_when_its_record_is_given_back_and_does_not_return_with_it(sea):
    asked = ask(sea.customer, by=sea.anna, reason="等客户开会")
    release(sea.customer, by=sea.anna, reason=option("release_reason", "no_need"))
    assert "等客户开会" not in page(sea.head, PAGE)
    assert told(sea.head, "pool.extension") == []
    answer = as_(sea.head).post(f"{PAGE}{asked.pk}/grant/")
    assert answer.status_code in (302, 404)
    claim(sea.customer, by=sea.anna)
    assert not waiting("customer").exists()
    with pytest.raises(RuleBroken):
        decide(asked.pk, True, by=sea.head)
    sea.customer.refresh_from_db()
    assert ask(sea.customer, by=sea.anna, reason="新的一轮").pk
    assert not ExtensionRequest.objects.filter(pk=asked.pk).exists()


def test_a_request_is_gone_when_its_record_changes_hands_and_the_new_owner_may_ask(sea):
    ask(sea.customer, by=sea.anna, reason="等客户开会")
    Customer.rows.filter(pk=sea.customer.pk).change(by=sea.head, event="transferred", owner=sea.ben.pk)
    assert not waiting("customer").exists()
    sea.customer.refresh_from_db()
    with pytest.raises(NotAllowed):
        ask(sea.customer, by=sea.anna, reason="不是我的了")
    ask(sea.customer, by=sea.ben, reason="我的了")
    assert waiting("customer").get().asked_by == sea.ben


def test_the_night_throws_away_what_holds_no_more_and_keeps_the_rest(sea):
    kept = ask(sea.customer, by=sea.anna, reason="等客户开会")
    gone = make_customer(owner=sea.anna)
    comes_back(gone)
    ask(gone, by=sea.anna, reason="没用了")
    release(gone, by=sea.anna, reason=option("release_reason", "no_need"))
    assert forget_gone("customer") == 1
    assert ExtensionRequest.objects.get() == kept


def test_what_never_comes_back_or_has_no_days_to_add_is_not_asked_for(sea):
    Customer.rows.filter(pk=sea.customer.pk).change(by=sea.head, is_locked=True)
    sea.customer.refresh_from_db()
    with pytest.raises(RuleBroken):
        ask(sea.customer, by=sea.anna, reason="锁定的")
    assert f"{PAGE}customers/" not in page(sea.anna, f"/customers/{sea.customer.pk}/")


def test_leads_are_extended_as_customers_are(sea):
    lead = make_lead("快到期的线索", owner=sea.anna)
    due = comes_back(lead)
    assert f"{PAGE}leads/{lead.pk}/" in page(sea.anna, f"/leads/{lead.pk}/")
    as_(sea.anna).post(f"{PAGE}leads/{lead.pk}/", {"text": "还在联系"})
    assert "快到期的线索" in page(sea.head, PAGE)
    as_(sea.head).post(f"{PAGE}{ExtensionRequest.objects.get().pk}/grant/")
    lead.refresh_from_db()
    assert lead.due_on == due + timedelta(days=7)


def test_the_page_of_requests_costs_the_same_with_one_and_with_more(sea):
    ask(sea.customer, by=sea.anna, reason="等客户开会")
    head = as_(sea.head)
    head.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        head.get(PAGE)
    number = len(few)  # the next request begins a new log
    for _number in range(3):
        one = make_customer(owner=sea.anna)
        comes_back(one)
        ask(one, by=sea.anna, reason="等客户开会")
    head.get(PAGE)
    with CaptureQueriesContext(connection) as more:
        head.get(PAGE)
    assert len(more) == number, [q["sql"][:150] for q in more.captured_queries]


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_decide_at_once_one_wins_and_the_other_is_told():
    rep, heads = make_role("rep", customer=GIVEN), make_role("heads", customer=HEADS)
    east = make_department()
    anna = make_user("anna5", rep, department=east)
    managers = [make_user(name, heads, department=east) for name in ("head5", "second5")]
    make_pool("customer", anna, managers=managers, recycles=True, protection=0, extension=7)
    for _round in range(5):
        customer = make_customer(owner=anna)
        due = comes_back(customer)
        pk = ask(customer, by=anna, reason="等客户开会").pk

        def one(who: int, granted: bool, pk: int = pk) -> str:
            try:
                with translation.override("en"):
                    decide(pk, granted, by=User.objects.get(pk=who), answer="不行")
            except RuleBroken as refusal:
                return str(refusal)
            finally:
                connection.close()
            return ""

        with ThreadPoolExecutor(2) as threads:
            said = list(threads.map(lambda pair: one(*pair), [(managers[0].pk, True), (managers[1].pk, False)]))

        customer.refresh_from_db()
        won = said.index("")
        assert "was faster" in said[1 - won]
        assert customer.due_on == (due + timedelta(days=7) if won == 0 else due)
