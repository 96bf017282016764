"""Owners hear what comes back soon, what came back and what was assigned to them: once, and nobody else (G1, E4)."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from keyuan.notices.models import Notice, NoticePreferences
from keyuan.notices.reading import still_visible
from keyuan.notices.showing import looked_up, plain
from keyuan.org.models import Grant, User
from keyuan.org.settings import set_setting
from keyuan.people.absences import add_absence
from keyuan.pools import tasks
from keyuan.pools.claiming import assign, assign_each, release
from keyuan.pools.models import PoolMember
from keyuan.pools.tasks import DONE, recycle_overdue
from keyuan.ui.formats import day
from tests.make import make_customer, make_lead, make_pool, make_pooled, make_role, make_user, option

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def sea(cast: SimpleNamespace) -> SimpleNamespace:
    """Anna and Ben have records under rules of two pools, which the head manages."""
    given = dict.fromkeys(("view", "create", "edit", "claim", "release"), "own")
    role = make_role("swimmer", customer=given, lead=given)
    heads = make_role("heads", customer=given | {"assign": "own"}, lead=given | {"assign": "own"})
    cast.anna, cast.ben = (make_user(name, role, department=cast.anna.department) for name in ("anna3", "ben3"))
    cast.head = make_user("head3", heads, department=cast.anna.department)
    rules = {"recycles": True, "protection": 0, "warn": 3}
    cast.pool = make_pool("customer", cast.anna, cast.ben, managers=[cast.head], **rules)
    cast.leads = make_pool("lead", cast.anna, cast.ben, managers=[cast.head], **rules)
    return cast


def aged(record: Any, days: int) -> None:
    """It was written down and taken so many days ago; after three without a follow-up it comes back."""
    then = timezone.now() - timedelta(days=days)
    type(record).rows.filter(pk=record.pk).update(created_at=then, taken_at=then)


def night(*, again: bool = False) -> None:
    if again:
        set_setting(DONE, "")
    recycle_overdue(0)


def told(user: User, kind: str) -> list[str]:
    """What the list of notices tells this person, as it stands now."""
    user = User.objects.get(pk=user.pk)
    found = [one for one in still_visible(user, Notice.objects.filter(user=user).order_by("pk")) if one.kind == kind]
    book = looked_up(user, found)
    return [plain(one, book) for one in found]


def test_owners_hear_once_a_day_how_many_of_theirs_come_back_soon(sea):
    for days in (1, 2):
        aged(make_customer(owner=sea.anna), days)
    aged(make_lead("线索公司", owner=sea.anna), 3)
    make_pool("customer", sea.olga, recycles=True)
    make_customer(owner=sea.olga)
    night()
    night(again=True)
    tomorrow = TODAY() + timedelta(days=1)
    first = f"{tomorrow:%b} {tomorrow.day}"
    customers, leads = told(sea.anna, "pool.soon")
    assert customers.startswith("2 of your customers come back to the pool soon, the first is yours until ")
    assert first in customers
    assert leads.startswith("1 of your leads comes back to the pool soon")
    assert told(sea.ben, "pool.soon") == told(sea.olga, "pool.soon") == []
    client = Client()
    client.force_login(sea.anna)
    notice = Notice.objects.filter(user=sea.anna, kind="pool.soon").order_by("pk").first()
    assert client.get(f"/notices/{notice.pk}/")["Location"] == "/customers/?view=soon"


def test_former_owners_hear_once_how_many_came_back(sea):
    for _number in range(2):
        aged(make_customer(owner=sea.anna), 9)
    released = make_customer(owner=sea.anna)
    release(released, by=sea.anna, reason=option("release_reason", "no_need"))
    aged(make_lead("线索公司", owner=sea.ben), 9)
    night()
    night(again=True)
    name = sea.pool.name
    assert told(sea.anna, "pool.back") == [f"2 of your customers came back to the pool “{name}” by its rule"]
    assert told(sea.ben, "pool.back") == [f"1 of your leads came back to the pool “{sea.leads.name}” by its rule"]
    with translation.override("zh-hans"):
        assert told(sea.anna, "pool.back") == [f"你有 2 个客户已自动回收到“{name}”"]


@pytest.mark.parametrize("step", ["tell_back", "tell_soon"])
def test_a_night_that_was_killed_is_made_up_for_and_tells_nobody_twice(sea, monkeypatch, step):
    aged(make_customer(owner=sea.anna), 9)
    aged(make_lead("线索公司", owner=sea.ben), 9)
    aged(make_customer(owner=sea.anna), 2)

    def killed(module: str, today: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(tasks, step, killed)
        with pytest.raises(KeyboardInterrupt):
            night()
    night()
    night(again=True)
    assert Customer.rows.filter(last_owner=sea.anna).count() == Lead.rows.filter(last_owner=sea.ben).count() == 1
    assert [len(told(sea.anna, kind)) for kind in ("pool.back", "pool.soon")] == [1, 1]
    assert len(told(sea.ben, "pool.back")) == 1


def test_of_a_pool_that_is_not_open_any_more_nothing_is_told(sea):
    aged(make_customer(owner=sea.anna), 9)
    aged(make_customer(owner=sea.anna), 2)
    night()
    assert told(sea.anna, "pool.back")
    PoolMember.objects.filter(pool=sea.pool, user=sea.anna).delete()
    assert told(sea.anna, "pool.back") == told(sea.anna, "pool.soon") == []


def test_who_gets_a_record_of_a_pool_hears_its_name_as_it_is_now_and_jumps_there(sea):
    customer = make_pooled(sea.pool, by=sea.head, name="老名字")
    assign(customer, sea.ben, by=sea.head)
    Customer.rows.filter(pk=customer.pk).change(by=sea.ben, name="新名字")
    assert told(sea.ben, "pool.assigned.customer") == ["Head3 assigned “新名字” to you"]
    with translation.override("zh-hans"):
        assert told(sea.ben, "pool.assigned.customer") == ["Head3 把“新名字”分配给你"]
    client = Client()
    client.force_login(sea.ben)
    notice = Notice.objects.get(kind="pool.assigned.customer")
    assert client.get(f"/notices/{notice.pk}/")["Location"] == f"/customers/{customer.pk}/"
    Customer.rows.filter(pk=customer.pk).update(owner=sea.anna)
    assert told(sea.ben, "pool.assigned.customer") == []


def test_of_many_that_are_assigned_at_once_one_hears_once(sea):
    rows = [make_pooled(sea.pool, by=sea.head, name=f"公司{number}") for number in range(3)]
    assign_each(rows, "customer", sea.ben, by=sea.head)
    assert told(sea.ben, "pool.assigned.customer") == ["Head3 assigned 3 records to you, “公司0” among them"]
    assert Notice.objects.filter(kind="pool.assigned.customer").count() == 1


def test_whoever_assigns_to_themselves_is_not_told(sea):
    assign(make_pooled(sea.pool, by=sea.head), sea.head, by=sea.head)
    assert not Notice.objects.exists()


def test_each_kind_can_be_switched_off(sea):
    client = Client()
    client.force_login(sea.anna)
    text = client.get("/notices/preferences/").content.decode()
    for kind in ("pool.soon", "pool.back", "pool.assigned.customer", "pool.assigned.lead"):
        assert f'value="{kind}"' in text
    NoticePreferences.objects.create(user=sea.anna, off=["pool.soon"])
    aged(make_customer(owner=sea.anna), 2)
    night()
    assert not Notice.objects.exists()


def test_while_an_owner_is_away_the_deputy_hears_as_well_as_far_as_they_see_it(sea):
    add_absence(sea.anna, TODAY(), TODAY() + timedelta(days=4), deputy=sea.ben, by=sea.anna)
    customer = make_pooled(sea.pool, by=sea.head, name="东风厂")
    assign(customer, sea.anna, by=sea.head)
    aged(make_customer(owner=sea.anna), 2)
    aged(make_customer(owner=sea.anna), 9)
    night()
    night(again=True)
    until = day(TODAY() + timedelta(days=4), weekday=False)
    assert told(sea.anna, "pool.assigned.customer") == ["Head3 assigned “东风厂” to you"]
    assert told(sea.ben, "pool.soon")[0].startswith(f"2 customers of Anna3, who is away until {until}, come back")
    assert told(sea.ben, "pool.back")[0].startswith(f"1 customer of Anna3, who is away until {until}, came back to")
    assert told(sea.ben, "pool.assigned.customer") == []  # swimmers see their own only
    Grant.objects.filter(role__name="swimmer").update(scope="department", operations={"view": "department"})
    assign(make_pooled(sea.pool, by=sea.head, name="西风厂"), sea.anna, by=sea.head)
    assert told(sea.ben, "pool.assigned.customer") == [f"“西风厂” was assigned to Anna3, who is away until {until}"]
    client = Client()
    client.force_login(sea.ben)
    notice = Notice.objects.get(kind="pool.soon", user=sea.ben)
    page = client.get(client.get(f"/notices/{notice.pk}/")["Location"])
    assert (page.status_code, "西风厂" in page.content.decode()) == (200, True)
