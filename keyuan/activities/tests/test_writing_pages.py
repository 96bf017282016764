"""Pages on which follow-ups are written and corrected: nothing hidden is shown, nothing typed or named is lost."""

import json
import re
import threading
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from keyuan.activities.models import FollowUp, Plan
from keyuan.customers.bulk import delete_all
from keyuan.org.models import Grant
from tests.make import make_contact, make_customer, make_follow_up, make_plan, make_role, make_user

pytestmark = pytest.mark.django_db
SAID = {"content": "谈了合同的事情", "kind": "phone"}


@pytest.fixture
def anna(client, cast):
    client.force_login(cast.anna)
    return client


def of(customer):
    return f"/activities/of/customer/{customer.pk}/"


def shown(client, address):
    return client.get(address).content.decode()


def hide(*names):
    for grant in Grant.objects.filter(module__in=("plan", "follow_up")):
        grant.fields = dict.fromkeys(names, "hidden")
        grant.save()


def test_the_next_step_keeps_what_is_hidden(anna, cast):
    customer, soon = make_customer(owner=cast.anna), timezone.now() + timedelta(days=1)
    make_plan("拜访", owner=cast.anna, customer=customer, starts_at=soon, place="秘密茶楼")
    assert "秘密茶楼" in shown(anna, of(customer))
    hide("place")
    page = shown(anna, of(customer))
    assert "拜访" in page
    assert "秘密茶楼" not in page


def test_a_correction_offers_no_hidden_contacts(anna, cast):
    customer = make_customer(owner=cast.anna)
    contact = make_contact(customer, "顾建国")
    address = f"/activities/follow-ups/{make_follow_up(customer, contacts=[contact.pk]).pk}/edit/"
    assert "顾建国" in shown(anna, address)
    hide("contacts")
    assert "顾建国" not in shown(anna, address)


def test_a_correction_loses_nobody_who_was_named(anna, cast):
    customer, other = make_customer(owner=cast.anna), make_customer(owner=cast.anna)
    left, moved, stays = (make_contact(customer, name) for name in ("走了的", "调走的", "还在的"))
    follow_up = make_follow_up(customer, contacts=[left.pk, moved.pk, stays.pk])
    left.edit(by=cast.anna, has_left=True)
    moved.edit(by=cast.anna, customer=other)
    address = f"/activities/follow-ups/{follow_up.pk}/edit/"
    page = shown(anna, address)
    assert "走了的" in page
    assert "调走的" not in page

    typed = SAID | {"at": "2026-01-05T10:00", "version": follow_up.version, "contacts": [left.pk]}
    assert anna.post(address, typed).status_code == 302

    follow_up.refresh_from_db()
    assert follow_up.contacts == [left.pk, moved.pk]
    assert follow_up.content == SAID["content"]


def test_who_may_not_plan_is_offered_no_next_contact_and_writes_all_the_same(client):
    role = make_role(
        customer={"view": "own", "create": "own"}, contact={"view": ""}, follow_up={"view": "", "create": ""}
    )
    person = make_user("noplans", role)
    customer = make_customer(owner=person)
    client.force_login(person)
    for address in (of(customer), "/activities/quick/"):
        page = shown(client, address)
        assert 'name="content"' in page
        assert "next_day" not in page
        assert "next_at" not in page
    assert client.post(of(customer), SAID | {"next_at": "2099-01-01T10:00"}).status_code == 302
    assert FollowUp.objects.visible_to(person).count() == 1
    assert not Plan.objects.unscoped(reason="a test").exists()


def test_other_words_in_a_form_that_a_browser_brought_back_are_saved(anna, cast):
    customer, token = make_customer(owner=cast.anna), uuid.uuid4()
    for content in ("第一次说的事情", "第一次说的事情", "后来又说的事情"):
        anna.post(of(customer), {"content": content, "token": token})
    assert set(FollowUp.objects.visible_to(cast.anna).values_list("content", flat=True)) == {
        "第一次说的事情",
        "后来又说的事情",
    }


@pytest.mark.parametrize("name", ["q", "before", "kind"])
def test_a_nul_in_an_address_breaks_no_time_line(anna, cast, name):
    assert anna.get(of(make_customer(owner=cast.anna)), {name: "a\x00b"}).status_code == 200


def test_a_nul_in_a_form_is_no_customer_and_no_contact(anna, cast):
    customer = make_customer(owner=cast.anna)
    assert anna.post("/activities/quick/", SAID | {"customer": "a\x00b"}).status_code == 422
    assert anna.post(of(customer), SAID | {"contacts": "a\x00b"}).status_code == 422


def test_files_given_to_a_follow_up_lead_back_to_it(anna, cast):
    follow_up = make_follow_up(make_customer(owner=cast.anna))
    given = {"file": SimpleUploadedFile("记录.txt", b"text")}
    answer = anna.post(f"/attachments/of/follow_up/{follow_up.pk}/", given)
    assert answer["Location"] == f"/activities/follow-ups/{follow_up.pk}/#attachments"
    assert anna.get(answer["Location"]).status_code == 200


def test_the_tabs_of_a_customer_are_told_how_many_follow_ups_and_changes_there_are(anna, cast):
    customer = make_customer(owner=cast.anna)
    make_follow_up(customer, "说过一次")
    part = {"HX-Request": "true"}
    page = anna.get(f"/customers/{customer.pk}/").content.decode()
    told = [
        json.loads(one["HX-Trigger"])
        for one in (anna.get(of(customer), headers=part), anna.post(of(customer), SAID, headers=part))
    ]
    assert [one["kx:counts-now"]["lines_follow_ups"] for one in told] == [1, 2]
    assert told[0]["kx:counts-now"]["lines_changes"] == 1
    assert "kx:followed" in told[1]
    assert [one for one in ("lines_follow_ups", "lines_changes") if f'data-count="{one}"' not in page] == []
    assert "HX-Trigger" not in anna.get(of(customer))


def test_the_search_boxes_of_the_lists_say_what_is_searched(anna):
    anna.cookies["keyuan_language"] = "en"
    boxes = [anna.get(address).content.decode() for address in ("/activities/", "/activities/plans/", "/customers/")]
    said = [re.search(r'placeholder="([^"]*)" aria-label="Simple search"', one)[1] for one in boxes]
    assert said == [
        "Content, customer",
        "Subject, notes, customer",
        "Simple search: name, phone, pinyin",
    ]


def at_once(*verbs):
    """Each in a thread and transaction of its own; what they raise."""
    barrier, raised = threading.Barrier(len(verbs)), []

    def go(verb):
        try:
            barrier.wait()
            verb()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(verb,)) for verb in verbs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_many_are_deleted_while_others_write_on_their_customers(cast):
    customers = [make_customer(owner=cast.anna) for _ in range(6)]
    rising = [make_follow_up(one).pk for one in customers]
    falling = [make_follow_up(one).pk for one in reversed(customers)]
    rows = FollowUp.objects.unscoped(reason="a test")
    raised = at_once(
        lambda: delete_all(rows.filter(pk__in=rising), by=cast.boss),
        lambda: delete_all(rows.filter(pk__in=falling), by=cast.boss),
    )
    assert raised == []
    assert rows.deleted().count() == 12


@pytest.mark.django_db(transaction=True)
def test_plans_change_customers_crosswise(cast):
    one, other = make_customer(owner=cast.anna), make_customer(owner=cast.anna)
    soon = timezone.now() + timedelta(days=1)
    for _ in range(5):
        here = make_plan(owner=cast.anna, customer=one, starts_at=soon)
        there = make_plan(owner=cast.anna, customer=other, starts_at=soon)
        raised = at_once(
            lambda: here.edit(by=cast.anna, customer=other),  # noqa: B023
            lambda: there.edit(by=cast.anna, customer=one),  # noqa: B023
        )
        assert raised == []
