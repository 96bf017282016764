"""The demo company has leads, campaigns, pools and a public form, and takes them out again (I3)."""

import pytest

from keyuan.campaigns.models import Campaign
from keyuan.customers.models import Customer
from keyuan.demo.company import clear, load
from keyuan.demo.prospects import BECAME, CAMPAIGNS, COMING_BACK, LYING, POOL_NAMES, PROSPECTS
from keyuan.leads.campaigns.models import CampaignMember
from keyuan.leads.models import Lead
from keyuan.leads.web_form.models import WebForm
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.pools.models import Pool

pytestmark = pytest.mark.django_db


def test_the_leads_show_what_can_become_of_leads(demo):
    load()
    assert Lead.rows.count() == len(PROSPECTS)
    assert set(Lead.rows.values_list("state", flat=True)) == set(Lead.State.values)
    assert Lead.rows.filter(opened_at=None, state="new", pool=None).exists()
    became = Lead.rows.filter(state="converted").values_list("converted_customer__short_name", flat=True)
    assert set(became) == set(BECAME)
    won = Opportunity.rows.filter(customer__short_name__in=BECAME, outcome="won", campaign__isnull=False)
    assert won.exists()  # a whole way: campaign, lead, customer, deal


def test_campaigns_have_members_and_a_public_form(demo):
    assert Campaign.rows.count() == len(CAMPAIGNS)
    assert not Campaign.rows.filter(budget=None).exists()
    for campaign in Campaign.rows.all():
        assert CampaignMember.objects.filter(campaign=campaign, answer__isnull=False).count() > 6
    assert WebForm.objects.get().pool.kind == "lead"


def test_records_lie_in_pools_and_some_come_back_soon(demo):
    assert Pool.objects.count() == len(POOL_NAMES)
    lying = Customer.rows.filter(pool__isnull=False)
    assert lying.count() == len(LYING)
    assert lying.filter(release_reason=None).exists()
    assert lying.exclude(release_reason=None).exists()
    assert Lead.rows.filter(pool__isnull=False).exists()
    soon = Customer.rows.filter(short_name__in=COMING_BACK)
    assert len({one.due_on for one in soon} - {None}) == len(COMING_BACK)


def test_they_go_with_the_demo_company(demo):
    clear()
    for model in (Lead, Campaign, Pool, WebForm, CampaignMember):
        assert not getattr(model, "rows", model.objects).all().exists()
    assert not User.objects.people().exists()
