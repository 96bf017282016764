"""A chunk that is written as one set leaves what `Opportunity.add` leaves, table by table and column by column."""

import json
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keyuan.exchange import importing, tasks
from keyuan.exchange.opportunities.running import Work
from keyuan.exchange.opportunities.writing import add, add_one, decide
from keyuan.exchange.running import in_language_of
from keyuan.exchange.tests.files import checked, imported, upload
from keyuan.opportunities.models import Opportunity, Pipeline, Stage, StageMove
from keyuan.records.history import Operation
from keyuan.records.models import Option
from tests.make import make_contact, make_customer, make_opportunity, make_product, make_role, make_user, option, stage

pytestmark = pytest.mark.django_db
HEAD = (
    "客户,商机名称,阶段,预计成交金额,成交概率,预计成交时间,负责人,输单原因,实际成交日期,竞争对手,"
    "产品,联系人,标签,商机来源,备注"
)
TODAY = timezone.localdate()
AHEAD, AGO = (TODAY + timedelta(days=30)).isoformat(), (TODAY - timedelta(days=9)).isoformat()
TABLES = (
    "opportunity", "opportunity_search", "opportunity_tag", "opportunity_line", "opportunity_part",
    "opportunity_competitor", "stage_move", "tag", "event", "change", "operation", "customer", "customer_search",
    "contact", "duplicate_key",
)  # fmt: skip


@pytest.fixture
def house(cast):
    """Two customers with contacts, products with and without a price, and stages that ask for something."""
    first, second = (make_customer(name, owner=cast.anna) for name in ("宁波海曙精密机械有限公司", "杭州西湖仪表厂"))
    make_customer("绍兴越城纺织有限公司", owner=cast.ben, category=option("category", "signed"))
    make_contact(first, "顾建国")
    make_contact(second, "沈梅")
    make_product("MES 标准版", by=cast.boss, price="420000.50", code="HL-1")
    make_product("质检追溯", by=cast.boss, price=None, code="HL-2")
    make_opportunity("MES 一期", owner=cast.anna, customer=first)
    Option.objects.create(list="competitor", key="sap", name="SAP", position=1)
    Stage.objects.filter(pk=stage("won").pk).update(required_fields=["source", "tags"])
    asks = option("follow_up_kind", "visit")
    other = Pipeline.objects.create(name="渠道", position=5)
    make = Stage.objects.create
    make(pipeline=other, kind="open", name="报备", probability=5, position=1)
    make(pipeline=other, kind="open", name="陪访", probability=60, position=2)
    make(pipeline=other, kind="won", name="渠道赢单", probability=100, position=3)
    make(pipeline=other, kind="lost", name="渠道输单", probability=0, position=4, required_activity=asks)
    return first, second


def rows():
    n, h, s = "宁波海曙精密机械有限公司", "杭州西湖仪表厂", "绍兴越城纺织有限公司"
    return [
        f"{n},MES 二期,商务谈判,86万,68,{AHEAD},Anna,,,,,顾建国,重点关注、新标签,,看过样机\\t三次",
        f"{n},按阶段的概率,需求确认,5.55,25,{AHEAD},Ben,,,,,,,,",
        f"{n},赢的,赢单,10万,,{AGO},Anna,,{AGO},,HL-1,,新标签,网站咨询,",
        f"{n},又赢的,赢单,10万,,{AGO},,,,,,,重点关注,网站咨询,",
        f"{h},输的,输单,5万,,{AGO},,价格高,{AGO},SAP,HL-1、HL-2,沈梅,,,",
        f"{h},没有来源不能赢,赢单,5万,,{AGO},,,,,,,另一个标签,,",
        f"{h},没写原因,输单,5万,,{AGO},,,,,,,,,",
        f"{h},以后才赢,赢单,5万,,{AHEAD},,,,,,,,,",
        f"{h},渠道里赢的,渠道赢单,7万,,{AGO},Olga,,,,,,,,",
        f"{h},渠道里要先拜访,渠道输单,7万,,{AGO},Olga,价格高,,,,,,,",
        f"{h},渠道里开着,陪访,7万,61,{AHEAD},Olga,,,,,,,,",
        f"{s},已签约的又赢,赢单,1,,{AGO},Ben,,{AGO},,,,重点关注,网站咨询,",
        f"{s},太大,初步接洽,999999999999999,10,{AHEAD},,,,,,,,,",
        f"{s},负数,初步接洽,-1,10,{AHEAD},,,,,,,,,",
        f"{s},HL-2 没有价格,初步接洽,100,10,{AHEAD},,,,,HL-2,,,,",
        f"{n},MES 一期,初步接洽,1万,10,{AHEAD},,,,,,,,,",
        f"{n},MES 二期,初步接洽,1万,10,{AHEAD},,,,,,,,,",
        f"没有的公司,甲,初步接洽,1万,10,{AHEAD},,,,,,,,,",
    ]


def test_a_set_leaves_in_every_table_what_the_verb_leaves(cast, house):
    of = checked(upload(cast.boss, HEAD, *rows(), kind="opportunities", name="商机.csv"))
    importing.confirm(of, by=cast.boss)
    of.refresh_from_db()

    by_set = left_behind(of, lambda: tasks.write_import(import_id=of.pk))
    by_verb = left_behind(of, lambda: one_by_one(of))

    assert by_set["outcomes"] == by_verb["outcomes"]
    for table in TABLES:
        assert by_set[table] == by_verb[table], table
    assert sorted(by_set) == sorted(by_verb)
    assert [outcome for outcome, _said in by_set["outcomes"]].count("created") == 9
    assert len(by_set["opportunity"]) == 10
    assert len(by_set["opportunity_line"]) == 4
    assert len(by_set["stage_move"]) == 1 + 9 + 5


def test_whoever_may_add_but_not_change_is_refused_the_same_rows(cast, house):
    grants = dict.fromkeys(("view", "create", "import"), "all") | {"edit": "own"}
    lead = make_user(
        "lead",
        make_role("lead", customer={"view": "all"}, opportunity=grants, contact={"view": ""}, product={"view": ""}),
    )
    of = checked(upload(lead, HEAD, *rows(), kind="opportunities", name="商机.csv"))
    importing.confirm(of, by=lead)
    of.refresh_from_db()

    by_set = left_behind(of, lambda: tasks.write_import(import_id=of.pk))
    by_verb = left_behind(of, lambda: one_by_one(of))

    assert by_set == by_verb
    outcomes = [outcome for outcome, _said in by_set["outcomes"]]
    assert (outcomes[0], outcomes[2], outcomes[3]) == ("created", "refused", "created")


def test_a_row_that_names_what_is_deleted_meanwhile_is_refused_alone(cast, house):
    gone = Option.objects.create(list="source", key="fair", name="糖酒会", position=99)
    n = house[0].name
    lines = [f"{n},第 {one} 单,初步接洽,1万,10,{AHEAD},,,,,,,,{'糖酒会' if one == 3 else ''}," for one in range(7)]
    of = checked(upload(cast.boss, HEAD, *lines, kind="opportunities", name="商机.csv"))
    importing.confirm(of, by=cast.boss)
    of.refresh_from_db()
    with in_language_of(of.by):
        work, operation, drafts = begun(of)
    gone.delete()

    add(decide(drafts, {}, work.by), work.by, operation)

    assert [draft.outcome for draft in drafts] == ["created"] * 3 + ["refused"] + ["created"] * 3
    assert len(drafts[3].problems) == 1
    assert set(Opportunity.rows.filter(name__startswith="第").values_list("pk", flat=True)) == {
        draft.record_id for draft in drafts if draft.record_id
    }


def test_the_step_of_a_row_that_came_in_closed_can_be_taken_back(cast, house):
    n = house[0].name
    imported(upload(cast.boss, HEAD, f"{n},赢的,赢单,10万,,{AGO},,,,,,,重点关注,网站咨询,", kind="opportunities"))
    house[0].refresh_from_db()
    assert (house[0].category, house[0].has_bought) == (option("category", "signed"), True)

    made = Opportunity.rows.get(name="赢的").undo_move(by=cast.boss)

    house[0].refresh_from_db()
    assert (made.is_open, made.stage, made.closed_on) == (True, stage("contract"), None)
    assert made.stage_since == StageMove.objects.filter(opportunity=made).order_by("pk").first().at
    assert (house[0].category, house[0].has_bought) == (option("category", "potential"), False)


def test_a_chunk_of_many_rows_takes_no_more_queries_than_one_of_few(cast, house):
    def queries(name, number):
        lines = [f"{house[0].name},{name} {one},赢单,1万,,{AGO},,,,,HL-1,,重点关注,网站咨询," for one in range(number)]
        of = checked(upload(cast.boss, HEAD, *lines, kind="opportunities", name="商机.csv"))
        importing.confirm(of, by=cast.boss)
        with CaptureQueriesContext(connection) as captured:
            tasks.write_import(import_id=of.pk)
        assert Opportunity.rows.filter(name__startswith=name).count() == number
        return len(captured)

    queries("先", 5)  # shelves are filled, the customer is signed
    assert queries("多", 300) <= queries("几", 5) + 3


def begun(of):
    """What a run of the import begins with: its rows as they are read."""
    work, operation = Work.on(of), Operation.objects.get(pk=of.operation_id)
    operation.by = work.by
    return work, operation, work.reader.read(list(of.rows.order_by("number").values_list("number", "cells")))


def one_by_one(of):
    """What the import did before it wrote in sets: the verb for each row."""
    with in_language_of(of.by):
        work, operation, drafts = begun(of)
        for draft in decide(drafts, {}, work.by):
            add_one(draft, work.by, operation)
    for draft in drafts:
        said = [one.as_json() for one in draft.problems]
        of.rows.filter(number=draft.number).update(outcome=draft.outcome, problems=said)


def left_behind(of, write):
    """All tables after `write`, told so that ids and moments don't matter; then all is as it was."""
    began = timezone.now()
    with transaction.atomic():
        write()
        connection.check_constraints()
        told = Told(began)
        found = {table: told.rows(table) for table in TABLES}
        found["outcomes"] = [(row.outcome, [one["text"] for one in row.problems]) for row in of.rows.order_by("number")]
        transaction.set_rollback(True)
    return found


class Told:
    """Rows as text: ids of what is new by name, moments since the beginning as a word."""

    def __init__(self, began):
        self.began = began
        self.deals = {one.pk: one for one in Opportunity.rows.all()}
        self.tags = dict(_all("SELECT id, name FROM tag"))
        self.acts, many = {}, Counter()
        for pk, verb in _all("SELECT id, verb FROM operation ORDER BY id"):
            many[verb] += 1
            self.acts[pk] = f"{verb} {many[verb]}"
        self.events = {}
        for pk, kind, record in _all("SELECT id, record_type, record_id FROM event ORDER BY id"):
            place = sum(1 for one in self.events.values() if one[:2] == (kind, record))
            self.events[pk] = (kind, record, place)

    def rows(self, table):
        return sorted(json.dumps(self.told(table, row), sort_keys=True, ensure_ascii=False) for row in _rows(table))

    def told(self, table, row):
        deal = row["id"] if table == "opportunity" else row.get("opportunity_id", row.get("record_id"))
        about = table not in ("event", "customer_search", "duplicate_key") or row.get("record_type") == "opportunity"
        if about and deal in self.deals:
            row["record_id" if "record_id" in row else "opportunity_id"] = self.deals[deal].name
        if table in ("opportunity", "stage_move", "opportunity_line", "opportunity_search", "opportunity_tag", "event",
                     "customer_search", "tag", "operation"):  # fmt: skip
            row.pop("id")
        if "event_id" in row:
            kind, record, place = self.events[row.pop("event_id")]
            if kind == "opportunity":
                row["after"].pop("id", None)
            row["of"] = [kind, self.deals[record].name if kind == "opportunity" else record, place]
        if "body" in row and deal in self.deals and table == "opportunity_search":
            row["body"] = row["body"].replace(self.deals[deal].number.lower(), "number")
        for name in ("operation_id", "deletion_id"):
            row[name] = self.acts.get(row.get(name))
        if "tag_id" in row:
            row["tag_id"] = self.tags.get(row["tag_id"])
        return {name: self.plain(name, value) for name, value in row.items()}

    def plain(self, name, value):
        if isinstance(value, dict):
            return {key: self.plain(key, one) for key, one in value.items()}
        if name == "tags":
            return sorted(self.tags[pk] for pk in value)
        if isinstance(value, str) and value[:2] == "20" and "T" in value:
            at = datetime.fromisoformat(value)
            return "now" if at >= self.began else at.isoformat()  # PostgreSQL writes no noughts at the end, Python does
        return value


def _rows(table):
    return [json.loads(row) for (row,) in _all(f"SELECT to_jsonb(t)::text FROM {table} t")]


def _all(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
