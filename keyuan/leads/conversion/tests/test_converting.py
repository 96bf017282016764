"""A lead becomes a customer: what goes where, once, all or nothing, and the ways back (E9, E10)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from keyuan.activities.models import FollowUp, Plan
from keyuan.customers.models import Contact, Customer
from keyuan.exchange.recycling import purge
from keyuan.leads.conversion.mapping import WAYS
from keyuan.leads.conversion.models.converting import Into
from keyuan.leads.models import Lead, LeadConversion
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import Grant
from keyuan.records.attachments.attaching import attach
from keyuan.records.attachments.models import Attachment
from keyuan.records.errors import Duplicate, NotAllowed, RuleBroken, Stale
from keyuan.records.history import Event
from keyuan.records.options import Tag
from keyuan.ui.rest.tests.calling import Caller
from tests.make import (
    make_campaign,
    make_contact,
    make_customer,
    make_lead,
    make_opportunity,
    make_plan,
    make_pool,
    make_pooled_lead,
    option,
    stage,
)
from tests.project import ROOT

pytestmark = pytest.mark.django_db

WHOLE = {
    "name": "王工",
    "title": "设备部经理",
    "mobile": "13800138000",
    "phone": "0574-87654321",
    "email": "wang@haide.example",
    "wechat": "wang-haide",
    "industry": "C34",
    "region": "330200",
    "address": "海曙区一路 1 号",
    "requirement": "三条线的排产\n年底前上线",
    "notes": "展会上认识的",
}


@pytest.fixture
def lead(cast):
    tag = Tag.objects.create(name="高价值")
    return make_lead("宁波海德", owner=cast.anna, source=option("source", "exhibition"), tags=[tag], **WHOLE)


def followed(lead, by):
    kind = option("follow_up_kind", "phone")
    return FollowUp.add(
        by=by, lead=lead, kind=kind, content="电话里谈了排产", result=option("follow_up_result", "progress")
    )


def with_file(lead, by):
    sent = SimpleUploadedFile("需求.txt", "三条线".encode())
    return attach(lead, sent, by)


def joined(customer, **more):
    return Into(customer=customer, **more)


def test_a_lead_becomes_a_customer_with_a_contact_and_all_its_fields(cast, lead):
    made = lead.convert(by=cast.anna)
    customer, contact = made.customer, made.contact
    assert (customer.name, customer.owner, customer.department) == ("宁波海德", cast.anna, cast.anna.department)
    assert (customer.industry, customer.region, customer.address) == ("C34", "330200", "海曙区一路 1 号")
    assert (customer.source.key, customer.phone, customer.email) == ("exhibition", lead.phone, "wang@haide.example")
    assert [one.name for one in customer.tags.all()] == ["高价值"]
    assert (contact.name, contact.title, contact.mobile, contact.wechat) == (
        "王工",
        "设备部经理",
        lead.mobile,
        "wang-haide",
    )
    assert (contact.email, contact.concerns, contact.is_primary) == ("wang@haide.example", WHOLE["requirement"], True)
    assert made.opportunity is None
    lead.refresh_from_db()
    assert (lead.state, lead.converted_customer, lead.converted_contact) == ("converted", customer, contact)
    assert lead.converted_by == cast.anna


def test_an_opportunity_comes_with_it_and_keeps_where_it_came_from(cast, lead):
    deal = lead.convert(Into(opportunity={"amount": Decimal("50000")}), by=cast.anna).opportunity
    assert (deal.name, deal.amount, deal.owner) == ("宁波海德 · 三条线的排产", Decimal("50000"), cast.anna)
    assert (deal.source.key, deal.notes, deal.stage) == ("exhibition", WHOLE["requirement"], stage("contact"))
    assert deal.contacts == [Contact.rows.get().pk]
    typed = {"name": "另一单", "stage": stage("contact")}
    other = make_lead("另一家", owner=cast.anna).convert(Into(opportunity=typed), by=cast.anna)
    assert other.opportunity.name == "另一单"


def test_the_campaign_is_kept_to_the_opportunity(cast):
    campaign = make_campaign("春季活动", owner=cast.boss)
    lead = make_lead("宁波海德", owner=cast.anna, campaign=campaign)
    assert lead.convert(Into(opportunity={}), by=cast.anna).opportunity.campaign == campaign


def test_a_lead_of_a_person_alone_becomes_a_customer_of_that_name(cast):
    made = make_lead(owner=cast.anna, name="李工", mobile="13800138001").convert(by=cast.anna)
    assert (made.customer.name, made.contact.name) == ("李工", "李工")


def test_a_lead_without_a_person_gives_no_contact_and_its_number_to_the_customer(cast):
    made = make_lead("无名公司", owner=cast.anna, mobile="13800138002").convert(by=cast.anna)
    assert (made.contact, made.customer.phone) == (None, "13800138002")
    alone = make_lead("不要联系人", owner=cast.anna, name="王工", mobile="13800138003")
    assert alone.convert(Into(contact=False), by=cast.anna).customer.phone == "13800138003"


def test_a_lead_joins_a_customer_who_keeps_what_is_known_and_gets_the_rest(cast, lead):
    customer = make_customer("海德装备", owner=cast.anna, region="310000", industry="C35")
    made = lead.convert(joined(customer), by=cast.anna)
    customer.refresh_from_db()
    assert Customer.rows.count() == 1
    assert (customer.name, customer.region, customer.industry) == ("海德装备", "310000", "C35")
    assert (customer.address, customer.source.key) == ("海曙区一路 1 号", "exhibition")
    assert [one.name for one in customer.tags.all()] == ["高价值"]
    assert made.contact.customer == customer


def test_a_lead_joins_a_contact_who_exists(cast, lead):
    customer = make_customer("海德装备", owner=cast.anna)
    contact = make_contact(customer, "王大伟", title="厂长")
    made = lead.convert(joined(customer, contact=contact), by=cast.anna)
    contact.refresh_from_db()
    assert (made.contact, contact.title, contact.mobile) == (contact, "厂长", lead.mobile)
    stranger = make_contact(make_customer(owner=cast.anna))
    with pytest.raises(RuleBroken, match="contact of this customer"):
        make_lead("又一家", owner=cast.anna).convert(joined(customer, contact=stranger), by=cast.anna)


def test_own_fields_go_to_those_of_the_same_name_and_kind(cast, lead):
    Lead.rows.filter(pk=lead.pk).update(custom={"线体": 3, "班次": "两班", "预算": "50 万"})
    customer = make_customer("海德装备", owner=cast.anna)
    Customer.rows.filter(pk=customer.pk).update(custom={"班次": "三班", "预算": 0, "线体": None})
    lead.convert(joined(customer), by=cast.anna)
    customer.refresh_from_db()
    assert customer.custom == {"班次": "三班", "预算": 0, "线体": 3}
    other = make_lead("又一家", owner=cast.anna)
    Lead.rows.filter(pk=other.pk).update(custom={"线体": 2})
    assert other.convert(by=cast.anna).customer.custom == {"线体": 2}


def test_follow_ups_plans_and_files_move_along_and_are_counted_once(cast, lead):
    row = followed(lead, cast.anna)
    tomorrow = timezone.now() + timedelta(days=1)
    plan = make_plan("回访", owner=cast.anna, starts_at=tomorrow, lead=lead)
    file = with_file(lead, cast.anna)
    customer = lead.convert(by=cast.anna).customer
    for one in (row, plan):
        one.refresh_from_db()
        assert (one.customer, one.lead) == (customer, lead)
    customer.refresh_from_db()
    lead.refresh_from_db()
    assert (customer.last_followed_at, customer.next_contact_at) == (row.at, tomorrow)
    assert (lead.last_followed_at, lead.next_contact_at) == (row.at, None)
    file = Attachment.objects.get(pk=file.pk)
    assert (file.record_type, file.record_id, file.customer_id) == ("customer", customer.pk, customer.pk)
    assert FollowUp.objects.visible_to(cast.boss).count() == 1


def test_history_says_who_converted_it_and_when(cast, lead):
    lead.convert(by=cast.anna)
    event = Event.objects.get(record_type="lead", record_id=lead.pk, name="converted")
    assert event.by == cast.anna
    assert {one.name for one in Event.objects.filter(operation=event.operation)} >= {"created", "converted"}


def test_a_converted_lead_is_read_only_and_stays_in_its_view(cast, lead):
    lead.convert(by=cast.anna)
    lead.refresh_from_db()
    for attempt in (lambda: lead.edit(by=cast.anna, title="x"), lambda: lead.qualify(by=cast.anna)):
        with pytest.raises(RuleBroken, match="become a customer"):
            attempt()
    assert Lead.objects.visible_to(cast.anna).filter(state="converted").get() == lead


def test_nobody_converts_twice_and_the_database_says_so_too(cast, lead):
    made = lead.convert(by=cast.anna)
    with pytest.raises(RuleBroken, match="become a customer"):
        lead.convert(by=cast.anna)
    assert Customer.rows.count() == 1
    with pytest.raises(IntegrityError, match="a_lead_is_converted_once"), transaction.atomic():
        LeadConversion.objects.create(lead=lead, at=made.at, by=cast.anna, operation=made.operation, state="new")


def test_what_is_refused_half_way_leaves_nothing(cast, lead):
    row = followed(lead, cast.anna)
    make_customer("宁波海德", owner=cast.olga)
    with pytest.raises(Duplicate):
        lead.convert(by=cast.anna)
    other = make_customer("海德装备", owner=cast.anna)
    Grant.objects.filter(module="opportunity").delete()
    with pytest.raises(NotAllowed):
        lead.convert(joined(other, opportunity={}), by=type(cast.anna).objects.get(pk=cast.anna.pk))
    lead.refresh_from_db()
    row.refresh_from_db()
    assert (lead.state, row.customer, Contact.rows.count()) == ("working", None, 0)
    assert not LeadConversion.objects.exists()
    assert not other.tags.exists()


def test_an_invalid_lead_and_an_old_version_are_refused(cast, lead):
    with pytest.raises(Stale):
        lead.convert(by=cast.anna, version=lead.version + 1)
    lead.disqualify(by=cast.anna, reason=option("invalid_reason", "no_need"))
    with pytest.raises(RuleBroken, match="Invalid"):
        lead.convert(by=cast.anna)


def test_rights_on_the_lead_and_on_what_it_becomes_are_asked(cast, lead):
    with pytest.raises(NotAllowed):
        lead.convert(by=cast.ben)
    with pytest.raises(NotAllowed):
        lead.convert(joined(make_customer("海德装备", owner=cast.ben)), by=cast.anna)
    assert lead.convert(by=cast.boss).customer.owner == cast.anna


def test_a_lead_of_nobody_becomes_the_customer_of_who_converts_it(cast):
    boss = cast.boss
    Grant.objects.filter(role__name="boss", module__in=("lead", "customer")).update(
        operations=dict.fromkeys(("view", "create", "edit"), "all")
    )
    made = make_lead("公共线索", owner=None, by=boss).convert(by=type(boss).objects.get(pk=boss.pk))
    assert made.customer.owner == boss
    assert Lead.rows.get().owner == boss


def test_the_table_of_what_goes_where_stands_in_the_documents():
    text = (ROOT / "docs/conversion.md").read_text(encoding="utf-8")
    assert [way for way in WAYS if f"| {way.source} | {way.target}.{way.field} |" not in text] == []


# The ways back


def test_undo_takes_everything_back(cast, lead):
    row, file = followed(lead, cast.anna), with_file(lead, cast.anna)
    made = lead.convert(Into(opportunity={}), by=cast.anna)
    lead.undo_conversion(by=cast.anna)
    row.refresh_from_db()
    assert (lead.state, lead.converted_customer, lead.converted_at, row.customer) == ("working", None, None, None)
    assert Attachment.objects.get(pk=file.pk).record_type == "lead"
    for model in (Customer, Contact, Opportunity):
        assert not model.rows.living().exists()
    assert lead.convert(by=cast.anna).customer != made.customer


def test_undo_gives_a_joined_customer_back_what_it_was(cast, lead):
    customer = make_customer("海德装备", owner=cast.anna)
    contact = make_contact(customer, "王大伟")
    lead.convert(joined(customer, contact=contact), by=cast.anna)
    lead.undo_conversion(by=cast.anna)
    customer.refresh_from_db()
    contact.refresh_from_db()
    assert (customer.address, customer.source, contact.mobile, contact.title) == ("", None, "", "")
    assert not customer.tags.exists()
    assert customer.deleted_at is None


@pytest.mark.parametrize("what", ["edited", "followed", "deal", "other", "late"])
def test_undo_is_refused_where_somebody_has_gone_on(cast, lead, what):
    made = lead.convert(by=cast.anna)
    by = cast.anna
    match what:
        case "edited":
            made.customer.edit(by=cast.anna, address="别处")
        case "followed":
            FollowUp.add(by=by, customer=made.customer, kind=option("follow_up_kind", "phone"), content="谈了很久的话")
        case "deal":
            make_opportunity(owner=cast.anna, customer=made.customer)
        case "other":
            by = cast.boss
        case "late":
            LeadConversion.objects.update(at=timezone.now() - timedelta(hours=25))
    with pytest.raises(RuleBroken):
        lead.undo_conversion(by=by)
    assert Lead.rows.get(pk=lead.pk).state == "converted"


def test_a_lead_whose_customer_was_deleted_is_revived_as_it_stood_with_what_came_from_it(cast, lead):
    row = followed(lead, cast.anna)
    plan = make_plan("回访", owner=cast.anna, starts_at=timezone.now() + timedelta(days=1), lead=lead)
    lead.qualify(by=cast.anna)
    customer = lead.convert(Into(opportunity={}), by=cast.anna).customer
    with pytest.raises(RuleBroken, match="Delete it first"):
        lead.revive(by=cast.anna)
    customer.delete_by(cast.boss)
    with pytest.raises(NotAllowed):
        lead.revive(by=cast.ben)
    lead.revive(by=cast.anna)
    assert (lead.state, lead.converted_customer, lead.next_contact_at) == ("valid", None, plan.starts_at)
    assert FollowUp.objects.visible_to(cast.anna).get() == row
    assert Plan.objects.visible_to(cast.anna).get() == plan

    Customer.rows.get().restore(by=cast.boss)
    customer.refresh_from_db()
    assert (customer.deleted_at, customer.last_followed_at, customer.next_contact_at) == (None, None, None)
    assert FollowUp.objects.visible_to(cast.anna).get().customer is None
    with pytest.raises(Duplicate):
        lead.convert(by=cast.anna)
    lead.convert(joined(customer), by=cast.anna)
    assert LeadConversion.objects.filter(lead=lead).count() == 2


def test_a_lead_whose_customer_is_gone_for_good_keeps_its_history(cast, lead):
    row = followed(lead, cast.anna)
    lead.convert(by=cast.anna)
    Customer.rows.get().delete_by(cast.boss)
    assert purge(Customer.rows.deleted(), by=cast.boss) == 1
    row.refresh_from_db()
    lead.refresh_from_db()
    assert (row.customer, row.lead, lead.state) == (None, lead, "converted")
    lead.revive(by=cast.anna)
    assert (lead.state, FollowUp.objects.visible_to(cast.anna).get()) == ("working", row)


# The API


def test_the_api_converts_and_answers_with_three_ids(cast, lead):
    api = Caller(cast.anna)
    done = api.post(f"/leads/{lead.pk}/convert", {"customer": None, "contact": True, "opportunity": True})
    assert done.status_code == 200, done.content
    assert done.json() == {
        "customer": Customer.rows.get().pk,
        "contact": Contact.rows.get().pk,
        "opportunity": Opportunity.rows.get().pk,
    }
    again = api.post(f"/leads/{lead.pk}/convert", {"customer": None})
    assert (again.status_code, Customer.rows.count()) == (409, 1)
    shown = api.get(f"/leads/{lead.pk}").json()
    assert (shown["state"]["value"], shown["converted_customer"]["id"]) == ("converted", done.json()["customer"])


def test_the_api_names_whom_a_new_customer_collides_with_and_joins_it(cast, lead):
    api = Caller(cast.anna)
    taken = make_customer("宁波海德", owner=cast.anna)
    refused = api.post(f"/leads/{lead.pk}/convert", {})
    assert (refused.status_code, refused.json()["duplicates"][0]["id"]) == (409, taken.pk)
    done = api.post(f"/leads/{lead.pk}/convert", {"customer": taken.pk, "contact": False})
    assert done.json() == {"customer": taken.pk, "contact": None, "opportunity": None}


def test_the_api_refuses_what_it_can_not_read_or_the_caller_may_not_do(cast, lead):
    api = Caller(cast.anna)
    hidden = make_customer("别人的", owner=cast.olga)
    bodies = ({"customer": hidden.pk}, {"customer": "x"}, {"contact": 2**70}, {"opportunity": 1}, {"name": "x"})
    assert [api.post(f"/leads/{lead.pk}/convert", one).status_code for one in bodies] == [422] * 5
    colleague = make_customer("同事的", owner=cast.ben)
    assert api.post(f"/leads/{lead.pk}/convert", {"customer": colleague.pk}).status_code == 403
    assert Caller(cast.olga).post(f"/leads/{lead.pk}/convert", {}).status_code == 404
    assert Lead.rows.get().state == "new"


def test_the_api_revives(cast, lead):
    api = Caller(cast.anna)
    lead.convert(by=cast.anna)
    assert api.post(f"/leads/{lead.pk}/revive", {}).status_code == 409
    Customer.rows.get().delete_by(cast.boss)
    assert api.post(f"/leads/{lead.pk}/revive", {}).json()["state"]["value"] == "new"


def test_a_lead_that_lies_in_a_pool_goes_to_who_converts_it_and_back_by_undo(cast):
    Grant.objects.filter(role__name="boss", module="lead").update(
        operations=dict.fromkeys(("view", "create", "edit", "claim", "assign"), "branch")
    )
    boss = type(cast.boss).objects.get(pk=cast.boss.pk)
    pool = make_pool("lead", cast.anna, managers=[boss])
    lead = make_pooled_lead(pool, by=cast.anna, company="公共线索")
    with pytest.raises(NotAllowed):
        lead.convert(by=cast.anna)
    made = lead.convert(by=boss)
    lead.refresh_from_db()
    assert (made.customer.owner, lead.owner, lead.pool, lead.due_on) == (boss, boss, None, None)
    lead.undo_conversion(by=boss)
    assert (lead.owner, lead.department, lead.pool, lead.state) == (None, None, pool, "new")
