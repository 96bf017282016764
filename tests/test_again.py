"""Whoever meets somebody else in the database hears nothing of it: the work is done again and has its effect once."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from keyuan.activities.models import FollowUp, Plan
from keyuan.engine.clashes import ATTEMPTS, is_clash, until_it_passes
from keyuan.records.attachments.models import Attachment
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer, make_plan

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def hold(table, pk):
    column = "record_id" if table.endswith("_search") else "id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE {column} = %s FOR UPDATE", [pk])


class Other(threading.Thread):
    """Somebody who holds `second`, and as soon as anybody waits for it wants `first`."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.second, self.holds = first, second, threading.Event()

    def run(self):
        with transaction.atomic():
            hold(*self.second)
            self.holds.set()
            while not self.somebody_waits():
                pass
            hold(*self.first)
        connection.close()

    def somebody_waits(self):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            return cursor.fetchone()

    def __enter__(self):
        self.start()
        assert self.holds.wait(10)

    def __exit__(self, *failure):
        self.join(10)


def test_two_who_wait_for_each_other_both_come_through(cast):
    rows = [("customer", make_customer(owner=cast.anna).pk) for _ in range(2)]
    tries = []

    def work():
        tries.append(1)
        with transaction.atomic():
            hold(*rows[0])
            hold(*rows[1])

    with Other(*rows):
        until_it_passes(work)
    assert len(tries) == 2


def test_what_has_been_committed_is_not_done_again(cast):
    customer = make_customer(owner=cast.anna)
    rows = [("customer", customer.pk), ("customer", make_customer(owner=cast.anna).pk)]
    tries = []

    def work():
        tries.append(1)
        customer.edit(by=cast.anna, notes=f"{len(tries)}")
        with transaction.atomic():
            hold(*rows[0])
            hold(*rows[1])

    with Other(*rows), pytest.raises(OperationalError) as refused:
        until_it_passes(work)
    assert is_clash(refused.value)
    assert len(tries) == 1


def test_after_five_attempts_it_is_given_up():
    tries = []

    def work():
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")

    with pytest.raises(OperationalError):
        until_it_passes(work)
    assert len(tries) == ATTEMPTS


def test_a_program_gets_its_answer(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    with Other(("customer", customer.pk), ("customer_search", customer.pk)):
        answer = Caller(cast.anna).patch(f"/customers/{customer.pk}", {"name": "乙公司"}, customer.version)
    assert answer.status_code == 200
    assert answer.json()["version"] == customer.version + 1


def test_an_idempotency_key_is_used_by_the_attempt_that_passes(cast):
    customer = make_customer(owner=cast.anna)
    plan = make_plan("拜访", owner=cast.anna, customer=customer, starts_at=timezone.now())
    caller = Caller(cast.anna)
    with Other(("plan", plan.pk), ("customer", customer.pk)):
        first = caller.post(f"/plans/{plan.pk}/complete", {}, Idempotency_Key="k1")
    again = caller.post(f"/plans/{plan.pk}/complete", {}, Idempotency_Key="k1")
    assert first.status_code == again.status_code == 200
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()


def test_a_form_with_a_file_is_saved_once_and_said_once(client, cast):
    client.force_login(cast.anna)
    customer = make_customer(owner=cast.anna)
    plan = make_plan("拜访", owner=cast.anna, customer=customer, starts_at=timezone.now())
    said = {"content": "谈了合同的事情", "kind": "phone", "completes": plan.pk}
    said["files"] = SimpleUploadedFile("记录.txt", b"what was said")
    with Other(("customer", customer.pk), ("plan", plan.pk)):
        answer = client.post(f"/activities/of/customer/{customer.pk}/", said, follow=True)
    assert answer.status_code == 200
    before_templates = answer.content.decode().split('<template id="toast-ok"')[0]
    assert before_templates.count("data-toast") == 1
    assert FollowUp.rows.filter(customer=customer).count() == 1
    assert Plan.rows.get(pk=plan.pk).state == "done"
    assert [one.size for one in Attachment.objects.all()] == [13]
