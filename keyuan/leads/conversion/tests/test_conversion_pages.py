"""Pages around a conversion: both ways traceable, the deleted customer, and the lead that is one again (E9, E10)."""

import pytest
from django.test import Client

from keyuan.activities.models import FollowUp
from keyuan.customers.models import Customer
from keyuan.leads.conversion.models.converting import Into
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from tests.make import make_contact, make_customer, make_lead, make_plan, option

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
    assert "转化了 线索" in of_lead


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


# The dialog


def asked(lead, **more):
    lead.refresh_from_db()
    named = {"new_customer-name": lead.company, "new_customer-category": "potential"}
    return {"into": "new", "contact": "new", "version": lead.version, **named} | more


def test_the_button_stands_on_open_leads_of_those_who_may_make_customers(cast, lead):
    url = f"/leads/{lead.pk}/convert/"
    assert url in said(client_of(cast.anna).get(f"/leads/{lead.pk}/"))
    lead.disqualify(by=cast.anna, reason=option("invalid_reason", "no_need"))
    assert url not in said(client_of(cast.anna).get(f"/leads/{lead.pk}/"))
    assert client_of(cast.olga).get(url).status_code == 404


def test_the_dialog_says_what_goes_where_and_makes_a_customer_with_an_opportunity(cast, lead):
    client, url = client_of(cast.anna), f"/leads/{lead.pk}/convert/"
    page = said(client.get(url))
    assert all(word in page for word in ("去向", "138 0013 8000", "联系人 · 手机", "客户 · 客户名称"))
    sent = asked(lead, deal="1", **{"deal-name": "排产", "deal-amount": "5万", "deal-expected_on": "2031-03-18"})
    sent["deal-stage"] = Opportunity._meta.get_field("stage").related_model.objects.order_by("position").first().pk
    answer = client.post(url, sent)
    assert answer.status_code == 302, said(answer)
    assert answer.url == f"/customers/{Customer.rows.get().pk}/"
    deal = Opportunity.rows.get()
    assert (deal.name, deal.amount, deal.contacts) == ("排产", 50000, [Lead.rows.get().converted_contact_id])
    assert "撤销" in said(client.get(answer.url))


def test_the_dialog_offers_to_join_a_customer_who_may_be_the_same_and_a_contact_of_theirs(cast, lead):
    customer = make_customer("宁波海德有限公司", owner=cast.anna)
    contact = make_contact(customer, "王大伟", mobile="13800138000")
    client, url = client_of(cast.anna), f"/leads/{lead.pk}/convert/"
    page = said(client.get(url))
    assert f'id="into-{customer.pk}" value="{customer.pk}" checked' in page
    assert f'<option value="{contact.pk}" selected>' in page
    part = said(client.get(f"{url}contacts/?into={customer.pk}", headers={"HX-Request": "true"}))
    assert f'<option value="{contact.pk}" selected>' in part
    client.post(url, asked(lead, into=customer.pk, contact=contact.pk))
    lead.refresh_from_db()
    assert (lead.converted_customer, lead.converted_contact) == (customer, contact)


def test_what_is_similar_is_looked_at_first_and_what_was_typed_stays(cast, lead):
    client, url = client_of(cast.anna), f"/leads/{lead.pk}/convert/"
    make_customer("宁波海德有限公司", owner=cast.boss)
    sent = asked(lead, deal="1", **{"deal-name": "排产一期", "deal-amount": "", "deal-expected_on": "2031-03-18"})
    answer = client.post(url, sent)
    page = said(answer)
    assert answer.status_code == 422
    assert all(word in page for word in ("相似", "排产一期", "宁波海德有限公司"))
    assert Customer.rows.count() == 1
    hidden = Customer.rows.get()
    assert f'value="{hidden.pk}"' not in page.replace(f'name="seen" value="{hidden.pk}"', "")
    assert client.post(url, asked(lead, seen=str(hidden.pk))).status_code == 302


def test_the_dialog_refuses_a_second_customer_of_a_name_and_joins_another_one(cast, lead):
    client, url = client_of(cast.anna), f"/leads/{lead.pk}/convert/"
    taken = make_customer("宁波海德", owner=cast.olga)
    answer = client.post(url, asked(lead, seen=str(taken.pk)))
    assert answer.status_code == 422
    assert "已存在" in said(answer)
    assert client.post(url, asked(lead, into="other", other=str(taken.pk))).status_code == 422
    mine = make_customer("海德装备", owner=cast.anna)
    assert client.post(url, asked(lead, into="other", other="海德装备")).url == f"/customers/{mine.pk}/"
    assert client.get(url).status_code == 409
