"""Leads and opportunities know the campaign that they came from (A8, M2, E2)."""

import json
from urllib.parse import quote

import pytest
from django.test import Client

from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.org.models import Grant
from keyuan.records.listing import Listing
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_campaign, make_customer, make_lead, make_opportunity

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


def of_campaign(campaign):
    return {"field": "campaign", "op": "=", "value": str(campaign.pk)}


@pytest.fixture
def fair(cast):
    return make_campaign("春季展会", owner=cast.boss)


def test_a_lead_is_written_down_with_its_campaign_and_shows_it(cast, fair):
    client = client_of(cast.anna)
    assert "春季展会" in said(client.get(f"/leads/new/?campaign={fair.pk}"))
    client.post("/leads/new/", {"company": "宁波海德", "campaign": str(fair.pk)})
    lead = Lead.rows.get()
    assert lead.campaign == fair
    assert f"/campaigns/{fair.pk}/" in said(client.get(f"/leads/{lead.pk}/"))
    assert "春季展会" in said(client.get("/leads/?columns=name,campaign"))
    client.post(f"/leads/{lead.pk}/fields/campaign/", {"campaign": "", "version": lead.version})
    assert Lead.rows.get().campaign is None


def test_leads_and_opportunities_are_filtered_by_campaign_and_the_chip_says_its_name(cast, fair):
    lead = make_lead(owner=cast.anna, campaign=fair)
    make_lead(owner=cast.anna)
    deal = make_opportunity(owner=cast.anna, customer=make_customer(owner=cast.anna), campaign=fair)
    make_opportunity(owner=cast.anna, customer=make_customer(owner=cast.anna))
    assert Listing(LEAD, cast.anna, base=of_campaign(fair)).page(1, 9).pks == [lead.pk]
    assert Listing(OPPORTUNITY, cast.anna, base=of_campaign(fair)).page(1, 9).pks == [deal.pk]
    asked = quote(json.dumps(of_campaign(fair)))
    for address in ("/leads/", "/opportunities/"):
        page = said(client_of(cast.anna).get(f"{address}?view=all&filter={asked}"))
        assert "春季展会" in page
    offered = {one["name"]: one for one in client_of(cast.anna).get("/lists/lead/fields/").json()["fields"]}
    assert offered["campaign"]["choices"] == [[str(fair.pk), "春季展会"]]


def test_the_api_takes_and_tells_the_campaign(cast, fair):
    api = Caller(cast.anna)
    made = api.post("/leads", {"company": "宁波海德", "campaign": fair.pk}).json()
    assert made["campaign"] == {"id": fair.pk, "name": "春季展会"}
    changed = api.patch(f"/leads/{made['id']}", {"campaign": None}, version=made["version"])
    assert changed.json()["campaign"] is None
    assert api.post("/leads", {"company": "x", "campaign": fair.pk + 1000}).status_code == 422
    customer = make_customer(owner=cast.anna)
    given = {"name": "检测线", "customer": customer.pk, "expected_on": "2026-09-01", "amount": "1", "probability": 10}
    deal = api.post("/opportunities", given | {"campaign": {"id": fair.pk}}).json()
    assert deal["campaign"] == {"id": fair.pk, "name": "春季展会"}


def test_a_campaign_out_of_sight_is_named_nowhere(cast, fair):
    lead = make_lead(owner=cast.anna, campaign=fair)
    Grant.objects.filter(role__in=cast.anna.roles.all(), module="campaign").delete()
    client = client_of(cast.anna)
    for address in ("/leads/?columns=name,campaign", f"/leads/{lead.pk}/"):
        assert "春季展会" not in said(client.get(address)), address
    assert Caller(cast.anna).get(f"/leads/{lead.pk}").json()["campaign"] is None
    client.post(f"/leads/{lead.pk}/edit/", {"company": "改过", "campaign": str(fair.pk), "version": lead.version})
    lead.refresh_from_db()
    assert (lead.company, lead.campaign) == ("改过", fair)


def test_what_history_says_names_the_campaign(cast, fair):
    lead = make_lead(owner=cast.anna)
    lead.edit(by=cast.anna, campaign=fair)
    page = said(client_of(cast.anna).get(f"/activities/of/lead/{lead.pk}/timeline/?kind=changes"))
    assert "春季展会" in page
    Grant.objects.filter(role__in=cast.anna.roles.all(), module="campaign").delete()
    assert "春季展会" not in said(client_of(cast.anna).get(f"/activities/of/lead/{lead.pk}/timeline/?kind=changes"))
