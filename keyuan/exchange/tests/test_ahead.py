import time

import pytest
from django.db import IntegrityError, connection

from keyuan.customers.models import Contact, ContactSearch, Customer, CustomerSearch
from keyuan.exchange import importing, running
from keyuan.exchange.models import Import
from keyuan.exchange.tests.files import checked, imported, sentences, upload
from keyuan.records.history import Change, Event
from keyuan.records.keys import DuplicateKey
from tests.make import make_department, make_role, make_user

HEAD = "客户名称,统一社会信用代码,电话,联系人姓名,联系人手机"


@pytest.fixture
def anna(own_database, monkeypatch):
    """Somebody whose imports are written in chunks of two rows, the next one being looked up meanwhile."""
    monkeypatch.setattr(running, "CHUNK", 2)
    role = make_role(
        "rep",
        customer={"view": "own", "create": "own", "edit": "own", "import": "own"},
        contact={"view": "", "create": "", "edit": ""},
    )
    return make_user("anna", role, department=make_department(), preferences={"language": "en"})


def test_a_row_meets_what_the_chunk_before_it_is_writing(anna):
    rows = [
        "甲公司,,0574-87350001,,",
        "乙公司,,,王一,13900000001",
        "甲公司,,,李二,13900000002",
        "丁公司,,,王一,13900000001",
    ]

    of = imported(upload(anna, HEAD, *rows))

    assert (of.counts["created"], of.counts["updated"], of.counts["contacts"]) == (3, 1, 3)
    assert sentences(of) == [(4, "Same customer as row 2"), (5, "Same phone as “乙公司”")]
    assert Contact.rows.get(name="李二").customer.name == "甲公司"


def test_a_row_meets_a_customer_under_the_name_that_the_chunk_before_it_gave(anna):
    imported(upload(anna, "客户名称,统一社会信用代码", "旧名公司,91310000MA1FL0000N"))
    rows = ["新名公司,91310000MA1FL0000N,,,", "乙公司,,,,", "新名公司,,0574-87350002,,"]

    of = imported(upload(anna, HEAD, *rows, same="update"))

    assert (of.counts["created"], of.counts["updated"]) == (1, 2)
    assert Customer.rows.get(name="新名公司").phone == "0574-87350002"


def test_rows_written_as_text_hold_every_character(anna):
    name, notes = r"反斜线\N公司\t", '第一行\n第二行\t\\ "引号" {括号}'

    imported(upload(anna, "客户名称,备注,曾用名", f'"{name}","{notes.replace(chr(34), chr(34) * 2)}","甲""乙\\;丙"'))

    customer = Customer.rows.get()
    assert (customer.name, customer.notes, customer.former_names) == (name, notes, ['甲"乙\\', "丙"])
    change = Change.objects.get(event__record_type="customer", event__record_id=customer.pk)
    assert (change.before, change.after["name"], change.after["notes"]) == ({}, name, notes)


def test_the_connection_that_looks_ahead_is_closed_at_the_end(anna):
    before = connections_open()

    imported(upload(anna, "客户名称", "公司"))
    imported(upload(anna, "客户名称", *(f"公司 {number}" for number in range(5))))

    assert connections_left(before) == before
    assert Event.objects.filter(name="created", record_type="customer").count() == 6
    assert DuplicateKey.objects.filter(blocks=True).count() == 6


def test_rows_that_the_database_refuses_leave_no_search_text(anna):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contact ADD CONSTRAINT nobody_is_called_so CHECK (name <> '无名')")
    of = checked(upload(anna, HEAD, "甲公司,,,王一,", "乙公司,,,,", "丙公司,,,无名,", "丁公司,,,,"))
    importing.confirm(of, by=anna)

    with pytest.raises(IntegrityError):
        running.write(Import.objects.get(pk=of.pk))

    texts = CustomerSearch.objects.filter(kind="text")
    assert set(texts.values_list("record_id", flat=True)) == set(Customer.rows.values_list("pk", flat=True))
    assert (Customer.rows.count(), ContactSearch.objects.filter(kind="text").count()) == (2, 1)


def connections_left(expected):
    """How many are open once PostgreSQL has noticed: a server process ends a moment after its client has gone."""
    for _ in range(100):
        if connections_open() == expected:
            break
        time.sleep(0.05)
    return connections_open()


def connections_open():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]
