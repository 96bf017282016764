"""Who takes part in a deal, who else is after it, and its product lines: verbs, pages, refusals."""

from decimal import Decimal

import pytest

from keyuan.opportunities.lines_form import clean_discount, clean_quantity
from keyuan.opportunities.models import OpportunityPart
from keyuan.org.models import Grant
from keyuan.records.cleaners import Invalid
from keyuan.records.errors import NotAllowed, RuleBroken, Stale
from keyuan.records.history import Event
from keyuan.records.options import Option
from tests.make import make_contact, make_customer, make_opportunity, make_product, make_role, make_user, option

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["keyuan_language"] = "en"


@pytest.fixture
def deal(cast):
    return make_opportunity("MES 二期", owner=cast.anna)


def happened(deal):
    return list(Event.objects.filter(record_type="opportunity", record_id=deal.pk).values_list("name", flat=True))


def test_a_contact_gets_a_part_and_belongs_to_the_deal_from_then_on(cast, deal):
    boss = make_contact(deal.customer)
    version = deal.version
    deal.set_part(boss.pk, by=cast.anna, role=option("deal_role", "influencer"), stance="against")
    part = OpportunityPart.objects.get()
    assert (deal.contacts, part.role.key, part.stance) == ([boss.pk], "influencer", "against")
    assert deal.version > version
    assert "parts_changed" in happened(deal)
    deal.drop_part(boss.pk, by=cast.anna)
    assert (deal.contacts, OpportunityPart.objects.count()) == ([], 0)


def test_strangers_and_those_who_have_left_take_no_part(cast, deal):
    stranger = make_contact(make_customer(owner=cast.anna))
    gone = make_contact(deal.customer, has_left=True)
    for contact in (stranger, gone):
        with pytest.raises(RuleBroken):
            deal.set_part(contact.pk, by=cast.anna)


def test_the_picker_offers_only_this_customers_contacts_who_still_work_there(cast, client, deal):
    make_contact(deal.customer, "王总", title="总经理")
    make_contact(deal.customer, "离职的人", has_left=True)
    make_contact(make_customer(owner=cast.anna), "别家的人")
    client.force_login(cast.anna)
    page = client.get(f"/opportunities/{deal.pk}/parts/new/").content.decode()
    assert "王总 · 总经理" in page
    assert "离职的人" not in page
    assert "别家的人" not in page


def test_who_left_since_keeps_the_part(cast, client, deal):
    boss = make_contact(deal.customer, "王总")
    deal.set_part(boss.pk, by=cast.anna)
    boss.edit(by=cast.anna, has_left=True)
    deal.set_part(boss.pk, by=cast.anna, stance="for")
    client.force_login(cast.anna)
    assert "Has left" in client.get(f"/opportunities/{deal.pk}/").content.decode()


def test_a_new_competitor_becomes_an_entry_of_the_list_and_stands_once_on_a_deal(cast, deal):
    deal.set_competitor(" 用云 MES ", by=cast.anna, threat="high", price=Decimal(757000))
    known = Option.objects.get(list="competitor")
    assert str(known) == "用云 MES"
    with pytest.raises(RuleBroken):
        deal.set_competitor("用云mes", by=cast.anna)
    other = make_opportunity(owner=cast.anna)
    other.set_competitor("用云mes", by=cast.anna)
    assert other.competitors.get().competitor == known
    row = deal.competitors.get()
    deal.set_competitor("用云 MES", by=cast.anna, pk=row.pk, threat="low")
    assert deal.competitors.get().threat == "low"
    assert happened(deal).count("competitors_changed") == 2
    deal.drop_competitor(row.pk, by=cast.anna)
    assert not deal.competitors.exists()


def test_only_who_may_edit_the_deal_changes_who_takes_part(cast, deal):
    boss = make_contact(deal.customer)
    for verb in (lambda: deal.set_part(boss.pk, by=cast.ben), lambda: deal.set_competitor("对手", by=cast.ben)):
        with pytest.raises(NotAllowed):
            verb()
    assert not Option.objects.filter(list="competitor").exists()


def test_who_does_not_see_a_field_does_not_change_it(cast, deal):
    role = make_role("blind", opportunity={"view": "all", "edit": "all"}, customer={"view": "all"})
    hidden = dict.fromkeys(("contacts", "competitor", "amount"), "hidden")
    Grant.objects.filter(role=role, module="opportunity").update(fields=hidden)
    blind, boss = make_user("blind", role), make_contact(deal.customer)
    with pytest.raises(NotAllowed):
        deal.set_part(boss.pk, by=blind)
    with pytest.raises(NotAllowed):
        deal.set_competitor("对手", by=blind)
    with pytest.raises(NotAllowed):
        deal.set_lines([], by=blind)


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(cast, deal):
    boss, version = make_contact(deal.customer), deal.version
    deal.edit(by=cast.boss, notes="新的")
    with pytest.raises(Stale):
        deal.set_part(boss.pk, by=cast.anna, version=version)


# Lines


def saved(client, deal, **data):
    deal.refresh_from_db()
    return client.post(f"/opportunities/{deal.pk}/lines/", {"version": deal.version, **data})


def test_lines_are_saved_as_a_whole_and_the_amount_follows(cast, client, deal):
    one, two = make_product("MES", by=cast.boss, price="420000"), make_product("网关", by=cast.boss, code="LT-200")
    client.force_login(cast.anna)
    rows = {
        "product": [str(one.pk), "LT-200", ""],
        "price": ["", "3,800", ""],
        "quantity": ["", "36", ""],
        "discount": ["8.5折", "10%", ""],
    }
    assert saved(client, deal, **rows, reduction="20", amount_is="follows").status_code == 302
    deal.refresh_from_db()
    assert deal.amount == Decimal("480100.00")
    assert not deal.amount_is_manual
    assert [line.subtotal for line in deal.lines.all()] == [Decimal("357000.00"), Decimal("123120.00")]
    assert deal.products == [one.pk, two.pk]


def test_a_typed_amount_stays_and_follows_again_with_one_click(cast, client, deal):
    product = make_product(by=cast.boss, price="100")
    client.force_login(cast.anna)
    saved(client, deal, product=product.pk, amount_is="manual", amount="1.2万")
    deal.refresh_from_db()
    assert (deal.amount, deal.amount_is_manual) == (Decimal(12000), True)
    assert "The amount was typed" in client.get(f"/opportunities/{deal.pk}/").content.decode()
    client.post(f"/opportunities/{deal.pk}/lines/follow/", {"version": deal.version})
    deal.refresh_from_db()
    assert (deal.amount, deal.amount_is_manual) == (Decimal(100), False)


def test_what_cannot_be_read_is_said_beside_its_row_and_nothing_is_lost(cast, client, deal):
    product = make_product(by=cast.boss)
    client.force_login(cast.anna)
    answer = saved(client, deal, product=[product.pk, "没有的产品"], price=["12元3", "5"], quantity=["0", "1"])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "is not an amount" in page
    assert "is no quantity" in page
    assert "Choose a product from the list." in page
    assert "12元3" in page
    assert "没有的产品" in page
    assert not deal.lines.exists()


def test_two_who_edit_the_lines_at_once_are_told(cast, client, deal):
    product = make_product(by=cast.boss)
    client.force_login(cast.anna)
    answer = client.post(f"/opportunities/{deal.pk}/lines/", {"version": deal.version - 1, "product": product.pk})
    assert answer.status_code == 409
    assert f'name="version" value="{deal.version}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "off"), [("15", 15), ("15%", 15), ("8.5折", 15), ("９折", 10), ("0", 0), ("12.25", Decimal("12.25"))]
)
def test_discounts_are_read_as_people_write_them(typed, off):
    assert clean_discount(typed) == off


@pytest.mark.parametrize("typed", ["", "-5", "101", "11折", "x", "1.234"])
def test_what_is_no_discount_is_refused(typed):
    with pytest.raises(Invalid):
        clean_discount(typed)


@pytest.mark.parametrize("typed", ["0", "-1", "1.2345", "many", "1e9"])
def test_what_is_no_quantity_is_refused(typed):
    with pytest.raises(Invalid):
        clean_quantity(typed)
