from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from keyuan.engine.archive import FILES_LOCK
from keyuan.org.settings import set_setting
from keyuan.records.attachments import sweeping
from keyuan.records.attachments.attaching import attach, claim_pending, upload
from keyuan.records.attachments.limits import FileRefused
from keyuan.records.attachments.models import Attachment
from keyuan.records.attachments.storage import path_of
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Event
from keyuan.records.tests.attachments.files import drafts, file
from tests.make import make_customer

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_upload_the_same_content_at_once_share_one_file(cast):
    customer = make_customer(owner=cast.anna)
    content = b"at the very same moment" * 50_000

    failures = at_once(*[lambda: attach(customer, file("x.bin", content), cast.anna)] * 4)

    digests = set(Attachment.objects.values_list("digest", flat=True))
    assert (failures, Attachment.objects.count(), len(digests)) == ([], 4, 1)
    assert path_of(digests.pop()).stat().st_size == len(content)
    assert drafts() == []


def test_a_limit_holds_for_those_who_come_at_once(cast):
    set_setting("attachment_most", 2)
    customer = make_customer(owner=cast.anna)

    failures = at_once(*[lambda: attach(customer, file(), cast.anna)] * 5)

    assert Attachment.objects.count() == 2
    assert [type(one) for one in failures] == [FileRefused] * 3


def test_a_limit_holds_for_those_who_bring_back_at_once(cast):
    set_setting("attachment_most", 2)
    customer = make_customer(owner=cast.anna)
    gone = [attach(customer, file(), cast.anna) for _ in range(2)]
    for one in gone:
        one.delete_by(cast.anna)
    back = [lambda one=one: one.restore(by=cast.anna) for one in gone]

    failures = at_once(*back, *[lambda: attach(customer, file(), cast.anna)] * 2)

    assert Attachment.objects.living().count() == 2
    assert [type(one) for one in failures] == [FileRefused] * 2


def test_content_that_goes_while_the_same_comes_is_there_for_whoever_came(cast):
    content = b"coming and going"
    customer = make_customer(owner=cast.anna)
    for _round in range(10):
        waiting = upload(file("a.txt", content), cast.anna)
        failures = at_once(
            lambda waiting=waiting: waiting.delete_by(cast.anna),
            lambda: attach(customer, file("b.txt", content), cast.anna),
        )
        assert failures == []
        assert path_of(waiting.digest).read_bytes() == content
        Attachment.objects.filter(record_id=customer.pk).forget()
        assert not path_of(waiting.digest).exists()


def test_a_waiting_file_that_two_records_claim_at_once_goes_to_one(cast):
    one, two, waiting = make_customer(owner=cast.anna), make_customer(owner=cast.anna), upload(file(), cast.anna)

    failures = at_once(
        lambda: claim_pending([waiting.pk], one, cast.anna), lambda: claim_pending([waiting.pk], two, cast.anna)
    )

    assert [type(failure) for failure in failures] == [RuleBroken]
    assert Event.objects.filter(name="attached").count() == 1


def test_nothing_is_deleted_under_a_running_backup_and_the_night_makes_up_for_it(cast, monkeypatch):
    made = upload(file("x.txt", b"copied just now"), cast.anna)
    backup = connection.copy()
    with backup.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [FILES_LOCK])
        made.delete_by(cast.anna)
        stays = path_of(made.digest).exists()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [FILES_LOCK])
    backup.close()

    monkeypatch.setattr(sweeping, "OLD", -1)
    sweeping.drop_unknown()

    assert (stays, path_of(made.digest).exists()) == (True, False)


def at_once(*works):
    failures, ready = [], threading.Barrier(len(works))

    def run(work):
        try:
            ready.wait(10)
            work()
        except Exception as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failures
