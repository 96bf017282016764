"""Follow-ups, plans and the time line in the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from keyuan.activities.models import FollowUp, Plan
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_contact, make_customer, make_follow_up, make_plan

pytestmark = pytest.mark.django_db


def given(customer, **values):
    return {
        "customer": customer.pk,
        "kind": "visit",
        "content": "看了两条产线",
        "at": "2026-01-05T10:00:00+08:00",
    } | values


def test_a_follow_up_is_written_with_its_next_contact(cast):
    customer = make_customer(owner=cast.anna)
    contact = make_contact(customer, "顾建国")
    soon = (timezone.now() + timedelta(days=2)).isoformat()

    answer = Caller(cast.anna).post(
        "/follow-ups", given(customer, contacts=[contact.pk], result="progress", next_contact_at=soon)
    )

    told = answer.json()
    assert answer.status_code == 201
    assert (told["author"]["name"], told["kind"]["value"], told["is_effective"]) == ("Anna", "visit", True)
    assert told["contacts"] == [{"id": contact.pk, "name": "顾建国"}]
    assert told["customer"] == {"id": customer.pk, "name": customer.name}
    assert Plan.objects.visible_to(cast.anna).get().customer == customer
    customer.refresh_from_db()
    assert customer.last_followed_at.isoformat() == "2026-01-05T02:00:00+00:00"


def test_a_follow_up_stays_with_its_customer(cast):
    follow_up = make_follow_up(make_customer(owner=cast.anna))
    other = make_customer(owner=cast.anna)
    answer = Caller(cast.anna).patch(f"/follow-ups/{follow_up.pk}", {"customer": other.pk}, 1)
    assert answer.status_code == 422
    assert "customer" in answer.json()["errors"]


def test_strangers_and_what_lies_ahead_are_refused(cast):
    customer, foreign = make_customer(owner=cast.anna), make_customer(owner=cast.olga)
    stranger = make_contact(make_customer(owner=cast.anna))
    caller = Caller(cast.anna)
    assert caller.post("/follow-ups", given(foreign)).status_code == 422
    assert caller.post("/follow-ups", given(customer, contacts=[stranger.pk])).status_code == 409
    assert caller.post("/follow-ups", given(customer, at="2099-01-01T00:00:00Z")).status_code == 409
    assert caller.post("/follow-ups", given(customer, content="")).status_code == 422
    assert caller.post("/follow-ups", given(customer, author=cast.ben.pk)).status_code == 422
    assert not FollowUp.objects.visible_to(cast.boss).exists()


def test_the_list_is_asked_like_every_list(cast):
    customer = make_customer("海曙精密", owner=cast.anna)
    found = make_follow_up(customer, "对方要求本地部署")
    make_follow_up(customer, "别的事", at=timezone.now() - timedelta(days=40))
    make_follow_up(make_customer(owner=cast.olga), "对方要求本地部署")
    caller = Caller(cast.anna)

    assert [one["id"] for one in caller.get("/follow-ups?q=本地部署").json()["items"]] == [found.pk]
    assert len(caller.get("/follow-ups?q=海曙").json()["items"]) == 2
    recent = '{"field":"at","op":"within","value":"30d"}'
    assert [one["id"] for one in caller.get(f"/follow-ups?filter={recent}").json()["items"]] == [found.pk]
    some = '{"field":"follow_ups","op":"some","value":{"field":"at","op":"within","value":"30d"}}'
    assert [one["id"] for one in caller.get(f"/customers?filter={some}").json()["items"]] == [customer.pk]
    none = '{"field":"plans","op":"no","value":{"field":"state","op":"=","value":"open"}}'
    assert len(caller.get(f"/customers?filter={none}").json()["items"]) == 1


def test_a_plan_is_made_changed_and_completed(cast):
    customer = make_customer(owner=cast.anna)
    caller = Caller(cast.anna)
    made = caller.post(
        "/plans",
        {
            "subject": "拜访顾总",
            "kind": "visit",
            "customer": customer.pk,
            "starts_at": "2026-03-20T10:00:00+08:00",
            "ends_at": "2026-03-20T11:30:00+08:00",
            "participants": [cast.ben.pk],
            "reminders": [15, 60],
        },
    ).json()
    assert (made["state"]["value"], made["is_overdue"], made["owner"]["name"]) == ("open", True, "Anna")
    assert made["reminders"] == [15, 60]
    assert made["participants"] == [{"id": cast.ben.pk, "name": "Ben"}]

    moved = caller.patch(f"/plans/{made['id']}", {"is_all_day": True}, 1).json()
    assert moved["starts_at"] == "2026-03-20T00:00:00+08:00"
    assert moved["ends_at"] == "2026-03-21T00:00:00+08:00"
    assert (
        caller.patch(f"/plans/{made['id']}", {"ends_at": "2026-03-01T00:00:00Z"}, moved["version"]).status_code == 422
    )

    done = caller.post(f"/plans/{made['id']}/complete", {"content": "谈了一个上午"}).json()
    assert done["state"]["value"] == "done"
    follow_up = FollowUp.objects.visible_to(cast.anna).get()
    assert (follow_up.customer, follow_up.content, follow_up.kind.key) == (customer, "谈了一个上午", "visit")
    assert caller.post(f"/plans/{made['id']}/complete", {}).status_code == 409


def test_plans_for_others_need_the_reach(cast):
    plan = {"subject": "周会", "kind": "meeting"}
    assert Caller(cast.anna).post("/plans", plan | {"owner": cast.ben.pk}).status_code == 403
    assert Caller(cast.boss).post("/plans", plan | {"owner": cast.ben.pk}).json()["owner"]["name"] == "Ben"


def test_who_takes_part_learns_the_name_of_the_customer_alone(cast):
    plan = make_plan(
        owner=cast.anna,
        starts_at=timezone.now(),
        customer=make_customer(owner=cast.anna),
        participants=[cast.olga.pk],
    )
    assert Caller(cast.olga).get(f"/plans/{plan.pk}").json()["customer"] is None
    assert Caller(cast.anna).get(f"/plans/{plan.pk}").json()["customer"]["name"]


def test_the_time_line_mixes_follow_ups_and_changes_page_by_page(cast):
    customer = make_customer(owner=cast.anna)
    for number in range(30):
        make_follow_up(customer, f"第 {number} 次", at=timezone.now() - timedelta(hours=number))
    caller = Caller(cast.anna)

    first = caller.get(f"/customers/{customer.pk}/timeline").json()
    second = caller.ask("GET", f"/customers/{customer.pk}/timeline?before={first['next'].replace('+', '%2B')}").json()

    lines = [*first["items"], *second["items"]]
    assert len(first["items"]) == 20
    assert second["next"] is None
    assert sorted(line["event"] for line in lines) == ["created", *["followed_up"] * 30]
    assert len({(line["record"]["kind"], line["id"]) for line in lines}) == 31
    only = caller.get(f"/customers/{customer.pk}/timeline?kind=changes").json()["items"]
    assert [line["event"] for line in only] == ["created"]
    assert caller.get(f"/customers/{customer.pk}/timeline?kind=nothing").status_code == 422
