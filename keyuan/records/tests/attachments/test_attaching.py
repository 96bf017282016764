from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from keyuan.activities.models import FollowUp
from keyuan.org.settings import set_setting
from keyuan.records.attachments import sweeping
from keyuan.records.attachments.attaching import attach, claim_pending, upload
from keyuan.records.attachments.limits import FileRefused
from keyuan.records.attachments.looking import removable
from keyuan.records.attachments.models import Attachment
from keyuan.records.attachments.storage import open_content, path_of
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from keyuan.records.tests.attachments.files import drafts, file
from tests.make import make_contact, make_customer, make_follow_up

pytestmark = pytest.mark.django_db


def content_of(attachment):
    with open_content(attachment.digest) as handle:
        return handle.read()


def last_event():
    return Event.objects.order_by("-pk").first()


# Attaching


def test_a_file_on_a_customer_is_kept_with_its_name_size_and_content(cast):
    customer = make_customer(owner=cast.anna)

    made = attach(customer, file("海曙二期方案 V3.pdf", b"%PDF-1.7 ..."), cast.anna)

    assert (made.name, made.size, made.media_type) == ("海曙二期方案 V3.pdf", 12, "application/pdf")
    assert (made.record_type, made.record_id, made.customer_id) == ("customer", customer.pk, customer.pk)
    assert content_of(made) == b"%PDF-1.7 ..."
    assert made.digest == hashlib.sha256(b"%PDF-1.7 ...").hexdigest()
    assert path_of(made.digest).stat().st_mode & 0o777 == 0o600


def test_history_says_which_file_came_and_went(cast):
    customer = make_customer(owner=cast.anna)

    made = attach(customer, file("合同.docx"), cast.anna)
    came = last_event()
    made.delete_by(cast.anna)
    went = last_event()

    assert (came.name, came.details) == ("attached", {"file": "合同.docx", "attachment": str(made.pk)})
    assert (went.name, went.details) == ("detached", {"file": "合同.docx", "attachment": str(made.pk)})
    assert (went.record_type, went.record_id, went.customer_id) == ("customer", customer.pk, customer.pk)


def test_a_file_of_a_contact_stands_on_the_time_line_of_its_customer(cast):
    contact = make_contact(make_customer(owner=cast.anna))

    made = attach(contact, file(), cast.anna)

    assert (made.record_type, made.customer_id) == ("contact", contact.customer_id)
    assert last_event().customer_id == contact.customer_id


def test_files_of_a_contact_move_with_it_to_another_customer(cast):
    contact = make_contact(make_customer(owner=cast.anna))
    made = attach(contact, file(), cast.anna)
    other = make_customer(owner=cast.anna)

    contact.edit(by=cast.anna, customer=other)

    made.refresh_from_db()
    assert made.customer_id == other.pk


def test_who_sees_a_customer_but_may_not_edit_it_attaches_nothing(cast):
    customer = make_customer(owner=cast.anna)
    assert customer.allows(cast.ben, "view")

    for person in (cast.ben, cast.olga, cast.guest):
        with pytest.raises(NotAllowed):
            attach(customer, file(), person)

    assert not Attachment.objects.exists()
    assert drafts() == []


def test_nothing_is_attached_to_a_deleted_customer(cast):
    customer = make_customer(owner=cast.boss)
    customer.delete_by(cast.boss)

    with pytest.raises(NotAllowed):
        attach(customer, file(), cast.boss)


def test_a_refused_file_leaves_nothing_in_the_folder(cast):
    customer = make_customer(owner=cast.anna)
    content = b"nobody shall keep this"
    with pytest.raises(NotAllowed):
        attach(customer, file("x.txt", content), cast.olga)

    assert not path_of(hashlib.sha256(content).hexdigest()).exists()


# Limits


def test_too_large_a_file_is_refused_with_the_size_that_is_taken(cast):
    set_setting("attachment_megabytes", 1)
    customer = make_customer(owner=cast.anna)

    attach(customer, file("a.bin", b"x" * 1024 * 1024), cast.anna)
    with pytest.raises(FileRefused, match=r"“b.bin” is too large: a file may have 1 MB"):
        attach(customer, file("b.bin", b"y" * (1024 * 1024 + 1)), cast.anna)

    assert drafts() == []


@pytest.mark.parametrize(
    "name", ["setup.exe", "SETUP.EXE", "a.pdf.exe", "a.exe ", "a.exe.", "a.ｅｘｅ", "a\u202efdp.exe"]
)
def test_programs_are_refused_however_they_are_called(cast, name):
    with pytest.raises(FileRefused, match=r"Files of the kind \.exe are not taken"):
        attach(make_customer(owner=cast.anna), file(name), cast.anna)


@pytest.mark.parametrize("content", [b"MZ\x90\0\3\0", b"\x7fELF\2\1"])
def test_a_program_under_another_name_is_refused(cast, content):
    with pytest.raises(FileRefused, match="is a program, whatever its name says"):
        attach(make_customer(owner=cast.anna), file("报价.pdf", content), cast.anna)


def test_an_administrator_says_which_kinds_are_forbidden(cast):
    set_setting("attachment_forbidden", ".DWG, *.psd")
    customer = make_customer(owner=cast.anna)

    attach(customer, file("setup.exe", b"MZ\x90\0"), cast.anna)
    for name in ("plan.dwg", "plan.PSD"):
        with pytest.raises(FileRefused):
            attach(customer, file(name), cast.anna)


def test_an_empty_file_is_refused(cast):
    with pytest.raises(FileRefused, match="is empty"):
        attach(make_customer(owner=cast.anna), file("x.txt", b""), cast.anna)


def test_a_record_holds_only_so_many_files_and_deleted_ones_do_not_count(cast):
    set_setting("attachment_most", 2)
    customer = make_customer(owner=cast.anna)
    first = attach(customer, file(), cast.anna)
    attach(customer, file(), cast.anna)
    with pytest.raises(FileRefused, match="at most 2 files"):
        attach(customer, file(), cast.anna)

    first.delete_by(cast.anna)

    attach(customer, file(), cast.anna)


# Waiting files


def test_a_waiting_file_is_claimed_by_its_uploader_once(cast):
    customer, waiting = make_customer(owner=cast.anna), upload(file("现场照片.txt"), cast.anna)

    [claimed] = claim_pending([waiting.pk], customer, cast.anna)
    with pytest.raises(RuleBroken, match="no longer there"):
        claim_pending([waiting.pk], customer, cast.anna)

    assert (claimed.pk, claimed.record_type, claimed.record_id) == (waiting.pk, "customer", customer.pk)
    assert last_event().details["file"] == "现场照片.txt"


def test_nobody_claims_or_sees_what_somebody_else_uploaded(cast):
    customer, waiting = make_customer(owner=cast.boss), upload(file(), cast.anna)

    with pytest.raises(RuleBroken):
        claim_pending([waiting.pk], customer, cast.boss)

    assert [waiting.is_visible_to(one) for one in (cast.anna, cast.boss)] == [True, False]
    with pytest.raises(NotAllowed):
        waiting.delete_by(cast.boss)


def test_all_files_are_claimed_or_none(cast):
    customer, mine, foreign = make_customer(owner=cast.anna), upload(file(), cast.anna), upload(file(), cast.boss)

    with pytest.raises(RuleBroken):
        claim_pending([mine.pk, foreign.pk], customer, cast.anna)

    mine.refresh_from_db()
    assert mine.is_pending


def test_claiming_obeys_the_number_of_files_of_a_record(cast):
    set_setting("attachment_most", 1)
    waiting = [upload(file(), cast.anna).pk for _ in range(2)]

    with pytest.raises(FileRefused):
        claim_pending(waiting, make_customer(owner=cast.anna), cast.anna)


def test_a_person_has_only_so_many_waiting_files(cast, monkeypatch):
    monkeypatch.setattr("keyuan.records.attachments.attaching.MOST_PENDING", 1)
    upload(file(), cast.anna)

    with pytest.raises(FileRefused, match="wait to be saved"):
        upload(file(), cast.anna)
    upload(file(), cast.ben)


# Deleting and bringing back


def test_its_author_and_whoever_may_delete_the_record_take_a_file_away(cast):
    customer = make_customer(owner=cast.anna)
    hers, other = attach(customer, file(), cast.anna), attach(customer, file(), cast.anna)

    hers.delete_by(cast.anna)
    with pytest.raises(NotAllowed):
        other.delete_by(cast.ben)
    other.delete_by(cast.boss)

    assert not Attachment.objects.living().exists()


def test_the_author_who_no_longer_sees_the_customer_deletes_nothing(cast):
    customer = make_customer(owner=cast.anna)
    made = attach(customer, file(), cast.anna)
    customer.edit(by=cast.boss, owner=cast.olga, department=cast.olga.department)

    with pytest.raises(NotAllowed):
        made.delete_by(cast.anna)


def test_a_deleted_file_comes_back_and_its_content_was_never_gone(cast, django_capture_on_commit_callbacks):
    made = attach(make_customer(owner=cast.anna), file(), cast.anna)
    with django_capture_on_commit_callbacks(execute=True):
        made.delete_by(cast.anna)

    made.restore(by=cast.anna)

    assert made.deleted_at is None
    assert content_of(made)
    assert last_event().name == "attached"


def test_a_deleted_file_does_not_come_back_to_a_record_that_holds_as_many_as_it_may(cast):
    set_setting("attachment_most", 1)
    customer = make_customer(owner=cast.anna)
    gone = attach(customer, file(), cast.anna)
    gone.delete_by(cast.anna)
    other = attach(customer, file(), cast.anna)

    with pytest.raises(FileRefused, match="at most 1 files"):
        gone.restore(by=cast.anna)
    other.delete_by(cast.anna)
    gone.restore(by=cast.anna)

    assert list(Attachment.objects.living()) == [gone]


def test_a_record_that_can_not_be_corrected_any_more_keeps_its_files(cast):
    customer = make_customer(owner=cast.anna)
    follow_up = make_follow_up(customer)
    stays, gone = attach(follow_up, file(), cast.anna), attach(follow_up, file(), cast.anna)
    gone.delete_by(cast.anna)
    other = attach(customer, file(), cast.anna)
    FollowUp.rows.update(created_at=timezone.now() - timedelta(hours=25))

    for person in (cast.anna, cast.boss):
        with pytest.raises(RuleBroken, match="keeps its files"):
            stays.delete_by(person)
        with pytest.raises(RuleBroken, match="keeps its files"):
            gone.restore(by=person)
        assert removable([stays, other], person) == {other.pk}

    assert set(Attachment.objects.living()) == {stays, other}


def test_a_file_is_as_visible_as_its_customer_is_now(cast):
    customer = make_customer(owner=cast.anna)
    made = attach(customer, file(), cast.anna)
    assert [made.is_visible_to(one) for one in (cast.anna, cast.ben, cast.olga)] == [True, True, False]

    customer.edit(by=cast.boss, owner=cast.olga, department=cast.olga.department)

    assert [made.is_visible_to(one) for one in (cast.anna, cast.ben, cast.olga)] == [False, False, True]


def test_files_follow_their_customer_into_the_recycle_bin_and_back(cast):
    customer = make_customer(owner=cast.boss)
    made = attach(customer, file(), cast.boss)

    customer.delete_by(cast.boss)
    gone = made.is_visible_to(cast.boss)
    customer.restore(by=cast.boss)

    assert (gone, made.is_visible_to(cast.boss)) == (False, True)


# Content


def test_the_same_content_is_stored_once_and_stays_while_somebody_refers_to_it(
    cast, django_capture_on_commit_callbacks
):
    content = b"the same again and again"
    with django_capture_on_commit_callbacks(execute=True):
        first, second = upload(file("a.txt", content), cast.anna), upload(file("b.txt", content), cast.ben)
    assert first.digest == second.digest

    with django_capture_on_commit_callbacks(execute=True):
        first.delete_by(cast.anna)
    stays = path_of(second.digest).exists()
    with django_capture_on_commit_callbacks(execute=True):
        second.delete_by(cast.ben)

    assert (stays, path_of(second.digest).exists()) == (True, False)


def test_what_waited_a_day_goes_with_its_content(cast, django_capture_on_commit_callbacks):
    old, new = upload(file("a.txt", b"old one"), cast.anna), upload(file("b.txt", b"new one"), cast.anna)
    Attachment.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))

    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep_files(timezone.now() - timedelta(days=30))

    assert [one.pk for one in Attachment.objects.all()] == [new.pk]
    assert (path_of(old.digest).exists(), path_of(new.digest).exists()) == (False, True)


def test_what_was_deleted_long_ago_goes_for_good(cast, django_capture_on_commit_callbacks):
    customer = make_customer(owner=cast.anna)
    old, new = (attach(customer, file(f"{word}.txt", word.encode()), cast.anna) for word in ("old-bin", "new-bin"))
    for one in (old, new):
        one.delete_by(cast.anna)
    Attachment.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))

    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep_files(timezone.now() - timedelta(days=30))

    assert [one.pk for one in Attachment.objects.all()] == [new.pk]
    assert (path_of(old.digest).exists(), path_of(new.digest).exists()) == (False, True)


# The database has the last word


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"record_type": "customer", "record_id": None}, "an_attachment_belongs_to_a_record_or_waits"),
        ({"size": 0}, "an_attachment_is_not_empty"),
        ({"name": ""}, "an_attachment_has_a_name"),
        ({"is_picture": True}, "a_picture_is_so_wide_and_high"),
        ({"deleted_at": timezone.now()}, "a_deleted_attachment_says_by_whom"),
    ],
)
def test_the_database_refuses_rows_that_make_no_sense(cast, values, rule):
    row = {"name": "x", "size": 1, "media_type": "text/plain", "digest": "0" * 64, "created_by": cast.anna} | values

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Attachment.objects.create(**row)
