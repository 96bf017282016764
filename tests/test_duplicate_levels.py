"""What administrators count as a duplicate blocks at every door, and what is off is not looked for (C11)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from keyuan.customers.duplicates import Given, find_duplicates
from keyuan.customers.levels import CHOICES, OFF, SAME, SIMILAR, _claim_held, decide, levels
from keyuan.customers.models import Customer
from keyuan.exchange.tests.files import imported, upload
from keyuan.leads.conversion.models.converting import Into
from keyuan.leads.models import Lead
from keyuan.leads.web_form.guarding import stamp
from keyuan.leads.web_form.models import WebForm
from keyuan.org.models import User
from keyuan.records.errors import Duplicate, NotAllowed
from keyuan.records.keys import DuplicateKey
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_campaign, make_contact, make_customer, make_lead, make_role, make_user, option

PHONE, SITE = "13800138000", "haide-cnc.cn"
VALUES = {"phone": {"phone": PHONE}, "domain": {"website": f"https://{SITE}"}}
RIGHTS = dict.fromkeys(("view", "create", "edit", "import"), "all")


def chosen(**given: str) -> None:
    """These levels, such as customer_phone="same", and what nobody names as at first."""
    wanted = {pair: given.get("_".join(pair), SIMILAR) for pair in CHOICES}
    decide(wanted, by=User.objects.robot())


@pytest.fixture
def seller(cast: SimpleNamespace) -> User:
    return make_user("keen", make_role("keen", customer=RIGHTS, lead=RIGHTS, contact={"view": "", "create": ""}))


def by_form(seller: User, values: dict[str, Any]) -> None:
    client = Client()
    client.force_login(seller)
    given = {"name": "新来的公司", "category": "potential", "anyway": "1", **values}
    client.post("/customers/new/", given)


def by_api(seller: User, values: dict[str, Any]) -> None:
    Caller(seller).ask("POST", "/customers", {"name": "新来的公司", **values})


def by_import(seller: User, values: dict[str, Any]) -> None:
    (name,) = values
    head = {"phone": "客户名称,电话", "website": "客户名称,官网"}[name]
    imported(upload(seller, head, f"新来的公司,{values[name]}", similar="create"))


def by_conversion(seller: User, values: dict[str, Any]) -> None:
    lead = make_lead("新来的公司", owner=seller)
    try:
        lead.convert(Into(values=values), by=seller)
    except Duplicate:
        return


@pytest.mark.django_db
@pytest.mark.parametrize("door", [by_form, by_api, by_import, by_conversion])
@pytest.mark.parametrize("evidence", sorted(VALUES))
@pytest.mark.parametrize("level", [SAME, SIMILAR, OFF])
def test_a_customer_is_refused_at_each_door_where_its_evidence_is_a_duplicate(cast, seller, door, evidence, level):
    make_customer("原来的企业", owner=cast.olga, **VALUES[evidence])
    chosen(**{f"customer_{evidence}": level})

    door(seller, VALUES[evidence])

    assert Customer.rows.filter(name="新来的公司").exists() == (level != SAME)
    hits = find_duplicates(Given.of(VALUES[evidence]), by=seller)
    assert [one.level for one in hits if one.name == "原来的企业"] == ([] if level == OFF else [level])


@pytest.mark.django_db
@pytest.mark.parametrize("level", [SAME, SIMILAR, OFF])
def test_a_lead_is_refused_by_form_api_and_import_but_what_a_stranger_sends_is_taken(cast, seller, level):
    make_lead("原来的企业", owner=cast.olga, mobile=PHONE)
    chosen(lead_phone=level)
    client = Client()
    client.force_login(seller)

    page = client.post("/leads/new/", {"company": "页面来的", "mobile": PHONE})
    Caller(seller).ask("POST", "/leads", {"company": "接口来的", "mobile": PHONE})
    imported(upload(seller, "公司名称,手机", f"表格来的,{PHONE}", kind="leads", name="线索.csv"))
    of = WebForm(campaign=make_campaign("展会", owner=cast.boss), source=option("source", "campaign"))
    of = of.keep(by=cast.boss, title="预约", asked=["company", "mobile"], needed=["mobile"], receiver=cast.anna)
    marked = {"t": stamp(of.token, timezone.now() - timedelta(seconds=10))}
    Client(REMOTE_ADDR="198.51.100.7").post(of.path, marked | {"company": "网页来的", "mobile": PHONE})

    names = set(Lead.rows.values_list("company", flat=True)) - {"原来的企业"}
    assert names == ({"网页来的"} if level == SAME else {"页面来的", "接口来的", "表格来的", "网页来的"})
    assert (page.status_code == 422) == (level == SAME)
    assert ("号码相同" in page.content.decode()) == (level == SAME)
    levels_told = {hit.level for hit in find_duplicates(Given(phone=PHONE), by=seller, of="lead")}
    assert levels_told == (set() if level == OFF else {level})
    assert SAME not in {hit.level for hit in find_duplicates(Given(phone=PHONE), by=seller)}


@pytest.mark.django_db
def test_those_who_share_it_already_stay_and_can_be_edited_and_the_next_one_is_refused(cast):
    one, two = (make_customer(name, owner=cast.anna, phone=PHONE) for name in ("甲公司", "乙公司"))
    chosen(customer_phone=SAME)

    for customer in (one, two):
        customer.edit(by=cast.anna, short_name=f"{customer.name}简称")
    with pytest.raises(Duplicate):
        make_customer("丙公司", owner=cast.anna, phone=PHONE)

    chosen(customer_phone=SIMILAR)
    assert make_customer("丙公司", owner=cast.anna, phone=PHONE).pk
    assert not DuplicateKey.objects.filter(kind="customer=phone").exists()


@pytest.mark.django_db
def test_numbers_of_contacts_and_similar_names_can_be_switched_off(cast):
    make_contact(make_customer("宁波海曙精密机械有限公司", owner=cast.anna), by=cast.anna, mobile=PHONE)
    given = Given(name="海曙精密机械", phone=PHONE)
    assert find_duplicates(given, by=cast.anna)

    chosen(contact_phone=OFF, customer_alike=OFF, lead_alike=OFF)

    assert find_duplicates(given, by=cast.anna) == []


@pytest.mark.django_db
def test_administrators_choose_the_levels_and_nobody_else(cast):
    chief, client = make_user("chief", make_role("chiefs", settings={"view": "", "edit": ""})), Client()
    with pytest.raises(NotAllowed):
        decide({}, by=cast.anna)
    client.force_login(chief)
    values = {"_".join(pair): offered[-1] for pair, offered in CHOICES.items()}

    assert client.get("/admin/duplicates/").status_code == 200
    assert client.post("/admin/duplicates/", values | {"customer_alike": SAME}).status_code == 422
    assert client.post("/admin/duplicates/", values | {"customer_phone": SAME}).status_code == 302

    assert levels()["customer", "phone"] == SAME
    assert levels()["lead", "alike"] == OFF


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_the_same_number_at_once_one_is_first_also_while_the_level_changes():
    seller = make_user("keen", make_role("keen", customer=RIGHTS))
    chosen(customer_phone=SAME)

    def save(number: int) -> bool:
        try:
            if number == 3:
                chosen(customer_phone=SIMILAR)
                chosen(customer_phone=SAME)
                return False
            make_customer(f"第 {number} 家", owner=User.objects.get(pk=seller.pk), phone=PHONE)
            return True
        except Duplicate:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, range(16)))

    holders = DuplicateKey.objects.filter(kind="customer=phone", live=True, blocks=True)
    assert holders.count() == 1
    with pytest.raises(Duplicate):
        make_customer("最后一家", owner=seller, phone=PHONE)


@pytest.mark.django_db(transaction=True)
def test_what_is_saved_while_a_level_is_raised_blocks_by_what_it_has_afterwards(monkeypatch):
    seller = make_user("keen", make_role("keen", customer=RIGHTS))
    moving = make_customer("换号的公司", owner=seller, phone=PHONE)
    make_customer("同号的公司", owner=seller, phone=PHONE)

    def save() -> None:
        """The first gives its number up, and somebody new comes: nobody waits for the level."""
        moving.edit(by=User.objects.get(pk=seller.pk), phone="13900139000")
        make_customer("新来的公司", owner=User.objects.get(pk=seller.pk), phone="13700137000")
        connection.close()

    def claim(pair: tuple[str, str]) -> int:
        mark = held(pair)
        with ThreadPoolExecutor(1) as other:
            other.submit(save).result(20)
        return mark

    held = _claim_held
    monkeypatch.setattr("keyuan.customers.levels._claim_held", claim)
    chosen(customer_phone=SAME)

    rows = DuplicateKey.objects.filter(kind="customer=phone", live=True).values_list("key", "record_id")
    names = {key: Customer.rows.get(pk=pk).name for key, pk in rows}
    assert names == {"+8613800138000": "同号的公司", "+8613900139000": "换号的公司", "+8613700137000": "新来的公司"}
