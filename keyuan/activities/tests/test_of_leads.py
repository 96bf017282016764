"""Follow-ups and plans hang on leads as they do on customers (E5, E8)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.activities.composing import NextStep, complete_plan, log_follow_up, matching_plan, next_plan
from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.seeing import follow_up_pairs, plan_pairs
from keyuan.exchange.recycling import purge
from keyuan.leads.models import Lead
from keyuan.notices.models import Notice
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer, make_follow_up, make_lead, make_plan, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(cast):
    return make_lead("宁波海德", owner=cast.anna, name="王工")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


def words(**more):
    result = option("follow_up_result", "progress")
    return {"kind": option("follow_up_kind", "phone"), "content": "电话里谈了排产的需求", "result": result} | more


def test_the_first_follow_up_begins_the_work_and_the_lead_knows_its_dates(cast, lead):
    tomorrow = timezone.now() + timedelta(days=1)
    logged = log_follow_up(lead, by=cast.anna, next_step=NextStep(tomorrow), **words())
    lead.refresh_from_db()
    assert (lead.state, lead.last_followed_at, lead.next_contact_at) == ("working", logged.follow_up.at, tomorrow)
    assert (logged.follow_up.customer, logged.follow_up.lead, logged.planned.lead) == (None, lead, lead)
    assert next_plan(lead, cast.anna) == logged.planned
    logged.planned.cancel(by=cast.anna)
    lead.refresh_from_db()
    assert lead.next_contact_at is None


def test_a_valid_lead_stays_valid_when_it_is_followed_up(cast, lead):
    lead.qualify(by=cast.anna)
    log_follow_up(lead, by=cast.anna, **words())
    lead.refresh_from_db()
    assert lead.state == "valid"


def test_nobody_writes_about_a_lead_that_has_become_a_customer(cast, lead):
    Lead.rows.filter(pk=lead.pk).update(state="converted", converted_at=timezone.now())
    with pytest.raises(RuleBroken, match="become a customer"):
        log_follow_up(lead, by=cast.anna, **words())
    page = said(client_of(cast.anna).get(f"/activities/of/lead/{lead.pk}/", headers={"HX-Request": "true"}))
    assert "data-compose" not in page


def test_a_follow_up_fulfils_the_plan_of_its_lead(cast, lead):
    plan = make_plan("打电话", owner=cast.anna, starts_at=timezone.now(), lead=lead)
    other = make_plan("别的", owner=cast.anna, starts_at=timezone.now(), customer=make_customer(owner=cast.anna))
    assert matching_plan(lead, cast.anna) == plan
    logged = log_follow_up(lead, by=cast.anna, completes=plan, **words())
    assert logged.completed.state == "done"
    with pytest.raises(RuleBroken, match="another customer"):
        log_follow_up(lead, by=cast.anna, completes=other, **words())


def test_a_plan_of_a_lead_is_done_with_words_and_becomes_a_follow_up(cast, lead):
    plan = make_plan("打电话", owner=cast.anna, starts_at=timezone.now() - timedelta(hours=1), lead=lead)
    logged = complete_plan(plan, "打通了，要看方案", by=cast.anna)
    assert (logged.follow_up.lead, logged.follow_up.content) == (lead, "打通了，要看方案")


def test_follow_ups_and_plans_are_seen_through_their_lead(cast, lead):
    row = log_follow_up(lead, by=cast.anna, **words()).follow_up
    plan = make_plan("打电话", owner=cast.anna, starts_at=timezone.now(), lead=lead)
    of_customer = make_follow_up(make_customer(owner=cast.anna))
    people = (cast.anna, cast.boss, cast.olga, cast.guest)
    seen = {one.username: set(FollowUp.objects.visible_to(one)) for one in people}
    assert (seen["anna"], seen["boss"], seen["olga"], seen["guest"]) == (
        {row, of_customer}, {row, of_customer}, set(), set(),
    )  # fmt: skip
    assert [one.username for one in people if plan in Plan.objects.visible_to(one)] == ["anna", "boss"]
    asked = [(one, row.pk) for one in people]
    assert follow_up_pairs(asked) == {(cast.anna.pk, row.pk), (cast.boss.pk, row.pk)}
    assert plan_pairs([(one, plan.pk) for one in people]) == {(cast.anna.pk, plan.pk), (cast.boss.pk, plan.pk)}
    with pytest.raises(NotAllowed):
        log_follow_up(lead, by=cast.olga, **words())
    with pytest.raises(NotAllowed):
        make_plan(owner=cast.olga, starts_at=timezone.now(), lead=lead)


def test_what_hangs_on_a_deleted_lead_is_gone_and_comes_back_with_it(cast, lead):
    row = log_follow_up(lead, by=cast.anna, **words()).follow_up
    lead.delete_by(cast.anna)
    for one in (cast.anna, cast.boss):
        assert not FollowUp.objects.visible_to(one).exists()
    assert follow_up_pairs([(cast.anna, row.pk)]) == set()
    Lead.rows.get(pk=lead.pk).restore(by=cast.anna)
    assert FollowUp.objects.visible_to(cast.anna).get() == row


def test_what_hangs_on_a_lead_goes_for_good_with_it(cast, lead):
    log_follow_up(lead, by=cast.anna, next_step=NextStep(timezone.now() + timedelta(days=1)), **words())
    lead.delete_by(cast.anna)
    assert purge(Lead.rows.deleted(), by=cast.boss) == 1
    assert (FollowUp.rows.count(), Plan.rows.count(), Lead.rows.count()) == (0, 0, 0)


def test_the_page_of_a_lead_logs_and_tells_what_happened(cast, lead):
    client, url = client_of(cast.anna), f"/activities/of/lead/{lead.pk}/"
    shown = said(client.get(url, headers={"HX-Request": "true"}))
    assert "data-compose" in shown
    answer = client.post(url, {"content": "谈了排产的需求", "kind": "phone"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "谈了排产的需求" in said(answer)
    lead.refresh_from_db()
    assert lead.state == "working"
    changes = said(client.get(f"{url}timeline/?kind=changes", headers={"HX-Request": "true"}))
    assert "跟进中" in changes
    assert "谈了排产的需求" not in changes
    found = said(client.get(f"{url}timeline/?q=排产", headers={"HX-Request": "true"}))
    assert "谈了排产的需求" in found
    assert client_of(cast.olga).get(url).status_code == 404
    assert client_of(cast.olga).post(url, {"content": "不该有", "kind": "phone"}).status_code == 404


def test_the_head_of_the_page_follows_so_that_the_next_step_is_not_out_of_date(cast, lead):
    client = client_of(cast.anna)
    log_follow_up(lead, by=cast.anna, **words())
    head = said(client.get(f"/leads/{lead.pk}/facts/"))
    assert "跟进中" in head
    lead.refresh_from_db()
    assert f'name="version" value="{lead.version}"' in head
    client.post(f"/leads/{lead.pk}/qualify/", {"version": lead.version})
    lead.refresh_from_db()
    assert lead.state == "valid"


def test_a_plan_is_made_from_the_page_of_a_lead(cast, lead):
    client = client_of(cast.anna)
    form = said(client.get(f"/activities/plans/new/?lead={lead.pk}"))
    assert f'name="lead" value="{lead.pk}"' in form
    given = {"subject": "回访", "kind": "phone", "lead": lead.pk, "starts_at": "2031-03-18T14:00", "priority": "normal"}
    client.post("/activities/plans/new/", given)
    plan = Plan.rows.get()
    assert (plan.lead, plan.customer) == (lead, None)
    assert "回访" in said(client.get(f"/activities/of/lead/{lead.pk}/plans/", headers={"HX-Request": "true"}))
    assert "宁波海德" in said(client.get(f"/activities/plans/{plan.pk}/"))


def test_a_follow_up_of_a_lead_has_pages_of_its_own(cast, lead):
    row = log_follow_up(lead, by=cast.anna, **words()).follow_up
    client = client_of(cast.anna)
    assert f"/leads/{lead.pk}/" in said(client.get(f"/activities/follow-ups/{row.pk}/"))
    assert client.get(f"/activities/follow-ups/{row.pk}/edit/").status_code == 200
    given = {"content": "改过的话", "kind": "phone", "at": "2026-01-05 10:00", "version": row.version}
    assert client.post(f"/activities/follow-ups/{row.pk}/edit/", given).url == f"/leads/{lead.pk}/"
    assert "宁波海德" in said(client.get("/activities/?view=all"))


def test_the_owner_of_a_lead_hears_what_a_colleague_wrote(cast, lead):
    log_follow_up(lead, by=cast.boss, **words())
    notice = Notice.objects.get(user=cast.anna, kind="follow_up.written")
    assert "宁波海德" in said(client_of(cast.anna).get("/notices/")), notice


def test_the_api_writes_and_reads_follow_ups_and_plans_of_leads(cast, lead):
    api = Caller(cast.anna)
    made = api.post(
        "/follow-ups", {"lead": lead.pk, "kind": "phone", "content": "谈了需求", "at": "2026-01-05T10:00:00+08:00"}
    )
    assert made.status_code == 201, made.content
    assert (made.json()["lead"]["id"], made.json()["customer"]) == (lead.pk, None)
    planned = api.post(
        "/plans", {"lead": lead.pk, "subject": "回访", "kind": "phone", "starts_at": "2031-01-05T10:00:00+08:00"}
    )
    assert planned.json()["lead"]["id"] == lead.pk
    refused = api.post("/follow-ups", {"kind": "phone", "content": "谈了", "at": "2026-01-05T10:00:00+08:00"})
    assert list(refused.json()["errors"]) == ["customer"]


def test_the_quick_log_finds_leads_beside_customers_and_writes_on_them(cast, lead):
    make_customer("宁波海德机电", owner=cast.anna)
    gone = make_lead("宁波海德二厂", owner=cast.anna)
    gone.convert(by=cast.anna)
    make_lead("宁波海德外地", owner=cast.olga)
    client = client_of(cast.anna)
    found = client.get("/activities/customers/", {"q": "海德"}).json()["found"]
    assert sorted((one["kind"], one["name"]) for one in found) == [
        ("customer", "宁波海德二厂"), ("customer", "宁波海德机电"), ("lead", "宁波海德"),
    ]  # fmt: skip
    client.get(f"/leads/{lead.pk}/")
    assert client.get("/activities/customers/").json()["found"][0]["kind"] == "lead"

    given = {"kind": "phone", "content": "电话里问了产量和预算"}
    assert client.post("/activities/quick/", given | {"lead": lead.pk}).status_code == 302
    assert client.post("/activities/quick/", given | {"about_name": "宁波海德"})["Location"] == f"/leads/{lead.pk}/"
    assert FollowUp.rows.filter(lead=lead).count() == 2
    refused = client.post("/activities/quick/", given | {"lead": gone.pk, "about_name": "没有这家"})
    assert (refused.status_code, "没有这家" in said(refused)) == (422, True)
    assert client.post("/activities/quick/", given | {"about_name": "宁波海德外地"}).status_code == 422
