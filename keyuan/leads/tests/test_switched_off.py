"""The module of leads is switched off and on again: nothing is lost, and no link leads nowhere (E1)."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from keyuan.leads.conversion.models.converting import Into
from keyuan.leads.models import Lead
from keyuan.org.settings import set_setting
from keyuan.ui.modules import SETTING
from tests.make import make_campaign, make_lead

pytestmark = pytest.mark.django_db
GONE = ("/leads/", "/campaigns/", "/leads/pool/", "/leads/new/")
THERE = ("/", "/customers/", "/opportunities/?view=all", "/reports/", "/recycle-bin/")


@pytest.fixture
def converted(cast):
    lead = make_lead("远山科技", owner=cast.anna, campaign=make_campaign(owner=cast.boss))
    return lead, lead.convert(Into(opportunity={"amount": Decimal(100)}), by=cast.boss)


@pytest.fixture
def client(cast):
    client = Client()
    client.force_login(cast.boss)
    return client


def test_switched_off_its_pages_are_gone_and_the_others_lead_to_none_of_them(cast, client, converted):
    set_setting(SETTING, {"off": ["leads"]})
    _lead, made = converted

    assert {client.get(path).status_code for path in GONE} == {404}
    for path in (*THERE, f"/customers/{made.customer_id}/", f"/opportunities/{made.opportunity_id}/"):
        page = client.get(path).content.decode()
        links = {unescape(one) for one in re.findall(r'href="(/[^"#]*)"', page)}
        assert not [one for one in links if one.startswith(GONE[:2])], path
    assert client.get("/api/v1/leads").status_code == 404
    make_lead("近山科技", owner=cast.boss)
    assert client.get("/activities/customers/", {"q": "近山"}).json() == {"found": []}


def test_switched_on_again_everything_is_there(client, converted):
    set_setting(SETTING, {"off": ["leads"]})
    set_setting(SETTING, {})
    lead, made = converted

    assert client.get(f"/leads/{lead.pk}/").status_code == 200
    assert f"/leads/{lead.pk}/" in client.get(f"/customers/{made.customer_id}/").content.decode()
    assert Lead.rows.filter(pk=lead.pk, converted_customer=made.customer).exists()
