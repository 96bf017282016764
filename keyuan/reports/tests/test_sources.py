"""Where customers come from: every figure opens the list of exactly what it counts (P6, M2)."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone, translation

from keyuan.customers.models import Customer
from keyuan.leads.conversion.models.converting import Into
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from keyuan.records.namebook import NameBook
from keyuan.reports.asked import PERIODS
from keyuan.reports.sources import Sources, SourcesAsked
from tests.make import make_campaign, make_lead, make_opportunity, make_role, make_user, option

pytestmark = pytest.mark.django_db
PAGE = "/reports/sources/?period=year"


def shown(user, **more):
    return Sources(SourcesAsked(user, PERIODS["year"], **more), NameBook(user))


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def story(cast):
    """Of four leads from the web two are valid, one of them became a customer whose deal was won."""
    web, fair = option("source", "website"), option("source", "exhibition")
    spring = make_campaign("春季活动", owner=cast.boss)
    leads = [make_lead(owner=cast.anna, source=web, campaign=spring) for _number in range(4)]
    make_lead(owner=cast.anna, source=fair)
    make_lead(owner=cast.anna)
    make_lead(owner=cast.olga, source=web)
    for lead in leads[:2]:
        lead.qualify(by=cast.anna)
    made = leads[0].convert(Into(opportunity={"amount": Decimal("1234.50")}), by=cast.boss)
    made.opportunity.win(by=cast.boss, closed_on=timezone.localdate())
    make_opportunity(owner=cast.anna, source=fair, amount=999)
    return cast


def test_the_way_from_the_lead_to_the_won_deal_is_told_by_source(story):
    with translation.override("zh-hans"):
        rows = {row.label: row.counts for row in shown(story.boss).rows}

    web = rows["网站咨询"]
    assert {name: web[name] for name in ("leads", "valid", "customers", "won")} == {
        "leads": 5, "valid": 2, "customers": 1, "won": 1,
    }  # fmt: skip
    assert web["amount"] == Decimal("1234.50")
    fair = rows["展会"]
    assert (fair["leads"], fair["deals"], fair["won"]) == (1, 1, 0)
    assert rows["未填写"]["leads"] == 1


def test_by_campaign_it_tells_the_same_of_campaigns(story):
    rows = {row.label: row.counts for row in shown(story.boss, group="campaign").rows}

    assert (rows["春季活动"]["leads"], rows["春季活动"]["customers"], rows["春季活动"]["won"]) == (4, 1, 1)


@pytest.mark.parametrize("group", ["source", "campaign"])
def test_every_figure_opens_a_list_of_exactly_that_many(story, group):
    client = client_of(story.boss)
    found = shown(story.boss, group=group)

    for row in (*found.rows, found.total()):
        for name in ("leads", "valid", "customers", "deals", "won"):
            if row.of(name):
                page = client.get(row.urls[name]).content.decode()
                assert len(re.findall(r"<tr data-id=", page)) == row.of(name), (row.label, name)


def test_a_customer_of_leads_from_two_sources_is_one_in_the_total(story):
    customer = Customer.rows.get(pk=Lead.rows.exclude(converted_customer=None).get().converted_customer_id)
    fair = Lead.rows.get(source=option("source", "exhibition"))
    fair.convert(Into(customer=customer, contact=False), by=story.boss)

    found = shown(story.boss)

    assert [row.of("customers") for row in found.rows if row.of("customers")] == [1, 1]
    assert found.total().of("customers") == 1
    page = client_of(story.boss).get(found.total().urls["customers"]).content.decode()
    assert len(re.findall(r"<tr data-id=", page)) == 1


def test_all_slices_together_are_what_one_sees(story):
    for user in (story.boss, story.anna):
        total = shown(user).total()
        assert total.of("leads") == Lead.objects.visible_to(user).count()
        assert total.of("deals") == Opportunity.objects.visible_to(user).count()


def test_one_sees_the_figures_of_what_one_sees(story):
    mine = shown(story.olga)

    assert [row.of("leads") for row in mine.rows] == [1]
    assert mine.total().of("customers") == 0


def test_whoever_may_not_see_the_source_or_the_amount_hears_nothing_of_it(cast, story):
    everything = {"view": "all"}
    role = make_role("blind", lead=everything, opportunity=everything, customer=everything)
    role.grants.filter(module="lead").update(fields={"source": "hidden"})
    role.grants.filter(module="opportunity").update(fields={"amount": "hidden"})
    found = shown(make_user("blind", role))

    assert [name for name, _label in found.columns] == ["deals", "won"]


def test_the_page_links_each_figure_and_says_the_share(story):
    page = client_of(story.boss).get(PAGE).content.decode()

    assert "40.0%" in page or "40%" in page
    links = [unescape(one) for one in re.findall(r'href="(/leads/\?[^"]*)"', page)]
    assert links


def test_without_leads_and_deals_there_is_no_such_page(cast):
    other = make_user("other", make_role("people", customer={"view": "all"}))

    assert client_of(other).get(PAGE).status_code == 404
