import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.exchange import exporting, forgetting, tasks
from keyuan.exchange.models import Export
from keyuan.exchange.reading import read_table
from keyuan.exchange.tests.files import imported, upload
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.options import Tag
from tests.make import make_contact, make_customer, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(cast):
    for user in vars(cast).values():
        user.preferences = {"language": "en"}
        user.save(update_fields=["preferences"])
    with translation.override("en"):
        yield cast


def exported(user, module="customer", **asked):
    """A finished export, and its file."""
    export = exporting.start_export(user, module, **asked)
    tasks.make_export(export_id=export.pk)
    export.refresh_from_db()
    assert export.failure == ""
    return export, exporting.fetch(export, user)


def rows(path):
    return [line for _number, line in read_table(path).rows]


def full_customer(cast):
    tags = ensure_tags([Tag(name="高价值", key="高价值"), Tag(name="展会", key="展会")])
    return make_customer(
        "宁波海曙精密机械有限公司",
        owner=cast.anna,
        tags=tags,
        short_name="海曙精密",
        former_names=["宁波海曙机械厂", "海曙五金"],
        uscc="91330203144039000E",
        industry="K70",
        region="330203",
        phone="0574-87352210;13800138000",
        email="info@haishu.cn",
        website="https://haishu.cn/about?x=1",
        address="石碶街道 1 号",
        registered_capital="5000000.50",
        founded_on="2001-02-03",
        size=option("size", "20-99"),
        level=option("level", "A"),
        notes="第一行\n第二行",
    )


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_an_own_export_goes_in_again_without_change(cast, format):
    customer = full_customer(cast)
    make_customer("=HYPERLINK(1)", owner=cast.anna, phone="+4930123456", notes="-1+1")
    make_customer("乙公司", owner=cast.anna, parent=customer)
    before = list(Customer.rows.order_by("pk").values())

    _export, path = exported(cast.anna, format=format, is_complete=True)
    of = imported(upload(cast.anna, path.read_bytes(), same="update", name=f"a.{format}"))

    assert (of.counts["unchanged"], of.counts.get("updated", 0), of.counts.get("refused", 0)) == (3, 0, 0)
    assert list(Customer.rows.order_by("pk").values()) == before


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_what_was_exported_can_be_put_in_somewhere_else(cast, format):
    customer = full_customer(cast)
    _export, path = exported(cast.anna, format=format, is_complete=True)
    content = path.read_bytes()
    fields = [one for one in CUSTOMER.fields.values() if one.editable]
    before = {one.name: one.read(customer) for one in fields}
    customer.delete_by(cast.boss)

    imported(upload(cast.anna, content, name=f"a.{format}"))

    again = Customer.rows.living().get()
    assert {one.name: one.read(again) for one in fields} == before


def test_an_export_of_contacts_goes_in_again_without_change(cast):
    customer = make_customer("甲公司", owner=cast.boss)
    make_contact(
        customer,
        "王五",
        mobile="13800138000",
        title="经理",
        email="w@a.cn",
        birthday="1990-01-02",
        phone="0574-87352210",
    )
    make_contact(customer, "赵六", notes="备注", gender="female")

    _export, path = exported(cast.boss, "contact", is_complete=True)
    of = imported(upload(cast.boss, path.read_bytes(), same="update"))

    assert (of.counts["unchanged"], of.counts.get("updated", 0)) == (2, 0)
    assert customer.contacts.count() == 2


def test_the_list_decides_what_and_in_which_columns(cast):
    make_customer("甲公司", owner=cast.anna, phone="13800138000")
    make_customer("乙公司", owner=cast.anna)
    make_customer("丙公司", owner=cast.olga)

    _export, path = exported(cast.anna, query="columns=phone,owner&sort=name&q=公司")

    assert read_table(path).header == ["Customer name", "Phone", "Owner"]
    assert sorted(rows(path)) == [["乙公司", "", "Anna"], ["甲公司", "138 0013 8000", "Anna"]]


def test_only_the_chosen_rows_are_exported(cast):
    wanted, _other = make_customer("甲公司", owner=cast.anna), make_customer("乙公司", owner=cast.anna)
    foreign = make_customer("丙公司", owner=cast.olga)

    export, path = exported(cast.anna, ids=[wanted.pk, foreign.pk], query="columns=phone")

    assert rows(path) == [["甲公司"]]
    assert export.row_count == 1


def test_rows_a_person_may_see_but_not_export_stay_out(cast):
    make_customer("甲公司", owner=cast.ben)  # anna sees her department's customers, and exports her own

    _export, path = exported(cast.anna, query="")

    with pytest.raises(RuleBroken, match="no rows below"):
        read_table(path)


def test_a_filter_that_is_not_understood_is_refused(cast):
    with pytest.raises(RuleBroken):
        exporting.start_export(cast.anna, "customer", query='filter={"field":"nothing","op":"=","value":1}')


def test_without_the_right_nothing_is_made(cast):
    for user, module in ((cast.guest, "customer"), (cast.anna, "contact"), (cast.boss, "people")):
        with pytest.raises(NotAllowed):
            exporting.start_export(user, module)


def test_a_right_withdrawn_before_the_job_makes_no_file(cast):
    export = exporting.start_export(cast.anna, "customer")
    cast.anna.roles.clear()

    tasks.make_export(export_id=export.pk)

    export.refresh_from_db()
    assert (export.state, export.failure) == ("failed", "You may not export this list.")


def test_a_right_withdrawn_before_the_download_refuses_the_file(cast):
    make_customer(owner=cast.anna)
    export, _path = exported(cast.anna)
    cast.anna.roles.clear()

    with pytest.raises(NotAllowed):
        exporting.fetch(export, fresh(cast.anna))


def test_a_right_that_reaches_less_far_refuses_the_file(cast):
    make_customer(owner=cast.anna)
    export, _path = exported(cast.boss)
    for grant in cast.boss.roles.get().grants.filter(module="customer"):
        grant.operations |= {"export": "own"}
        grant.save()

    with pytest.raises(RuleBroken, match="has changed"):
        exporting.fetch(export, fresh(cast.boss))


def fresh(user):
    """The person in the next request."""
    return type(user).objects.get(pk=user.pk)


def test_nobody_fetches_somebody_elses_file(cast):
    make_customer(owner=cast.anna)
    export, _path = exported(cast.anna)

    with pytest.raises(NotAllowed):
        exporting.fetch(export, cast.boss)


def test_a_file_expires(cast):
    make_customer(owner=cast.anna)
    export, path = exported(cast.anna)
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    export.refresh_from_db()

    with pytest.raises(RuleBroken, match="expired"):
        exporting.fetch(export, cast.anna)
    assert forgetting.drop_expired_exports() == 1
    assert not path.exists()


def test_exports_and_downloads_are_logged(cast):
    make_customer(owner=cast.anna)
    export, _path = exported(cast.anna, reason="给财务对账")

    events = Event.objects.filter(record_type="export", record_id=export.pk).order_by("pk")
    assert [(event.name, event.by_id) for event in events] == [("exported", cast.anna.pk), ("downloaded", cast.anna.pk)]
    assert events[0].details["reason"] == "给财务对账"
    assert events[1].details["rows"] == 1


def test_a_sheet_carries_the_name_of_the_person(cast):
    make_customer("=1+1", owner=cast.anna)
    _export, path = exported(cast.anna)

    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        properties = archive.read("docProps/core.xml").decode()
    assert "Exported by Anna" in sheet
    assert "Anna" in properties
    assert "<f>" not in sheet


def test_a_csv_file_has_a_mark_and_no_formulas(cast):
    make_customer("=cmd|' /C calc'!A0", owner=cast.anna, address="　＝1+1")
    _export, path = exported(cast.anna, format="csv", query="columns=address")

    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1] == ["'=cmd|' /C calc'!A0", "'　＝1+1"]


def test_the_number_of_queries_does_not_grow_with_the_rows(cast, django_assert_max_num_queries):
    for number in range(3):
        make_customer(f"客户 {number}", owner=cast.anna)
    export = exporting.start_export(cast.anna, "customer")

    with django_assert_max_num_queries(32):
        tasks.make_export(export_id=export.pk)
