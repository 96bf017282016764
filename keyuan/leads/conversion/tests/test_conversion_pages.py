"""Pages around a conversion: both ways traceable, the deleted customer, and the lead that is one again (E9, E10)."""

import pytest
from django.test import Client

from keyuan.activities.models import FollowUp
from keyuan.customers.models import Customer
from keyuan.leads.conversion.models.converting import Into
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from tests.make import make_customer, make_lead, make_plan, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(cast):
    found = make_lead("宁波海德", owner=cast.anna, name="王工", mobile="13800138000")
    FollowUp.add(by=cast.anna, lead=found, kind=option("follow_up_kind", "phone"), content="谈了三条线的排产")
    return found


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


def test_lead_customer_and_opportunity_lead_to_each_other(cast, lead):
    lead.convert(Into(opportunity={}), by=cast.anna)
    client, customer, deal = client_of(cast.anna), Customer.rows.get(), Opportunity.rows.get()
    page = said(client.get(f"/leads/{lead.pk}/"))
    assert all(f'href="{url}"' in page for url in (f"/customers/{customer.pk}/", f"/opportunities/{deal.pk}/"))
    for url in (f"/customers/{customer.pk}/", f"/opportunities/{deal.pk}/"):
        shown = said(client.get(url))
        assert "由线索转化" in shown
        assert f'href="/leads/{lead.pk}/"' in shown
    assert f'href="/leads/{lead.pk}/"' not in said(client_of(cast.ben).get(f"/customers/{customer.pk}/"))


def test_the_history_stands_on_the_customer_with_its_lead_and_still_on_the_lead(cast, lead):
    lead.convert(by=cast.anna)
    client, ajax = client_of(cast.anna), {"HX-Request": "true"}
    of_customer = said(client.get(f"/activities/of/customer/{Customer.rows.get().pk}/timeline/", headers=ajax))
    assert "谈了三条线的排产" in of_customer
    assert f'href="/leads/{lead.pk}/"' in of_customer
    of_lead = said(client.get(f"/activities/of/lead/{lead.pk}/timeline/", headers=ajax))
    assert "谈了三条线的排产" in of_lead
    assert "已转化" in of_lead


def test_a_plan_that_came_from_a_lead_is_done_on_the_customer(cast, lead):
    from keyuan.activities.composing import complete_plan, matching_plan  # noqa: PLC0415

    plan = make_plan("回访", owner=cast.anna, starts_at=lead.created_at, lead=lead)
    customer = lead.convert(by=cast.anna).customer
    plan.refresh_from_db()
    assert matching_plan(customer, cast.anna) == plan
    assert complete_plan(plan, "打通了，要看方案", by=cast.anna).follow_up.customer == customer
    lead.refresh_from_db()
    lead_gone = Lead.rows.get(pk=lead.pk)
    lead_gone.delete_by(cast.anna)
    assert plan in type(plan).objects.visible_to(cast.anna)


def test_a_lead_says_that_its_customer_was_deleted_and_is_revived_there(cast, lead):
    lead.convert(by=cast.anna)
    client = client_of(cast.anna)
    assert "恢复线索" not in said(client.get(f"/leads/{lead.pk}/"))
    Customer.rows.get().delete_by(cast.boss)
    page = said(client.get(f"/leads/{lead.pk}/"))
    assert "已删除" in page
    assert "恢复线索" in page
    assert client.post(f"/leads/{lead.pk}/revive/").url == f"/leads/{lead.pk}/"
    assert Lead.rows.get().state == "working"
    assert client_of(cast.olga).post(f"/leads/{lead.pk}/revive/").status_code == 404


def test_who_does_not_see_the_customer_reads_its_name_alone(cast, lead):
    customer = make_customer("海德装备", owner=cast.boss)
    lead.convert(Into(customer=customer), by=cast.boss)
    page = said(client_of(cast.anna).get(f"/leads/{lead.pk}/"))
    assert "海德装备" in page
    assert f"/customers/{customer.pk}/" not in page


def test_the_conversion_is_undone_from_its_toast(cast, lead):
    lead.convert(by=cast.anna)
    client = client_of(cast.anna)
    assert client.post(f"/leads/{lead.pk}/convert/undo/").url == f"/leads/{lead.pk}/"
    assert Lead.rows.get().state == "working"
    assert client.post(f"/leads/{lead.pk}/convert/undo/").status_code == 409
