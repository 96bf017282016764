"""Pages and API of files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from keyuan.org.settings import set_setting
from keyuan.records.attachments.attaching import attach, upload
from keyuan.records.attachments.models import Attachment
from keyuan.records.errors import RuleBroken
from keyuan.records.tests.attachments.files import file, picture
from keyuan.ui.attachments.taking import take_files
from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db
NAUGHTY = Path(os.environ.get("KEYUAN_TEST_DATA", "../shared/data")) / "naughty_strings.json"
SCRIPT = {"HX-Request": "true", "X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def english(cast):
    for person in (cast.anna, cast.ben, cast.olga, cast.boss):
        person.prefer(language="en")


@pytest.fixture
def customer(cast):
    return make_customer(owner=cast.anna)


@pytest.fixture
def anna(client, cast):
    client.force_login(cast.anna)
    return client


def fetched(client, attachment, rest=""):
    answer = client.get(f"/attachments/{attachment.pk}/{rest}")
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


# Fetching


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("page.html", b"<script>alert(1)</script>", "text/plain"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain"),
        ("offer.pdf", b"%PDF-1.7", "application/pdf"),
        ("photo.png", picture(), "image/png"),
    ],
)
def test_whatever_is_fetched_is_saved_and_never_run(anna, cast, customer, name, content, media_type):
    answer = fetched(anna, attach(customer, file(name, content), cast.anna))

    assert answer.body == content
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == media_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store, private"


def test_a_chinese_name_arrives_whole(anna, cast, customer):
    answer = fetched(anna, attach(customer, file("海曙二期方案 V3.pdf"), cast.anna))

    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('海曙二期方案 V3.pdf')}"


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the trial data is not here")
def test_no_name_breaks_a_header_or_a_page(anna, cast, customer):
    set_setting("attachment_most", 2000)
    names = [f"{one}.txt" for one in json.loads(NAUGHTY.read_text())][::7]
    for name in names:
        answer = fetched(anna, attach(customer, file(name), cast.anna))
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        assert not set("\r\n") & set(answer["Content-Disposition"])

    page = anna.get(f"/attachments/of/customer/{customer.pk}/?all=1").content.decode()

    assert page.count('<li class="at">') == len(names)
    assert "<script>alert" not in page


def test_pictures_are_shown_in_place_as_we_have_written_them(anna, cast, customer):
    made = attach(customer, file("x.jpg", picture((2000, 1000), "JPEG")), cast.anna)

    for rest in ("picture/", "picture/?size=thumb"):
        answer = fetched(anna, made, rest)
        assert (answer["Content-Type"], answer["Content-Disposition"]) == (
            "image/webp",
            'inline; filename="x.webp"',
        )
        assert answer.body[8:12] == b"WEBP"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert fetched(anna, made, "picture/?size=huge").status_code == 404


def test_what_is_no_picture_is_not_shown_in_place(anna, cast, customer):
    made = attach(customer, file("x.png", b"<svg onload='alert(1)'/>"), cast.anna)

    assert fetched(anna, made, "picture/").status_code == 404


def test_foreign_deleted_and_missing_files_read_alike(client, cast, customer):
    foreign, deleted = attach(customer, file("secret"), cast.anna), attach(customer, file("secret"), cast.anna)
    deleted.delete_by(cast.anna)
    nowhere = Attachment(pk="00000000-0000-4000-8000-000000000000")

    client.force_login(cast.olga)
    first = [fetched(client, one).status_code for one in (foreign, nowhere)]
    client.force_login(cast.anna)

    assert [*first, fetched(client, deleted).status_code] == [404, 404, 404]


def test_the_right_is_asked_when_the_file_is_fetched(anna, cast, customer):
    made = attach(customer, file(), cast.anna)
    before = fetched(anna, made).status_code

    customer.edit(by=cast.boss, owner=cast.olga, department=cast.olga.department)

    assert (before, fetched(anna, made).status_code) == (200, 404)


def test_a_waiting_file_is_seen_by_its_uploader_alone(client, cast):
    waiting = upload(file(), cast.anna)

    client.force_login(cast.boss)
    foreign = fetched(client, waiting).status_code
    client.force_login(cast.anna)

    assert (foreign, fetched(client, waiting).status_code) == (404, 200)


def test_files_of_a_module_that_is_switched_off_are_off(anna, cast, customer):
    made = attach(customer, file(), cast.anna)
    set_setting("modules", {"order": [], "off": ["customers"], "names": {}})

    assert fetched(anna, made).status_code == 404


# On pages


def test_the_page_of_a_customer_shows_its_files_and_those_of_its_contacts(anna, cast, customer):
    attach(customer, file("ours.pdf"), cast.anna)
    attach(make_contact(customer), file("theirs.pdf"), cast.anna)

    page = anna.get(f"/customers/{customer.pk}/").content.decode()

    assert '<a href="#attachments">Attachments<span class="c">2</span></a>' in page
    assert 'title="ours.pdf"' in page
    assert 'title="theirs.pdf"' in page


def test_whoever_does_not_see_contacts_does_not_see_their_files(client, cast, customer):
    made = attach(make_contact(customer), file("theirs.pdf"), cast.anna)
    cast.ben.roles.first().grants.filter(module="contact").delete()
    client.force_login(cast.ben)

    assert "theirs.pdf" not in client.get(f"/customers/{customer.pk}/").content.decode()
    assert fetched(client, made).status_code == 404


def test_the_block_costs_the_same_with_one_file_and_with_more(anna, cast, customer, django_assert_num_queries):
    address = f"/attachments/of/customer/{customer.pk}/"
    attach(customer, file(), cast.anna)
    anna.get(address, headers=SCRIPT)
    with django_assert_num_queries(8):
        anna.get(address, headers=SCRIPT)
    for _ in range(3):
        attach(customer, file(), cast.anna)
    with django_assert_num_queries(8):
        anna.get(address, headers=SCRIPT)


def test_only_who_may_attach_is_offered_to(client, cast, customer):
    attach(customer, file(), cast.anna)
    client.force_login(cast.ben)

    page = client.get(f"/attachments/of/customer/{customer.pk}/", headers=SCRIPT).content.decode()

    assert "data-upload" not in page
    assert "/delete/" not in page


def test_several_files_come_with_a_plain_form(anna, customer):
    files = [SimpleUploadedFile(name, b"x") for name in ("a.txt", "b.txt")]

    answer = anna.post(f"/attachments/of/customer/{customer.pk}/", {"file": files})

    assert answer["Location"] == f"/customers/{customer.pk}/#attachments"
    assert Attachment.objects.filter(record_id=customer.pk).count() == 2


def test_of_several_files_all_are_attached_or_none(anna, customer):
    files = [SimpleUploadedFile(name, b"x") for name in ("a.txt", "b.exe")]

    answer = anna.post(f"/attachments/of/customer/{customer.pk}/", {"file": files})

    assert answer.status_code == 409
    assert not Attachment.objects.exists()


def test_a_refusal_is_a_sentence_for_the_script(anna, customer):
    files = {"file": SimpleUploadedFile("x.bat", b"x")}

    answer = anna.post(f"/attachments/of/customer/{customer.pk}/", files, headers=SCRIPT)

    assert answer.status_code == 409
    assert "<span data-sentence>Files of the kind .bat are not taken." in answer.content.decode()


def test_who_may_not_edit_attaches_nothing(client, cast, customer):
    client.force_login(cast.ben)

    answer = client.post(f"/attachments/of/customer/{customer.pk}/", {"file": SimpleUploadedFile("x.txt", b"x")})

    assert answer.status_code == 403


def test_a_deleted_file_comes_back_by_the_toast(anna, cast, customer):
    made = attach(customer, file("x.txt"), cast.anna)
    block = {"block": f"customer/{customer.pk}"}

    deleted = anna.post(f"/attachments/{made.pk}/delete/", block, headers=SCRIPT)
    undo = json.loads(deleted["HX-Trigger"])["kx:toast"]["toasts"][0]["undo"]
    again = anna.post(undo, headers={"X-Requested-With": "fetch"})

    assert 'title="x.txt"' not in deleted.content.decode()
    assert (undo, again.status_code) == (f"/attachments/{made.pk}/restore/", 204)
    assert fetched(anna, made).status_code == 200


def test_a_block_of_a_foreign_record_is_not_answered(anna, cast, customer):
    made = attach(customer, file("x.txt"), cast.anna)
    foreign = make_customer(owner=cast.olga)

    answer = anna.post(f"/attachments/{made.pk}/delete/", {"block": f"customer/{foreign.pk}"}, headers=SCRIPT)

    assert answer.status_code == 404


@pytest.mark.parametrize("address", ["of/customer/999999999/", "of/user/1/", "of/nothing/1/"])
def test_there_are_no_files_of_what_is_not_there_or_holds_none(anna, address):
    assert anna.get(f"/attachments/{address}").status_code == 404


# Files of a form


def asked(user, files=(), **data):
    request = RequestFactory().post("/", {**data, "files": list(files)})
    request.user = user
    return request


def test_a_form_brings_files_uploaded_before_and_files_of_its_own(anna, cast, customer):
    chip = anna.post("/attachments/", {"file": SimpleUploadedFile("before.txt", b"x")}, headers=SCRIPT)
    waiting = Attachment.objects.get()
    assert f'<input type="hidden" name="attachment" value="{waiting.pk}">' in chip.content.decode()
    request = asked(cast.anna, [SimpleUploadedFile("own.txt", b"y")], attachment=str(waiting.pk))

    made = take_files(request).attach_to(customer)

    assert [one.name for one in made] == ["before.txt", "own.txt"]
    assert {one.record_id for one in Attachment.objects.all()} == {customer.pk}


def test_a_form_without_files_brings_nothing(cast, customer):
    pending = take_files(asked(cast.anna, attachment=["", "no id"]))

    assert not pending
    assert pending.attach_to(customer) == []


def test_a_form_that_is_shown_again_keeps_its_waiting_files(cast):
    mine, foreign = upload(file("mine.txt"), cast.anna), upload(file("foreign.txt"), cast.boss)

    chips = take_files(asked(cast.anna, attachment=[str(foreign.pk), str(mine.pk)])).chips()

    assert [one["file"].name for one in chips] == ["mine.txt"]


def test_a_form_can_not_attach_what_somebody_else_uploaded(cast, customer):
    foreign = upload(file(), cast.boss)

    with pytest.raises(RuleBroken):
        take_files(asked(cast.anna, attachment=str(foreign.pk))).attach_to(customer)


# The API


def test_the_api_attaches_lists_tells_fetches_and_deletes(anna, customer):
    named = {"record_type": "customer", "record_id": customer.pk}
    made = anna.post("/api/v1/attachments", {"file": SimpleUploadedFile("方案.pdf", b"%PDF-1"), **named})
    pk = made.json()["id"]

    listed = anna.get("/api/v1/attachments", named).json()["items"]
    told = anna.get(f"/api/v1/attachments/{pk}").json()
    content = anna.get(told["content"])

    assert (made.status_code, made["Location"]) == (201, f"/api/v1/attachments/{pk}")
    assert listed == [told] == [made.json()]
    assert (told["name"], told["size"], told["media_type"]) == ("方案.pdf", 6, "application/pdf")
    assert told["record"] == {"kind": "customer", "id": customer.pk}
    assert b"".join(content.streaming_content) == b"%PDF-1"
    assert anna.delete(f"/api/v1/attachments/{pk}").status_code == 204
    assert anna.get(f"/api/v1/attachments/{pk}").status_code == 404


def test_the_same_request_with_its_key_attaches_once(anna, customer):
    def send():
        data = {"file": SimpleUploadedFile("x.txt", b"x"), "record_type": "customer", "record_id": customer.pk}
        return anna.post("/api/v1/attachments", data, headers={"Idempotency-Key": "once"})

    first, second = send(), send()

    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 422),
        ({"record_type": "user", "record_id": "1"}, 422),
        ({"record_type": "customer"}, 422),
        ({"record_type": "customer", "record_id": "x"}, 422),
        ({"record_type": "customer", "record_id": "999999999"}, 404),
        ({"record_type": "customer", "record_id": "1", "other": "1"}, 422),
    ],
)
def test_the_api_refuses_what_names_no_record(anna, data, status):
    assert anna.get("/api/v1/attachments", data).status_code == status


def test_the_api_takes_a_file_that_waits(anna, cast):
    made = anna.post("/api/v1/attachments", {"file": SimpleUploadedFile("x.txt", b"x")})

    assert (made.status_code, made.json()["record"]) == (201, None)
    assert Attachment.objects.pending(cast.anna).count() == 1


def test_the_api_says_why_a_file_is_refused(anna, customer):
    data = {"file": SimpleUploadedFile("x.exe", b"x"), "record_type": "customer", "record_id": customer.pk}

    answer = anna.post("/api/v1/attachments", data)

    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("Files of the kind .exe are not taken.")
    assert anna.post("/api/v1/attachments", {}, content_type="application/json").status_code == 415
