import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keyuan.activities.models import FollowUp
from keyuan.exchange.models import Export, Import
from keyuan.exchange.tests.files import imported
from keyuan.ui.rest.tests.calling import ROOT, Caller
from tests.make import make_customer

pytestmark = pytest.mark.django_db
SHEET = "客户名称,联系人,手机\n甲公司,张三,13800138000\n,李四,12\n".encode()


@pytest.fixture
def anna(cast):
    return Caller(cast.anna)


def upload(caller, content=SHEET, name="客户.csv", form=None, **headers):
    given = {"Authorization": f"Bearer {caller.token}"} | headers
    return Client().post(f"{ROOT}/imports", {"file": SimpleUploadedFile(name, content)} | (form or {}), headers=given)


def test_a_sheet_is_taken_in_and_its_columns_are_guessed(anna):
    response = upload(anna)

    assert response.status_code == 201, response.content
    made = response.json()
    assert made["header"] == ["客户名称", "联系人", "手机"]
    assert made["mapping"]["columns"]["0"] == "name"
    assert (made["state"], made["rows"]) == ("uploaded", 2)
    assert anna.get(f"/imports/{made['id']}").json() == made


def test_the_same_upload_with_its_key_is_one_import(anna):
    first, again = (upload(anna, **{"Idempotency-Key": "a"}).json() for _ in range(2))

    assert again == first
    assert upload(anna, SHEET + b"x,,\n", **{"Idempotency-Key": "a"}).status_code == 422
    assert Import.objects.count() == 1


def test_a_mapping_begins_the_check_and_only_what_was_checked_is_imported(anna):
    pk = upload(anna).json()["id"]

    assert anna.post(f"/imports/{pk}/confirm").status_code == 409
    mapped = anna.post(f"/imports/{pk}/mapping", {"columns": {"0": "name", "1": "contact.name"}})
    assert mapped.status_code == 200, mapped.content
    assert mapped.json()["state"] == "checking"
    Import.objects.update(state=Import.State.CHECKED)
    assert anna.post(f"/imports/{pk}/confirm").json()["state"] == "importing"
    assert anna.post(f"/imports/{pk}/confirm").status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"columns": {}},
        {"columns": {"9": "name"}},
        {"columns": {"x": "name"}},
        {"columns": {"0": "password"}},
        {"columns": {"0": 7}},
        {"columns": []},
        {"columns": {"0": "name"}, "fallback": [99]},
        {"columns": {"0": "name"}, "fallback": ["1"]},
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(anna, body):
    pk = upload(anna).json()["id"]

    assert anna.post(f"/imports/{pk}/mapping", body).status_code in (409, 422)


def test_options_are_known_words(anna):
    pk = upload(anna).json()["id"]

    assert anna.post(f"/imports/{pk}/check", {"same": "explode"}).status_code == 422
    assert anna.post(f"/imports/{pk}/check", {"same": "skip", "tag": "展会"}).json()["options"]["same"] == "skip"


def test_an_import_is_its_importers_own(anna, cast):
    pk = upload(anna).json()["id"]
    ben = Caller(cast.ben)

    assert ben.get(f"/imports/{pk}").status_code == 404
    assert ben.get(f"/imports/{pk}/rows").status_code == 404
    assert ben.post(f"/imports/{pk}/confirm").status_code == 404
    assert Caller(cast.guest).get("/imports").status_code == 403


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_refused(anna, content):
    assert upload(anna, content).status_code in (409, 422)
    assert anna.post("/imports", {}).status_code == 415


def test_an_export_is_asked_for_and_fetched_by_nobody_else(anna, cast):
    response = anna.post("/exports", {"module": "customer", "filter": {"field": "owner", "op": "me"}, "format": "csv"})

    assert response.status_code == 201, response.content
    pk = response.json()["id"]
    assert anna.get(f"/exports/{pk}").json()["state"] == Export.State.WAITING
    assert anna.get(f"/exports/{pk}/file").status_code in (404, 409)
    assert Caller(cast.ben).get(f"/exports/{pk}").status_code == 404
    assert Caller(cast.ben).get(f"/exports/{pk}/file").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"module": "secrets"},
        {"module": "customer", "format": "exe"},
        {"module": "customer", "ids": ["1"]},
        {"module": "customer", "ids": [10**30]},
        {"module": "customer", "filter": []},
        {"module": "customer", "owner": 1},
    ],
)
def test_an_export_that_makes_no_sense_is_refused(anna, body):
    assert anna.post("/exports", body).status_code in (403, 404, 409, 422)


def test_follow_ups_come_in_and_go_out_by_the_api(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    boss, anna = Caller(cast.boss), Caller(cast.anna)
    content = "客户,时间,内容,记录人\n甲公司,2026-03-20 10:00:05,谈过价格,anna\n".encode()

    made = upload(boss, content, form={"kind": "follow-ups"}).json()
    of = Import.objects.get(pk=made["id"])
    imported(of)
    out = boss.post("/exports", {"module": "follow_up"})

    assert (made["kind"], made["mapping"]["columns"]["0"]) == ("follow-ups", "customer")
    assert [(one.customer, one.author) for one in FollowUp.rows.all()] == [(customer, cast.anna)]
    assert out.status_code == 201
    assert upload(boss, content, form={"kind": "plans"}).status_code == 422
    assert upload(anna, content, form={"kind": "follow-ups"}).status_code == 403
    assert anna.post("/exports", {"module": "follow_up"}).status_code == 403
