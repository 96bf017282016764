"""What people find told: on the page, beside every page, in the API; as far as they may see it now."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from keyuan.notices import reading
from keyuan.notices.forgetting import forget_old
from keyuan.notices.kinds import KINDS
from keyuan.notices.models import Notice
from keyuan.org.tokens import issue
from tests.make import make_customer

pytestmark = pytest.mark.django_db


def browser(user, **cookies):
    client = Client()
    client.cookies["keyuan_language"] = "en"
    client.force_login(user)
    client.cookies.load(cookies)
    return client


def bell(client, path="/customers/"):
    found = re.search(r'data-count="notices"( hidden)?>([^<]*)<', client.get(path).content.decode())
    return found[2]


def hide(customer, cast):
    """The customer goes elsewhere, out of the sight of Anna and Ben."""
    type(customer).rows.filter(pk=customer.pk).update(owner=cast.olga, department=cast.olga.department)


def test_the_list_says_what_was_told_and_leads_there(cast, told, customer):
    told(cast.anna)
    page = browser(cast.anna).get("/notices/").content.decode()

    notice = Notice.objects.get(user=cast.anna)
    assert "<b>瑞丰零部件</b> was touched" in page
    assert f'href="/notices/{notice.pk}/"' in page


def test_the_jump_marks_as_read_and_leads_to_the_record(cast, told, customer):
    told(cast.anna)
    notice, client = Notice.objects.get(user=cast.anna), browser(cast.anna)

    answer = client.get(f"/notices/{notice.pk}/")

    assert answer["Location"] == f"/customers/{customer.pk}/"
    assert bell(client) == ""
    assert "was touched" in client.get("/notices/").content.decode()
    assert "was touched" not in client.get("/notices/?show=unread").content.decode()


def test_a_notice_of_somebody_else_does_not_exist(cast, told):
    told(cast.anna)
    notice = Notice.objects.get(user=cast.anna)

    assert browser(cast.ben).get(f"/notices/{notice.pk}/").status_code == 404
    assert browser(cast.ben).post(f"/notices/{notice.pk}/read/").status_code == 404


def test_who_no_longer_sees_the_record_finds_it_neither_listed_nor_counted(cast, told, customer):
    told(cast.anna, cast.boss)
    notice = Notice.objects.get(user=cast.anna)
    hide(customer, cast)
    client, headers = browser(cast.anna), {"Authorization": f"Bearer {issue(cast.anna, 'read', None)}"}

    assert "was touched" not in client.get("/notices/").content.decode()
    assert "was touched" not in client.get("/notices/panel/").content.decode()
    assert bell(client) == ""
    assert client.get(f"/notices/{notice.pk}/").status_code == 404
    assert Client().get("/api/v1/notices", headers=headers).json() == {"items": [], "next": None, "unread": 0}
    assert reading.unread_count(cast.boss) == 1


def test_a_right_that_comes_back_brings_the_notice_back(cast, told, customer):
    told(cast.anna)
    hide(customer, cast)
    assert reading.unread_count(cast.anna) == 0
    type(customer).rows.filter(pk=customer.pk).update(owner=cast.anna, department=cast.anna.department)
    assert reading.unread_count(cast.anna) == 1


def test_without_script_the_bell_is_counted_by_the_server_and_with_it_by_nobody(cast, told):
    told(cast.anna)
    client = browser(cast.anna)
    assert bell(client) == "1"
    client.cookies["keyuan_script"] = "1"
    assert bell(client) == ""
    assert '"notices": 1' in client.get("/frame/side/").content.decode()


def test_more_than_99_are_not_counted(cast, told):
    for number in range(105):
        told(cast.anna, key=f"{number}")
    assert bell(browser(cast.anna)) == "99+"


def test_all_are_marked_as_read_by_one_button(cast, told):
    told(cast.anna, key="one")
    told(cast.anna, cast.ben, key="two")
    client = browser(cast.anna)

    assert client.post("/notices/read/")["Location"] == "/notices/"

    assert reading.unread_count(cast.anna) == 0
    assert reading.unread_count(cast.ben) == 1


def test_what_is_hidden_is_neither_marked_nor_counted_as_marked(cast, told, customer):
    told(cast.anna, key="hidden")
    told(cast.anna, key="seen", record_id=None)
    hide(customer, cast)

    assert reading.mark_all_read(cast.anna) == 1

    assert reading.unread_count(cast.anna) == 0
    type(customer).rows.filter(pk=customer.pk).update(owner=cast.anna, department=cast.anna.department)
    assert [one.key for one in reading.unread(cast.anna)] == ["hidden"]


def test_a_script_that_marks_one_learns_what_is_left(cast, told):
    told(cast.anna, key="one")
    told(cast.anna, key="two")
    notice = Notice.objects.filter(user=cast.anna).first()

    answer = browser(cast.anna).post(f"/notices/{notice.pk}/read/", headers={"HX-Request": "true"})

    assert '"notices": 1' in answer["HX-Trigger"]


def test_a_long_list_is_paged_and_hidden_ones_leave_no_gap(cast, told, customer):
    other = make_customer("别处", owner=cast.olga)
    for number in range(70):
        told(cast.anna, key=f"{number}", record_id=None)
    rows = Notice.objects.filter(user=cast.anna)
    rows.filter(pk__in=[one.pk for one in rows if one.pk % 2]).update(record_id=other.pk)
    visible = list(rows.filter(record_id=None).order_by("-pk").values_list("pk", flat=True))

    first = reading.page_of(cast.anna, size=20)
    second = reading.page_of(cast.anna, size=20, before=first.after)

    assert [one.pk for one in (*first.notices, *second.notices)] == visible
    assert second.after == ""


def test_any_cursor_is_answered(cast, told):
    told(cast.anna)
    for odd in ("x", "-1", "9" * 40, "²", ""):
        assert browser(cast.anna).get("/notices/", {"before": odd}).status_code == 200


def test_a_page_costs_the_same_with_one_notice_and_with_more(cast, told):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser_.get("/notices/")
        return len(queries)

    browser_ = browser(cast.anna, keyuan_script="1")
    told(cast.anna, key="first")
    browser_.get("/notices/")
    few = cost()
    for number in range(25):
        told(cast.anna, key=f"{number}")
    assert cost() == few


def test_a_kind_that_is_gone_is_not_listed(cast, told, monkeypatch):
    told(cast.anna)
    monkeypatch.delitem(KINDS, "test.told")
    assert browser(cast.anna).get("/notices/").status_code == 200
    assert reading.unread_count(cast.anna) == 0


def test_the_api_lists_and_marks_for_token_and_session_alike(cast, told, customer):
    told(cast.anna)
    headers = {"Authorization": f"Bearer {issue(cast.anna, 'write', None)}"}
    client = Client()

    found = client.get("/api/v1/notices?unread=true", headers=headers).json()
    assert (found["unread"], found["items"][0]["sentence"]) == (1, "瑞丰零部件 was touched")
    assert found["items"][0]["address"] == f"/customers/{customer.pk}/"
    assert browser(cast.anna).get("/api/v1/notices").json()["unread"] == 1
    assert client.get("/api/v1/notices?unread=maybe", headers=headers).status_code == 422

    read = client.post(f"/api/v1/notices/{found['items'][0]['id']}/read", headers=headers).json()
    assert read["read_at"]
    assert client.get("/api/v1/notices?unread=true", headers=headers).json()["items"] == []
    told(cast.anna, key="again")
    assert client.post("/api/v1/notices/read", headers=headers).json() == {"read": 1}


def test_old_notices_are_forgotten_in_chunks(cast, told):
    for number in range(6):
        told(cast.anna, key=f"{number}")
    old, ancient = timezone.now() - timedelta(days=91), timezone.now() - timedelta(days=366)
    pks = list(Notice.objects.order_by("pk").values_list("pk", flat=True))
    Notice.objects.filter(pk__in=pks[:2]).update(at=old, read_at=old)
    Notice.objects.filter(pk=pks[2]).update(at=old)
    Notice.objects.filter(pk=pks[3]).update(at=ancient)

    assert forget_old(chunk=2) == 3
    assert list(Notice.objects.order_by("pk").values_list("pk", flat=True)) == [pks[2], pks[4], pks[5]]


def test_the_list_speaks_chinese(cast, told):
    told(cast.anna)
    cast.anna.prefer(language="zh-hans")
    with translation.override("zh-hans"):
        page = browser(cast.anna).get("/notices/").content.decode()
    assert "全部标为已读" in page
    assert "刚刚" in page
