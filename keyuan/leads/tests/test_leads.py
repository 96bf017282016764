"""Leads as records: names, owners, lists, search, rights, recycle bin, API (E1–E7)."""

import pytest
from django.test import Client

from keyuan.customers.transferring import transfer, undo_transfer
from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.org.models import Grant
from keyuan.records.errors import NotAllowed, NotReady
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.search.finding import find
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_lead, option

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


def found(user, q):
    return set(Listing(LEAD, user, q=q).page(1, 50).pks)


def test_a_lead_has_a_company_or_a_name_and_is_called_by_the_first(cast):
    both = make_lead("宁波海德", owner=cast.anna, name="王工")
    person = make_lead(owner=cast.anna, name="李工")
    assert (str(both), str(person)) == ("宁波海德", "李工")
    with pytest.raises(NotReady) as refusal:
        Lead.add(by=cast.anna, mobile="13800138000")
    assert refusal.value.fields == ["company"]
    with pytest.raises(NotReady):
        person.edit(by=cast.anna, name="")


def test_the_form_says_at_the_field_that_a_company_or_a_name_is_needed(cast):
    page = client_of(cast.anna).post("/leads/new/", {"mobile": "13800138000"})
    assert page.status_code == 422
    assert "填写公司名称或姓名" in said(page)


def test_a_lead_is_written_down_on_its_page_and_read_by_the_kinds_of_the_catalogue(cast):
    given = {"company": "宁波海德", "name": "王工", "mobile": "138-0013-8000", "source": "website", "score": "80"}
    client = client_of(cast.anna)
    client.post("/leads/new/", given | {"rating": "hot", "region": "宁波市", "tags": "高价值"})
    lead = Lead.rows.get()
    assert (lead.owner, lead.source.key, lead.score, lead.region) == (cast.anna, "website", 80, "330200")
    assert lead.opened_at is not None
    page = said(client.get(f"/leads/{lead.pk}/"))
    assert all(word in page for word in ("宁波海德", "王工", "138 0013 8000", ">热<", "高价值"))
    refused = client.post(f"/leads/{lead.pk}/fields/score/", {"score": "1001", "version": lead.version})
    assert "评分应为 0 到 1000 的整数" in said(refused)


def test_leads_are_seen_within_ones_own_scope(cast):
    mine, theirs = make_lead(owner=cast.anna), make_lead(owner=cast.olga)
    assert set(Lead.objects.visible_to(cast.anna)) == {mine}
    assert set(Lead.objects.visible_to(cast.boss)) == {mine, theirs}
    assert not Lead.objects.visible_to(cast.guest).exists()
    with pytest.raises(NotAllowed):
        make_lead(owner=cast.olga, by=cast.anna)
    assert client_of(cast.guest).get("/leads/").status_code == 404


def test_a_lead_is_marked_as_new_until_its_owner_opens_it(cast):
    lead = make_lead(owner=cast.anna, by=cast.boss)
    assert lead.is_new_to_owner
    client_of(cast.boss).get(f"/leads/{lead.pk}/")
    assert Lead.rows.get(pk=lead.pk).is_new_to_owner
    client = client_of(cast.anna)
    assert ">新<" in said(client.get("/leads/?view=unopened"))
    client.get(f"/leads/{lead.pk}/")
    assert not Lead.rows.get(pk=lead.pk).is_new_to_owner
    assert lead.heading not in said(client.get("/leads/?view=unopened"))
    assert Lead.rows.get(pk=lead.pk).version == lead.version


def test_what_others_wrote_down_for_me_is_a_view_of_its_own(cast):
    own, given = make_lead("自己的", owner=cast.anna), make_lead("分来的", owner=cast.anna, by=cast.boss)
    later = make_lead("后来的", owner=cast.anna, by=cast.boss)
    rows = said(client_of(cast.anna).get("/leads/?view=assigned"))
    assert 0 < rows.index(f"/leads/{later.pk}/") < rows.index(f"/leads/{given.pk}/")
    assert f"/leads/{own.pk}/" not in rows


def test_who_gets_a_lead_has_not_opened_it_and_the_way_back_is_free_of_that(cast):
    lead = make_lead(owner=cast.anna)
    done = transfer(Lead.rows.filter(pk=lead.pk), cast.ben, by=cast.anna)
    lead.refresh_from_db()
    assert (lead.owner, lead.is_new_to_owner) == (cast.ben, True)
    client_of(cast.ben).get(f"/leads/{lead.pk}/")
    undone = undo_transfer(done.operation, by=cast.anna)
    lead.refresh_from_db()
    assert (lead.owner, undone.number, undone.left) == (cast.anna, 1, [])


@pytest.mark.parametrize("q", ["海德", "haide", "nbhd", "德", "王工", "0013 8000", "wang@mail", "要 30 套", "高价值"])
def test_leads_are_found_by_names_pinyin_numbers_mail_need_and_tags(cast, q):
    tag = NameBook(cast.anna).tags
    chosen = [one for one in tag.values() if one.name == "高价值"]
    lead = make_lead(
        "宁波海德", owner=cast.anna, name="王工", mobile="13800138000", email="wang@mail.example",
        requirement="要 30 套软件", tags=chosen,
    )  # fmt: skip
    make_lead("别家公司", owner=cast.anna)
    assert found(cast.anna, q) == {lead.pk}
    assert found(cast.olga, q) == set()


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_what_is_hidden_or_masked_leads_nobody_to_a_lead(cast, right):
    lead = make_lead("宁波海德", owner=cast.anna, mobile="13800138000", requirement="要 30 套软件", notes="急用")
    Grant.objects.filter(role__in=cast.anna.roles.all(), module="lead").update(
        fields={"mobile": right, "phone": right, "requirement": "hidden"}
    )
    anna = type(cast.anna).objects.get(pk=cast.anna.pk)
    assert found(anna, "138001") == set()
    assert found(anna, "软件") == set()
    assert found(anna, "急用") == {lead.pk}
    assert found(anna, "13800138000") == (set() if right == "hidden" else {lead.pk})


def test_the_palette_finds_leads(cast):
    lead = make_lead("宁波海德", owner=cast.anna, name="王工")
    (group,) = find("海德", NameBook(cast.anna))
    assert (group.source.resource, group.hits[0].record.pk) == ("leads", lead.pk)
    page = said(client_of(cast.anna).get("/search/", {"q": "海德"}))
    assert f"/leads/{lead.pk}/" in page
    assert "王工" in page
    assert f"/leads/{lead.pk}/" not in said(client_of(cast.olga).get("/search/", {"q": "海德"}))


def test_the_system_views_hold_what_they_say(cast):
    by_view = {
        "new": make_lead("新的", owner=cast.anna),
        "valid": make_lead("有效的", owner=cast.anna).qualify(by=cast.anna),
        "invalid": make_lead("无效的", owner=cast.anna).disqualify(
            by=cast.anna, reason=option("invalid_reason", "budget")
        ),
    }
    client = client_of(cast.anna)
    for view, lead in by_view.items():
        rows = said(client.get("/leads/", {"view": view}))
        assert f"/leads/{lead.pk}/" in rows
        assert not any(f"/leads/{other.pk}/" in rows for key, other in by_view.items() if key != view)
    mine = said(client.get("/leads/"))
    assert f"/leads/{by_view['valid'].pk}/" in mine
    assert f"/leads/{by_view['invalid'].pk}/" not in mine


def test_many_leads_are_tagged_and_deleted_and_come_back(cast):
    leads = [make_lead(owner=cast.anna) for _ in range(3)]
    client = client_of(cast.anna)
    ids = [one.pk for one in leads]
    client.post("/leads/bulk/", {"ids": ids, "verb": "tag", "tags": "展会"})
    assert {tag.name for one in leads for tag in one.tags.all()} == {"展会"}
    client.post("/leads/bulk/", {"ids": ids[:2], "verb": "delete"})
    assert Lead.objects.visible_to(cast.anna).count() == 1
    assert leads[0].heading in said(client.get("/recycle-bin/?kind=lead"))
    assert leads[0].heading in said(client.get("/recycle-bin/", {"kind": "lead", "q": leads[0].heading[:3]}))
    client.post(f"/leads/{leads[0].pk}/restore/")
    assert Lead.objects.visible_to(cast.anna).count() == 2


def test_a_converted_lead_is_left_alone_by_what_changes_many(cast):
    lead = make_lead(owner=cast.anna)
    Lead.rows.filter(pk=lead.pk).update(state="converted", converted_at=lead.created_at)
    client_of(cast.anna).post("/leads/bulk/", {"ids": [lead.pk], "verb": "tag", "tags": "展会"})
    assert not lead.tags.exists()


def test_the_menu_has_leads_between_customers_and_opportunities(cast):
    page = said(client_of(cast.anna).get("/leads/"))
    places = [page.index(word) for word in ("客户管理", "线索管理", "商机管理", "活动管理", "报表分析")]
    assert places == sorted(places)
    assert "我的线索" in page
    assert "线索列表" in page


# API


def test_the_api_creates_changes_and_steps(cast):
    api = Caller(cast.anna)
    made = api.post("/leads", {"company": "宁波海德", "name": "王工", "source": "website", "rating": "热"})
    assert made.status_code == 201
    lead = made.json()
    assert (lead["state"]["value"], lead["rating"]["value"], lead["campaign"], lead["pool"]) == (
        "new", "hot", None, None,
    )  # fmt: skip
    pk = lead["id"]
    assert api.patch(f"/leads/{pk}", {"score": 70}, version=1).json()["score"] == 70
    assert api.post(f"/leads/{pk}/qualify").json()["state"]["value"] == "valid"
    assert api.post(f"/leads/{pk}/qualify").status_code == 409
    refused = api.post(f"/leads/{pk}/disqualify", {})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["reason"])
    assert api.post(f"/leads/{pk}/disqualify", {"reason": "没有的"}).status_code == 422
    told = api.post(f"/leads/{pk}/disqualify", {"reason": {"value": "no_need"}}).json()
    assert told["invalid_reason"] == {"value": "no_need", "label": "无需求"}
    assert api.post(f"/leads/{pk}/reopen").json()["state"]["value"] == "working"


@pytest.mark.parametrize("body", [{"mobile": "13800138000"}, {"company": "", "name": ""}])
def test_the_api_refuses_a_lead_without_company_and_name_at_the_field(cast, body):
    refused = Caller(cast.anna).post("/leads", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["company"])


def test_the_api_lists_leads_by_filter_and_hides_what_is_not_ones_own(cast):
    mine, theirs = make_lead(owner=cast.anna), make_lead(owner=cast.olga)
    asked = '?filter={"field":"state","op":"=","value":"new"}'
    assert [one["id"] for one in Caller(cast.anna).get(f"/leads{asked}").json()["items"]] == [mine.pk]
    assert Caller(cast.anna).get(f"/leads/{theirs.pk}").status_code == 404
    assert Caller(cast.guest).get("/leads").status_code == 403
