"""Campaigns as records: pages, rights, amounts, search, recycle bin, API (A8)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from keyuan.campaigns.fields import CAMPAIGN
from keyuan.campaigns.models import Campaign
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Grant
from keyuan.records.errors import NotAllowed
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.search.finding import find
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_campaign

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


def found(user, q):
    return set(Listing(CAMPAIGN, user, q=q).page(1, 50).pks)


def test_a_campaign_is_written_down_with_exact_amounts(cast):
    given = {"name": "春季展会", "type": "exhibition", "begins_on": "2026-03-01", "ends_on": "2026-03-03"}
    client = client_of(cast.boss)
    client.post("/campaigns/new/", given | {"budget": "10,000", "cost": "8888.88", "place": "宁波会展中心"})
    campaign = Campaign.rows.get()
    assert (campaign.owner, campaign.type.key, campaign.status) == (cast.boss, "exhibition", "planned")
    assert (campaign.budget, campaign.cost) == (Decimal("10000.00"), Decimal("8888.88"))
    page = said(client.get(f"/campaigns/{campaign.pk}/"))
    assert all(word in page for word in ("春季展会", "8,888.88", "宁波会展中心", "新建了"))
    client.post(f"/campaigns/{campaign.pk}/edit/", given | {"status": "running", "version": campaign.version})
    campaign.refresh_from_db()
    assert (campaign.status, campaign.cost) == ("running", None)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "活动名称必填"),
        ({"begins_on": "2026-03-03", "ends_on": "2026-03-01"}, "结束日期早于开始日期"),
        ({"cost": "-1"}, "金额不能为负"),
        ({"type": "nonsense"}, "没有"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(cast, given, sentence):
    page = client_of(cast.boss).post("/campaigns/new/", {"name": "春季展会"} | given)
    assert page.status_code == 422
    assert sentence in said(page)
    assert not Campaign.rows.exists()


def test_the_database_keeps_days_in_order_and_amounts_above_zero(cast):
    campaign = make_campaign(owner=cast.boss, begins_on=date(2026, 3, 1))
    for wrong in ({"ends_on": date(2026, 2, 1)}, {"cost": Decimal("-0.01")}, {"name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.rows.filter(pk=campaign.pk).update(**wrong)


def test_whoever_has_leads_sees_campaigns_and_marketing_changes_them(db):
    lay_foundation()
    grants = {one.role.key: one for one in Grant.objects.filter(module="campaign").select_related("role")}
    leads = set(Grant.objects.filter(module="lead").values_list("role__key", flat=True))
    assert set(grants) == leads == {"administrator", "sales_manager", "sales", "marketing", "auditor"}
    assert all("view" in one.operations and one.scope == "all" for one in grants.values())
    assert {key for key, one in grants.items() if "edit" in one.operations} == {"administrator", "marketing"}


def test_who_only_sees_campaigns_changes_none(cast):
    campaign = make_campaign("春季展会", owner=cast.boss)
    client = client_of(cast.anna)
    page = said(client.get(f"/campaigns/{campaign.pk}/"))
    assert "春季展会" in page
    assert f"/campaigns/{campaign.pk}/edit/" not in page
    assert client.post(f"/campaigns/{campaign.pk}/delete/").status_code == 404
    with pytest.raises(NotAllowed):
        campaign.edit(by=cast.anna, name="别的")
    assert client_of(cast.guest).get(f"/campaigns/{campaign.pk}/").status_code == 404


def test_campaigns_are_found_by_name_pinyin_and_place_in_list_and_palette(cast):
    campaign = make_campaign("春季展会", owner=cast.boss, place="宁波会展中心", description="机器人专场")
    for word in ("春季", "chunji", "cjzh", "会展中心", "机器人"):
        assert found(cast.anna, word) == {campaign.pk}, word
    groups = find("春季", NameBook(cast.anna))
    assert [hit.record for group in groups for hit in group.hits] == [campaign]
    assert "/campaigns/" in said(client_of(cast.anna).get("/search/?q=春季", headers={"HX-Request": "true"}))


def test_a_campaign_goes_to_the_recycle_bin_and_comes_back(cast):
    campaign = make_campaign("春季展会", owner=cast.boss)
    client = client_of(cast.boss)
    client.post(f"/campaigns/{campaign.pk}/delete/")
    assert client.get(f"/campaigns/{campaign.pk}/").status_code == 404
    assert "春季展会" in said(client.get("/recycle-bin/?kind=campaign"))
    client.post(f"/campaigns/{campaign.pk}/restore/")
    assert found(cast.anna, "春季") == {campaign.pk}


def test_a_hidden_cost_is_told_nowhere(cast):
    campaign = make_campaign("春季展会", owner=cast.boss, cost=Decimal("8888.88"))
    Grant.objects.filter(role__in=cast.anna.roles.all(), module="campaign").update(fields={"cost": "hidden"})
    client = client_of(cast.anna)
    for address in ("/campaigns/", f"/campaigns/{campaign.pk}/"):
        page = said(client.get(address))
        assert "8,888" not in page
        assert "8888" not in page


def test_a_long_name_and_script_stay_text(cast):
    name = "<script>alert(1)</script>" + "长" * 175
    campaign = make_campaign(name, owner=cast.boss)
    for address in ("/campaigns/", f"/campaigns/{campaign.pk}/", f"/campaigns/{campaign.pk}/edit/"):
        assert "<script>alert" not in said(client_of(cast.boss).get(address))


def test_bulk_refuses_tags_and_moves_to_the_bin(cast):
    campaigns = [make_campaign(owner=cast.boss) for _ in range(3)]
    client = client_of(cast.boss)
    given = {"ids": [one.pk for one in campaigns]}
    assert client.post("/campaigns/bulk/", given | {"verb": "tag", "tags": "重点"}).status_code < 500
    client.post("/campaigns/bulk/", given | {"verb": "delete"})
    assert not Campaign.rows.living().exists()


def test_the_api_creates_changes_and_deletes(cast):
    call = Caller(cast.boss)
    made = call.post("/campaigns", {"name": "春季展会", "type": "exhibition", "cost": "1200.5"})
    assert made.status_code == 201
    told = made.json()
    assert (told["cost"], told["currency"], told["status"]["value"], told["type"]["value"]) == (
        "1200.50",
        "CNY",
        "planned",
        "exhibition",
    )
    changed = call.patch(f"/campaigns/{told['id']}", {"status": "running"}, version=told["version"])
    assert changed.json()["status"]["value"] == "running"
    assert call.patch(f"/campaigns/{told['id']}", {"status": "done"}, version=told["version"]).status_code == 409
    assert call.post("/campaigns", {"name": "x", "cost": -1}).status_code == 422
    assert Caller(cast.anna).post("/campaigns", {"name": "x"}).status_code == 403
