"""Sheets of opportunities: each row by the one verb, refused in the words of the form (O9, R1, D4, D5)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keyuan.exchange.tests.files import checked, imported, sentences, upload
from keyuan.exchange.tests.test_export import exported
from keyuan.opportunities.models import Opportunity, StageMove
from keyuan.org.models import User
from keyuan.records.history import Operation
from tests.make import make_contact, make_customer, make_opportunity, make_product, option, stage

pytestmark = pytest.mark.django_db
HEAD = "客户,商机名称,所属销售阶段,预计成交金额,成交概率,预计成交时间,负责人,输单原因,实际成交日期"
AHEAD = (timezone.localdate() + timedelta(days=30)).isoformat()


def sheet(by, *lines, head=HEAD, **more):
    return upload(by, head, *lines, kind="opportunities", name="商机.csv", **more)


@pytest.fixture
def customer(cast):
    return make_customer("宁波海曙精密机械有限公司", owner=cast.anna)


def test_a_row_becomes_an_opportunity_with_the_line_of_its_stage(cast, customer):
    of = imported(sheet(cast.boss, f"宁波海曙精密机械有限公司,MES 二期,商务谈判,86万,68,{AHEAD},Anna,,"))

    made = Opportunity.rows.get()
    assert (of.counts["created"], made.customer, made.owner, made.created_by) == (1, customer, cast.anna, cast.boss)
    assert (made.stage, made.amount, made.probability) == (stage("negotiation"), Decimal(860_000), 68)
    assert made.probability_is_manual
    line = StageMove.objects.get()
    assert (line.to_stage, line.by, line.amount) == (stage("negotiation"), cast.boss, Decimal(860_000))
    assert line.operation == Operation.objects.get(pk=of.operation_id)


def test_closed_rows_are_closed_by_the_same_rules(cast, customer):
    day = (timezone.localdate() - timedelta(days=9)).isoformat()
    of = imported(
        sheet(
            cast.boss,
            f"{customer.name},赢的,赢单,10万,,{day},,,",
            f"{customer.name},输的,输单,5万,,{day},,价格偏高,",
            f"{customer.name},没写原因,输单,5万,,{day},,,",
            f"{customer.name},以后才赢,赢单,5万,,{AHEAD},,,",
            head=HEAD,
        )
    )

    won = Opportunity.rows.get(name="赢的")
    assert (won.outcome, won.closed_on.isoformat(), won.probability) == ("won", day, 100)
    assert [one.to_stage.key for one in StageMove.objects.filter(opportunity=won)] == ["contract", "won"]
    customer.refresh_from_db()
    assert customer.category == option("category", "signed")
    said = str(sentences(of))
    assert "输单原因" in said or "Reason" in said
    assert Opportunity.rows.filter(name__in=["没写原因", "以后才赢"]).count() == 0


def test_blanks_in_the_five_required_fields_are_refused_in_the_words_of_the_form(cast, customer):
    of = checked(sheet(cast.boss, f"{customer.name},,,,,,,,"))
    said = str(sentences(of))
    for word in ("商机名称", "所属销售阶段", "预计成交金额", "成交概率", "预计成交时间"):
        assert word in said
    assert of.counts["refused"] == 1


def test_strangers_foreign_owners_and_unknown_stages_are_refused(cast, customer):
    foreign = make_customer("别处的公司", owner=cast.olga)
    cast.anna.roles.get().grants.filter(module="opportunity").update(
        operations=dict.fromkeys(("view", "create", "edit", "import"), "own")
    )
    by = User.objects.get(pk=cast.anna.pk)
    of = checked(
        sheet(
            by,
            f"{foreign.name},甲,初步接洽,1万,10,{AHEAD},,,",
            f"{customer.name},乙,初步接洽,1万,10,{AHEAD},Olga,,",
            f"{customer.name},丙,没有的阶段,1万,10,{AHEAD},,,",
            f"{customer.name},丁,初步接洽,-1,10,{AHEAD},,,",
            f"{customer.name},戊,初步接洽,1万,101,{AHEAD},,,",
        )
    )
    assert of.counts["refused"] == 5


def test_contacts_products_and_tags_are_found_by_their_names(cast, customer):
    person, product = (
        make_contact(customer, "顾建国"),
        make_product("MES 标准版", by=cast.boss, price="420000", code="HL-1"),
    )
    row = f"{customer.name},MES,初步接洽,{AHEAD},顾建国,HL-1,重点关注"
    imported(sheet(cast.boss, row, head="客户,商机名称,阶段,预计成交时间,联系人,产品,标签"))
    made = Opportunity.rows.get()
    assert (made.contacts, made.products) == ([person.pk], [product.pk])
    assert (made.amount, made.amount_is_manual, made.lines.count()) == (Decimal(420_000), False, 1)
    assert [one.name for one in made.tags.all()] == ["重点关注"]


def test_what_is_there_already_is_skipped(cast, customer):
    make_opportunity("MES 二期", owner=cast.anna, customer=customer)
    row = f"{customer.name},MES 二期,初步接洽,1万,10,{AHEAD},,,"
    new = f"{customer.name},MES 三期,初步接洽,1万,10,{AHEAD},,,"
    of = imported(sheet(cast.boss, row, new, new))
    assert (of.counts["skipped"], of.counts["created"]) == (2, 1)
    assert Opportunity.rows.count() == 2


def test_two_thousand_rows_are_checked_with_a_handful_of_queries(cast, customer):
    rows = [f"{customer.name},商机 {number},初步接洽,{number},10,{AHEAD},Anna,," for number in range(2000)]
    of = sheet(cast.boss, *rows)
    with CaptureQueriesContext(connection) as queries:
        of = checked(of)
    assert of.counts["created"] == 2000
    assert len(queries) < 60


def test_an_own_export_of_opportunities_comes_back_without_differences(cast, customer):
    make_contact(customer, "顾建国")
    first = make_opportunity("MES 二期", owner=cast.anna, customer=customer, at="negotiation", amount="860000.50")
    first.edit(by=cast.anna, probability=68, notes="第一行\n第二行")
    lost = make_opportunity("输的", owner=cast.anna, customer=customer)
    lost.lose(by=cast.anna, reason=option("opportunity_lost_reason", "price"))
    _export, path = exported(cast.boss, "opportunity", query="view=all", is_complete=True, format="csv")
    file = path.read_bytes()
    before = picture()
    again = upload(cast.boss, file, kind="opportunities", name="opportunities.csv")
    assert checked(again).counts == {"skipped": 2, "skipped:logged": 2}
    StageMove.objects.all().delete()
    Opportunity.rows.all().delete()

    imported(upload(cast.boss, file, kind="opportunities", name="opportunities.csv"))

    assert picture() == before


def picture():
    left_out = {"id", "created_at", "created_by", "updated_at", "updated_by", "version", "stage_since", "progressed_at",
                "last_open_stage"}  # fmt: skip
    return [
        {one.name: one.value_from_object(row) for one in row._meta.fields if one.name not in left_out}
        for row in Opportunity.rows.order_by("name")
    ]
