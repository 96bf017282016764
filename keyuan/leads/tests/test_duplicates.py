"""The duplicate check looks through leads as well, from every form and the API (C11)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keyuan.customers.duplicates import Given, find_duplicates
from keyuan.customers.models import Customer
from keyuan.org.models import Grant
from keyuan.records.keys import DuplicateKey
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_contact, make_customer, make_lead, make_pool, make_pooled, option

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


def places(by, **given):
    return [(hit.module, hit.name) for hit in find_duplicates(Given(**given), by=by)]


def test_a_lead_is_found_by_company_number_and_domain(cast):
    make_lead("宁波海德精密有限公司", owner=cast.anna, mobile="13800138000", email="wang@haide-nb.com")
    found = [("lead", "宁波海德精密有限公司")]
    assert places(cast.anna, name="宁波海德精密股份有限公司") == found
    assert places(cast.anna, phone="138-0013-8000") == found
    assert places(cast.anna, mobile="13800138000") == found
    assert places(cast.anna, website="https://www.haide-nb.com") == found
    assert places(cast.anna, name="海德精蜜") == found
    assert places(cast.anna, name="毫不相干") == []


def test_a_lead_one_may_not_see_is_told_with_owner_and_masked_phone_alone(cast):
    make_lead("宁波海德精密", owner=cast.olga, mobile="13800138000", requirement="秘密需求")
    (hit,) = find_duplicates(Given(name="宁波海德精密"), by=cast.anna)
    assert (hit.is_visible, hit.phone_told, hit.url) == (False, "138 **** 8000", "")
    panel = said(client_of(cast.anna).post("/leads/duplicates/", {"company": "宁波海德精密"}))
    assert all(word in panel for word in ("宁波海德精密", "Olga", "138 **** 8000"))
    assert "秘密需求" not in panel
    assert "13800138000" not in panel
    mine = make_lead("宁波海德精密二厂", owner=cast.anna)
    assert f'href="/leads/{mine.pk}/"' in said(client_of(cast.anna).post("/leads/duplicates/", {"company": "海德精密"}))


def test_a_hidden_number_is_told_to_nobody(cast):
    make_lead("宁波海德精密", owner=cast.olga, mobile="13800138000")
    Grant.objects.filter(module="lead").update(fields={"mobile": "hidden"})
    (hit,) = find_duplicates(Given(name="宁波海德精密"), by=type(cast.anna).objects.get(pk=cast.anna.pk))
    assert hit.phone_told == ""


def test_the_bin_and_the_pool_are_looked_through(cast):
    gone = make_lead("宁波海德精密", owner=cast.anna)
    gone.delete_by(cast.anna)
    (hit,) = find_duplicates(Given(name="宁波海德精密"), by=cast.anna)
    assert "recycle bin" in hit.reasons[-1][1]
    pooled = make_pooled(make_pool("customer", cast.anna), by=cast.olga, name="厦门鹭岛仪器")
    type(pooled).rows.filter(pk=pooled.pk).update(phone="0592-5551234")
    told = Caller(cast.anna).post("/customers/check-duplicates", {"name": "厦门鹭岛仪器"}).json()
    assert (told[0]["pool"]["id"], told[0]["owner"]) == (pooled.pool_id, None)
    assert "5551234" not in told[0]["phone"]


def test_what_became_a_customer_is_found_as_that_alone(cast):
    lead = make_lead("宁波海德精密", owner=cast.anna, mobile="13800138000")
    lead.convert(by=cast.anna)
    assert places(cast.anna, name="宁波海德精密") == [("customer", "宁波海德精密")]
    assert not DuplicateKey.objects.filter(record_type="lead").exists()
    lead.undo_conversion(by=cast.anna)
    assert ("lead", "宁波海德精密") in places(cast.anna, name="宁波海德精密")


def test_the_forms_ask_while_one_types_and_leave_out_what_is_edited(cast):
    client = client_of(cast.anna)
    customer = make_customer("宁波海德精密", owner=cast.anna)
    contact = make_contact(customer, "王工", mobile="13800138000")
    lead = make_lead("宁波海德精密", owner=cast.anna, mobile="13800138000")
    for page, url in (
        ("/leads/new/", "/leads/duplicates/"),
        (f"/leads/{lead.pk}/edit/", "/leads/duplicates/"),
        (f"/customers/{customer.pk}/contacts/new/", "/contacts/duplicates/"),
        (f"/contacts/{contact.pk}/edit/", "/contacts/duplicates/"),
    ):
        assert f'data-url="{url}"' in said(client.get(page))
    sent = {"company": "宁波海德精密", "mobile": "13800138000", "exclude_lead": lead.pk}
    panel = said(client.post("/leads/duplicates/", sent))
    assert f"/customers/{customer.pk}/" in panel
    assert f"/leads/{lead.pk}/" not in panel
    panel = said(client.post("/contacts/duplicates/", {"mobile": "13800138000", "exclude_contact": contact.pk}))
    assert f"/leads/{lead.pk}/" in panel
    assert f"/customers/{customer.pk}/" not in panel
    panel = said(client.post("/customers/duplicates/", {"name": "宁波海德精密", "exclude": customer.pk}))
    assert f"/leads/{lead.pk}/" in panel


def test_a_similar_lead_warns_who_saves_a_customer_and_blocks_nobody(cast):
    make_lead("宁波海德精密", owner=cast.olga)
    client, given = client_of(cast.anna), {"name": "宁波海德精密", "category": "potential"}
    answer = client.post("/customers/new/", given)
    assert (answer.status_code, Customer.rows.count()) == (422, 0)
    assert "线索" in said(answer)
    client.post("/customers/new/", given | {"anyway": "1"})
    assert Customer.rows.count() == 1
    told = Caller(cast.anna).post("/customers/check-duplicates", {"name": "宁波海德精密"}).json()
    assert [(one["kind"], one["level"], one["id"] is None) for one in told] == [
        ("customer", "same", False),
        ("lead", "similar", True),
    ]


def test_the_check_costs_one_query_more_for_leads(cast):
    make_customer("宁波海德精密", owner=cast.anna)
    find_duplicates(Given(name="宁波海德精密", phone="13800138000"), by=cast.anna)

    def asked(**more):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            find_duplicates(Given(name="宁波海德精密", phone="13800138000"), by=cast.anna, **more)
        return len(queries)

    assert asked() <= asked(customers_only=True) + 1


def test_a_lead_may_have_the_company_of_another_one(cast):
    for owner in (cast.anna, cast.olga):
        make_lead("宁波海德精密", owner=owner, source=option("source", "website"))
    assert len(places(cast.anna, name="宁波海德精密")) == 2
