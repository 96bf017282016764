import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keyuan.customers.models import Customer
from keyuan.exchange import exporting, tasks
from keyuan.exchange.guessing import guess
from keyuan.exchange.models import Export, Import
from keyuan.exchange.reading.sheets import read_sheet
from keyuan.exchange.targets import targets_for
from keyuan.exchange.tests.files import checked, imported, upload
from keyuan.exchange.tests.follow_ups.sheets import HEAD as FOLLOW_UPS
from keyuan.exchange.tests.follow_ups.sheets import ROW
from tests.make import make_customer, make_role, make_user

pytestmark = pytest.mark.django_db
HEAD = "客户名称,电话"


@pytest.fixture
def page(client, settings):
    """Sign somebody in and ask."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }

    def ask(user, name, *args, post=None, **query):
        client.force_login(user)
        url = reverse(name, args=args)
        return client.get(url, query) if post is None else client.post(url, post)

    ask.client = client
    return ask


def test_the_four_steps_as_plain_pages(cast, page):
    file = SimpleUploadedFile("a.csv", "客户名称,电话\n甲公司,13800138000\n,1\n".encode())
    answer = page(cast.anna, "imports:new", post={"file": file})
    of = Import.objects.get()
    assert answer["Location"] == reverse("imports:columns", args=[of.pk])
    assert page(cast.anna, "imports:columns", of.pk).status_code == 200

    answer = page(cast.anna, "imports:columns", of.pk, post={"column-0": "name", "column-1": "phone"})
    assert answer["Location"] == reverse("imports:check", args=[of.pk])
    assert "noscript" in page(cast.anna, "imports:check", of.pk).content.decode()
    tasks.check_import(import_id=of.pk)

    answer = page(cast.anna, "imports:check", of.pk)
    assert "客户名称必填" in answer.content.decode() or "Customer name is required" in answer.content.decode()
    chosen = {"same": "update_empty", "similar": "create", "tag": "", "then": "start"}
    answer = page(cast.anna, "imports:check", of.pk, post=chosen)
    assert answer["Location"] == reverse("imports:run", args=[of.pk])
    tasks.write_import(import_id=of.pk)

    assert page(cast.anna, "imports:run", of.pk).status_code == 200
    assert Customer.rows.get().phone == "13800138000"


def test_other_options_are_checked_before_anything_is_imported(cast, page):
    of = checked(upload(cast.anna, HEAD, "甲公司,"))

    answer = page(cast.anna, "imports:check", of.pk, post={"same": "skip", "similar": "create", "then": "start"})

    of.refresh_from_db()
    assert answer["Location"] == reverse("imports:check", args=[of.pk])
    assert of.state == "checking"


def test_a_broken_file_is_refused_on_the_page(cast, page):
    answer = page(cast.anna, "imports:new", post={"file": SimpleUploadedFile("a.csv", b'name\n"open\n')})

    assert answer.status_code == 422
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    "name", ["imports:columns", "imports:check", "imports:run", "imports:progress", "imports:errors"]
)
def test_nobody_enters_somebody_elses_import(cast, page, name):
    of = checked(upload(cast.anna, HEAD, "甲公司,"))

    assert page(cast.ben, name, of.pk).status_code == 404
    assert page(cast.boss, name, of.pk).status_code == 404
    assert page(cast.guest, name, of.pk).status_code == 404


@pytest.mark.parametrize("name", ["imports:list", "imports:new", "imports:template", "recycle:list"])
def test_pages_without_the_right_do_not_exist(cast, page, name):
    assert page(cast.guest, name).status_code == 404


def test_without_signing_in_there_is_only_the_way_to_sign_in(client):
    for name in ("imports:list", "exports:list", "recycle:list"):
        assert client.get(reverse(name)).status_code == 302


def test_the_refused_rows_come_as_a_file_to_be_saved(cast, page):
    of = checked(upload(cast.anna, HEAD, ",13800138000", "甲公司,"))

    answer = page(cast.anna, "imports:errors", of.pk)

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"PK")


def test_the_template_is_understood_by_the_import(cast, page, tmp_path):
    content = b"".join(page(cast.boss, "imports:template").streaming_content)
    path = tmp_path / "template.xlsx"
    path.write_bytes(content)

    header = next(iter(read_sheet(path)[0]))
    assert header[0].endswith("*")
    assert len(guess(header, targets_for(cast.boss)).columns) == len(header)


def test_an_export_is_asked_for_and_fetched(cast, page):
    make_customer("甲公司", owner=cast.anna)
    assert page(cast.anna, "exports:list", module="customer", q="甲").status_code == 200

    answer = page(cast.anna, "exports:new", post={"module": "customer", "query": "q=甲", "format": "csv"})
    assert answer["Location"] == reverse("exports:list")
    export = Export.objects.get()
    tasks.make_export(export_id=export.pk)

    answer = page(cast.anna, "exports:file", export.pk)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "甲公司" in b"".join(answer.streaming_content).decode()
    assert page(cast.ben, "exports:file", export.pk).status_code == 404


def test_a_list_that_may_not_be_exported_is_refused(cast, page):
    assert page(cast.anna, "exports:new", post={"module": "contact"}).status_code == 403
    assert page(cast.guest, "exports:new", post={"module": "customer"}).status_code == 403
    assert not Export.objects.exists()


def test_a_withdrawn_right_refuses_the_download_page(cast, page):
    make_customer("甲公司", owner=cast.anna)
    export = exporting.start_export(cast.anna, "customer")
    tasks.make_export(export_id=export.pk)
    cast.anna.roles.clear()

    assert page(cast.anna, "exports:file", export.pk).status_code == 403


def test_the_bin_restores_and_explains(cast, page):
    customer = make_customer("甲公司", owner=cast.anna)
    customer.delete_by(cast.boss)
    assert "甲公司" in page(cast.boss, "recycle:list", q="甲").content.decode()

    answer = page(cast.boss, "recycle:restore", post={"kind": "customer", "ids": [customer.pk]})

    assert answer.status_code == 302
    assert Customer.rows.living().filter(pk=customer.pk).exists()


def test_what_is_not_ones_own_to_restore_stays(cast, page):
    customer = make_customer("甲公司", owner=cast.olga)
    customer.delete_by(cast.boss)
    deleter = make_user("carl", make_role(customer={"view": "own", "delete": "own"}))

    page(deleter, "recycle:restore", post={"kind": "customer", "ids": [customer.pk]})

    assert not Customer.rows.living().exists()


def test_only_administrators_purge_and_only_with_the_number(cast, page):
    customer = make_customer("甲公司", owner=cast.anna)
    customer.delete_by(cast.boss)
    chosen = {"kind": "customer", "ids": [customer.pk], "number": "1"}
    assert page(cast.boss, "recycle:purge", post=chosen).status_code == 404
    admin = make_user("root", make_role(customer={"delete": "all", "view": "all"}, settings={"edit": "all"}))

    assert page(admin, "recycle:purge", post=chosen | {"number": "2"}).status_code == 422
    assert Customer.rows.exists()
    assert page(admin, "recycle:purge", post=chosen).status_code == 302
    assert not Customer.rows.exists()


@pytest.mark.parametrize("name", ["imports:list", "exports:list", "recycle:list"])
def test_a_page_asks_as_often_for_three_rows_as_for_one(cast, page, name):
    def add():
        make_customer(owner=cast.boss).delete_by(cast.boss)
        imported(upload(cast.boss, HEAD, f"客户 {Import.objects.count()},"))
        exporting.start_export(cast.boss, "customer")

    add()
    page(cast.boss, name)  # signs in
    counted = count_queries(lambda: page(cast.boss, name))
    add()
    add()

    assert count_queries(lambda: page(cast.boss, name)) == counted
    assert counted <= 13


def count_queries(ask):
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


def test_the_menu_stands_at_the_module_of_what_comes_in_goes_out_or_lies_in_the_bin(cast, page):
    of = upload(cast.boss, FOLLOW_UPS, ROW, kind="follow-ups", name="跟进.csv")

    def stands(name, *args, **query):
        said = page(cast.boss, name, *args, **query).content.decode()
        later = re.search(r'hx-get="(/frame/side/[^"]*)"', said)[1].replace("&amp;", "&")
        there = page.client.get(later).content.decode()
        return re.findall(r'data-module="(\w+)" aria-current="page"', said), "/activities/calendar/" in there

    customers, activities = (["customers"], False), (["activities"], True)
    assert [stands("imports:list"), stands("imports:list", kind="follow-ups")] == [customers, activities]
    assert stands("imports:columns", of.pk) == activities
    assert [stands("exports:list"), stands("exports:list", module="plan")] == [customers, activities]
    assert [stands("recycle:list", kind=one) for one in ("contact", "follow_up", "plan")] == [
        customers,
        activities,
        activities,
    ]
