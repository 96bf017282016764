"""Who is in a campaign, what they answered, and what came of it (T5, A8, M2)."""

import json
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.leads.campaigns.figures import Outcome
from keyuan.leads.campaigns.joining import join, leave, members_of, note_answer, unjoin
from keyuan.leads.campaigns.models import CampaignMember
from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.org.models import Grant, User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from tests.make import make_campaign, make_contact, make_customer, make_lead, make_opportunity, option, stage

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


@pytest.fixture
def fair(cast):
    return make_campaign("春季展会", owner=cast.boss, cost=Decimal("1000.00"))


def test_many_customers_go_into_a_campaign_from_their_list_and_each_shows_it_in_its_time_line(cast, fair):
    customers = [make_customer(owner=cast.anna) for _ in range(12)]
    client = client_of(cast.anna)
    ids = [one.pk for one in customers]
    asked = client.post("/customers/bulk/", {"ids": ids, "verb": "campaign", "query": ""})
    assert asked["Location"].startswith("/campaigns/join/?module=customer&chosen=")
    page = client.get(asked["Location"])
    assert page.status_code == 200
    chosen = parse_qs(urlsplit(asked["Location"]).query)["chosen"][0]
    given = {"module": "customer", "chosen": chosen, "campaign": str(fair.pk), "answer": "invited"}
    client.post("/campaigns/join/", given)
    assert (
        CampaignMember.objects.filter(
            campaign=fair, customer__in=ids, answer=option("campaign_answer", "invited")
        ).count()
        == 12
    )
    for one in customers[:2]:
        line = said(client.get(f"/activities/of/customer/{one.pk}/timeline/"))
        assert "把客户加入市场活动「春季展会」" in line
    events = Event.objects.filter(name="joined_campaign")
    assert (events.count(), len({one.operation_id for one in events})) == (12, 1)


def test_the_time_line_costs_no_query_more_for_each_campaign(cast):
    def queries(customer):
        with CaptureQueriesContext(connection) as done:
            client.get(f"/activities/of/customer/{customer.pk}/timeline/")
        return len(done)

    client, one, many = client_of(cast.anna), make_customer(owner=cast.anna), make_customer(owner=cast.anna)
    join(Customer.rows.filter(pk__in=[one.pk]), make_campaign(owner=cast.boss), by=cast.anna)
    for _ in range(4):
        join(Customer.rows.filter(pk=many.pk), make_campaign(owner=cast.boss), by=cast.anna)
    client.get(f"/activities/of/customer/{one.pk}/timeline/")
    assert queries(one) == queries(many)


def test_the_same_record_is_in_a_campaign_once(cast, fair):
    customer = make_customer(owner=cast.anna)
    rows = Customer.rows.filter(pk=customer.pk)
    assert (join(rows, fair, by=cast.anna).number, join(rows, fair, by=cast.anna).already) == (1, 1)
    assert Event.objects.filter(name="joined_campaign").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignMember.objects.create(campaign=fair, customer=customer, added_by=cast.anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignMember.objects.create(campaign=fair, added_by=cast.anna)


def test_contacts_and_leads_join_and_show_it_too(cast, fair):
    customer = make_customer(owner=cast.anna)
    contact, lead = make_contact(customer, "王工"), make_lead("宁波海德", owner=cast.anna)
    join(type(contact).rows.filter(pk=contact.pk), fair, by=cast.anna)
    join(Lead.rows.filter(pk=lead.pk), fair, by=cast.anna)
    client = client_of(cast.anna)
    assert "把联系人加入市场活动「春季展会」" in said(client.get(f"/activities/of/customer/{customer.pk}/timeline/"))
    assert "把线索加入市场活动「春季展会」" in said(client.get(f"/activities/of/lead/{lead.pk}/timeline/"))
    page = said(client.get(f"/campaigns/{fair.pk}/members/"))
    assert all(word in page for word in ("王工", "宁波海德"))


def test_who_only_sees_a_campaign_puts_in_what_they_may_change_and_sees_what_they_may_see(cast, fair):
    mine, theirs = make_customer("甲公司", owner=cast.anna), make_customer("乙公司", owner=cast.olga)
    with pytest.raises(NotAllowed):
        join(Customer.rows.filter(pk=theirs.pk), fair, by=cast.anna)
    join(Customer.rows.filter(pk__in=[mine.pk, theirs.pk]), fair, by=cast.boss)
    assert {one.customer_id for one in members_of(fair, cast.anna)} == {mine.pk}
    page = said(client_of(cast.anna).get(f"/campaigns/{fair.pk}/"))
    assert ("甲公司" in page, "乙公司" in page) == (True, False)
    foreign = members_of(fair, cast.boss).get(customer=theirs)
    assert client_of(cast.anna).get(f"/campaigns/{fair.pk}/members/{foreign.pk}/").status_code == 404
    assert client_of(cast.guest).get(f"/campaigns/{fair.pk}/members/").status_code == 404
    assert leave(CampaignMember.objects.all(), fair, by=cast.anna) == 1


def test_answers_and_results_are_noted_counted_and_taken_out(cast, fair):
    customers = [make_customer(owner=cast.anna) for _ in range(3)]
    join(
        Customer.rows.filter(pk__in=[one.pk for one in customers]),
        fair,
        by=cast.anna,
        answer=option("campaign_answer", "invited"),
    )
    first, second, _third = CampaignMember.objects.order_by("pk")
    client = client_of(cast.anna)
    client.post(f"/campaigns/{fair.pk}/members/{first.pk}/", {"answer": "attended", "result": "要 30 套"})
    client.post(f"/campaigns/{fair.pk}/members/bulk/", {"verb": "answer", "answer": "declined", "ids": [second.pk]})
    first.refresh_from_db()
    assert (first.answer.key, first.result) == ("attended", "要 30 套")
    page = said(client.get(f"/campaigns/{fair.pk}/"))
    assert all(word in page for word in ("已参加 1", "已婉拒 1", "已邀请 1"))
    assert "已参加" in said(client.get(f"/activities/of/customer/{customers[0].pk}/timeline/"))
    client.post(f"/campaigns/{fair.pk}/members/bulk/", {"verb": "leave", "ids": [second.pk]})
    assert CampaignMember.objects.count() == 2
    assert client.post(f"/campaigns/{fair.pk}/members/bulk/", {"verb": "x"}).status_code == 409
    assert "要 30 套" in said(client.get(f"/campaigns/{fair.pk}/members/?answer=attended"))


def test_noting_the_same_answer_again_writes_no_history(cast, fair):
    customer = make_customer(owner=cast.anna)
    join(Customer.rows.filter(pk=customer.pk), fair, by=cast.anna)
    rows, answer = CampaignMember.objects.all(), option("campaign_answer", "attended")
    assert note_answer(rows, fair, by=cast.anna, answer=answer) == 1
    assert note_answer(rows, fair, by=cast.anna, answer=answer) == 0


def figures(campaign, user):
    with translation.override("zh-hans"):
        return {one["label"]: one for one in Outcome(campaign, user, NameBook(user)).figures()}


def behind(figure, catalogue, user):
    """How many rows the list has to which a figure leads."""
    asked = parse_qs(urlsplit(figure["url"]).query)["filter"][0]
    return Listing(catalogue, user, node=json.loads(asked)).rows.count()


def test_the_figures_of_a_campaign_are_those_of_the_lists_behind_them(cast, fair):
    customer = make_customer(owner=cast.anna)
    make_lead(owner=cast.anna, campaign=fair)
    make_lead(owner=cast.anna, campaign=fair).qualify(by=cast.anna)
    won = make_lead(owner=cast.anna, campaign=fair)
    Lead.rows.filter(pk=won.pk).update(state="converted", converted_customer=customer, converted_at=timezone.now())
    make_lead(owner=cast.olga, campaign=fair)
    deal = make_opportunity(owner=cast.anna, customer=customer, campaign=fair, amount=Decimal("2500.00"))
    make_opportunity(owner=cast.anna, customer=customer, campaign=fair, amount=Decimal("99.00"))
    deal.move(stage("won"), by=cast.anna)

    told = figures(fair, cast.anna)
    assert [told[one]["value"] for one in ("线索", "有效线索", "成为客户", "商机")] == ["3", "2", "1", "2"]
    assert "2,500.00" in told["赢单金额"]["value"]
    assert "333.33" in told["每条线索成本"]["value"]
    assert told["投入产出"]["value"] == "150.0%"
    assert behind(told["线索"], LEAD, cast.anna) == 3
    assert behind(told["有效线索"], LEAD, cast.anna) == 2
    assert behind(told["成为客户"], CUSTOMER, cast.anna) == 1
    assert behind(told["商机"], OPPORTUNITY, cast.anna) == 2
    assert behind(told["赢单金额"], OPPORTUNITY, cast.anna) == 1
    assert figures(fair, cast.boss)["线索"]["value"] == "4"
    for one in told.values():
        assert client_of(cast.anna).get(one["url"]).status_code == 200


def test_hidden_amounts_and_modules_make_no_figures(cast, fair):
    make_lead(owner=cast.anna, campaign=fair)
    Grant.objects.filter(role__in=cast.anna.roles.all(), module="campaign").update(fields={"cost": "hidden"})
    Grant.objects.filter(role__in=cast.anna.roles.all(), module="opportunity").update(fields={"amount": "hidden"})
    told = figures(fair, User.objects.get(pk=cast.anna.pk))
    assert not {"每条线索成本", "赢单金额", "投入产出"} & told.keys()


def test_customers_and_contacts_are_added_on_the_page_of_the_campaign(cast, fair):
    customer = make_customer(owner=cast.anna)
    contact = make_contact(customer, "王工")
    client = client_of(cast.anna)
    assert client.post(f"/campaigns/{fair.pk}/members/new/", {"answer": "invited"}).status_code == 422
    given = {"customers": [str(customer.pk)], "contacts": [str(contact.pk)], "answer": "registered"}
    client.post(f"/campaigns/{fair.pk}/members/new/", given)
    assert {one.kind for one in CampaignMember.objects.all()} == {"customer", "contact"}


def test_deleted_records_are_no_members_and_a_purged_campaign_takes_its_roll_along(cast, fair):
    customer = make_customer(owner=cast.anna)
    join(Customer.rows.filter(pk=customer.pk), fair, by=cast.anna)
    customer.delete_by(cast.boss)
    assert not members_of(fair, cast.boss).exists()
    customer.restore(by=cast.boss)
    assert members_of(fair, cast.boss).count() == 1


def test_what_was_put_in_together_is_taken_out_again_within_a_day(cast, fair):
    customers = [make_customer(owner=cast.anna) for _ in range(3)]
    join(Customer.rows.filter(pk=customers[0].pk), fair, by=cast.boss)
    client, ids = client_of(cast.anna), ",".join(str(one.pk) for one in customers)
    given = {"module": "customer", "chosen": ids, "campaign": str(fair.pk), "answer": "invited"}
    client.post("/campaigns/join/", given)
    operation = Event.objects.filter(name="joined_campaign", by=cast.anna).first().operation
    undo = f"/campaigns/{fair.pk}/join/undo/{operation.pk}/"
    assert undo in said(client.get("/customers/"))
    assert client_of(cast.boss).post(undo).status_code == 404
    assert client.post(undo).status_code == 302
    assert list(CampaignMember.objects.values_list("customer", flat=True)) == [customers[0].pk]  # was there before
    assert Event.objects.filter(name="left_campaign", record_id=customers[1].pk).exists()

    client.post("/campaigns/join/", given)
    late = Event.objects.filter(name="joined_campaign", by=cast.anna).order_by("-pk").first().operation
    late.at = timezone.now() - timedelta(hours=25)
    with pytest.raises(RuleBroken, match="too late"):
        unjoin(fair, late, by=cast.anna)
    assert CampaignMember.objects.count() == 3
