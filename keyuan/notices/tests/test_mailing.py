"""Notices by mail: once each, in the person's language, after quiet hours; the mail server is a real one."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from keyuan.engine.processes import family_of, kill
from keyuan.exchange.models import Import
from keyuan.notices import mailing, tasks
from keyuan.notices.models import Notice, NoticePreferences
from keyuan.notices.telling import tell
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role, User
from tests.make import make_user

ROOT = Path(__file__).parents[3]
WANTED = {"by_mail": {"test.told": True, "import.done": True}}


class Inbox:
    """Keeps every mail that is handed in; a slow one says yes late, and what comes meanwhile is cut off."""

    def __init__(self):
        self.mails, self.seconds, self.begun = [], 0, 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.begun += 1
        if self.seconds:
            await asyncio.sleep(self.seconds)
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@contextmanager
def serving(kept):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}?tls=none&from=crm@example.com"
    finally:
        controller.stop()


@pytest.fixture
def inbox(monkeypatch, settings):
    kept = Inbox()
    settings.BASE_URL = "https://crm.example"
    with serving(kept) as address:
        monkeypatch.setenv("KEYUAN_EMAIL_URL", address)
        yield kept


@pytest.fixture
def anna(cast):
    cast.anna.email = "anna@example.com"
    cast.anna.preferences = {"language": "en"}
    cast.anna.save()
    NoticePreferences.objects.create(user=cast.anna, **WANTED)
    return cast.anna


def run_jobs():
    for job in ProcrastinateJob.objects.filter(task_name__endswith="mail_notice").order_by("id"):
        tasks.mail_notice(**job.args)


@pytest.mark.django_db
def test_a_notice_comes_by_mail_in_the_language_of_the_person(anna, cast, told, inbox):
    told(anna, cast.ben)
    run_jobs()
    run_jobs()

    [(to, message)] = inbox.mails
    notice = Notice.objects.get(user=anna)
    assert to == ["anna@example.com"]
    assert message["Subject"] == "瑞丰零部件 was touched"
    assert f"https://crm.example/notices/{notice.pk}/" in message.get_content()
    assert "https://crm.example/notices/preferences/" in message.get_content()
    assert message["Message-ID"] == f"<notice-{notice.pk}@crm.example>"
    assert notice.mail_state == "sent"


@pytest.mark.django_db
def test_what_was_told_at_once_comes_in_one_mail(anna, told, inbox):
    told(anna, key="one")
    told(anna, key="two", details={"name": "<b>Bold</b> & Co"})
    run_jobs()

    [(_to, message)] = inbox.mails
    assert message["Subject"] == "2 new notices"
    assert "<b>Bold</b> & Co was touched" in message.get_content()


@pytest.mark.django_db
def test_who_no_longer_sees_the_record_gets_no_mail_about_it(anna, cast, told, inbox, customer):
    told(anna)
    type(customer).rows.filter(pk=customer.pk).update(owner=cast.olga, department=cast.olga.department)
    run_jobs()

    assert inbox.mails == []
    assert Notice.objects.get(user=anna).mail_state == "dropped"


@pytest.mark.django_db
def test_a_disabled_account_gets_no_mail(anna, told, inbox):
    told(anna)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    run_jobs()
    assert inbox.mails == []


@pytest.mark.django_db
def test_without_a_mail_server_and_without_an_address_nothing_waits(anna, cast, told, inbox, monkeypatch):
    NoticePreferences.objects.create(user=cast.ben, **WANTED)
    told(cast.ben)
    monkeypatch.delenv("KEYUAN_EMAIL_URL")
    told(anna)
    assert set(Notice.objects.values_list("mail_state", flat=True)) == {""}


@pytest.mark.django_db
def test_a_kind_by_mail_only_is_in_no_list(anna, told, inbox):
    NoticePreferences.objects.filter(user=anna).update(off=["test.told"])
    told(anna)
    run_jobs()
    assert len(inbox.mails) == 1
    assert not Notice.objects.of(anna).exists()


@pytest.mark.django_db
def test_in_quiet_hours_a_mail_waits_for_their_end_and_what_was_read_meanwhile_is_not_mailed(anna, told, inbox):
    now = timezone.localtime().replace(second=0, microsecond=0)
    begins, ends = ((now + timedelta(hours=by)).time() for by in (-2, 2))
    NoticePreferences.objects.filter(user=anna).update(quiet_from=begins, quiet_to=ends)
    told(anna, key="read")
    told(anna, key="unread")
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="mail_notice")
    assert {timezone.localtime(job.scheduled_at).time() for job in jobs} == {ends}
    run_jobs()
    assert inbox.mails == []

    Notice.objects.update(mail_after=timezone.now())
    Notice.objects.filter(key="read").update(read_at=timezone.now())
    run_jobs()
    assert [message["Subject"] for _to, message in inbox.mails] == ["瑞丰零部件 was touched"]


@pytest.mark.django_db
def test_a_mail_that_the_server_refuses_is_sent_as_it_was_claimed(anna, told, inbox, monkeypatch):
    told(anna, key="one")
    address = os.environ["KEYUAN_EMAIL_URL"]
    monkeypatch.setenv("KEYUAN_EMAIL_URL", "smtp://127.0.0.1:9?tls=none&from=crm@example.com")
    with pytest.raises(OSError, match="refused"):
        run_jobs()
    first = Notice.objects.get()
    assert (first.mail_state, first.mail) == ("claimed", first.pk)

    monkeypatch.setenv("KEYUAN_EMAIL_URL", address)
    told(anna, key="two")
    run_jobs()

    ids = [message["Message-ID"] for _to, message in inbox.mails]
    assert ids == [f"<notice-{pk}@crm.example>" for pk in Notice.objects.order_by("pk").values_list("pk", flat=True)]


@pytest.mark.django_db
def test_what_was_refused_for_a_day_is_dropped(anna, told, inbox):
    told(anna)
    Notice.objects.update(mail_state="claimed", mail=1, mail_after=timezone.now() - 2 * mailing.STALE)
    run_jobs()
    assert inbox.mails == []
    assert Notice.objects.get().mail_state == "dropped"


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_mail_each_notice_once(anna, told, inbox):
    inbox.seconds = 0.2
    told(anna, key="one")
    told(anna, key="two")
    pks = list(Notice.objects.values_list("pk", flat=True))

    def work(pk):
        try:
            while not mailing.send_waiting(pk):
                time.sleep(0.05)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, pks * 3))

    assert len(inbox.mails) == 1
    assert set(Notice.objects.values_list("mail_state", flat=True)) == {"sent"}


# A worker that is killed


def start_worker(database, home, address):
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "KEYUAN_HOME": str(home),
        "KEYUAN_EMAIL_URL": address,
        "KEYUAN_BASE_URL": "https://crm.example",
        "KEYUAN_ROLE": "worker",
    }
    return subprocess.Popen([sys.executable, "-m", "keyuan", "worker"], env=environment, cwd=ROOT)


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


def test_a_worker_killed_in_the_middle_of_a_mail_delivers_each_notice_once_within_two_minutes(
    own_database, tmp_path, monkeypatch
):
    monkeypatch.setattr(django_settings, "BASE_URL", "https://crm.example")
    lay_foundation()
    lin = make_user("lin", Role.objects.get(key="sales"), email="lin@example.com")
    NoticePreferences.objects.create(user=lin, **WANTED)
    of = Import.objects.create(by=lin, file_name="华东.xlsx", state="done")
    kept = Inbox()
    kept.seconds = 3600  # the first worker never hears the yes
    with serving(kept) as address:
        monkeypatch.setenv("KEYUAN_EMAIL_URL", address)
        for number in range(3):
            robot, details = User.objects.robot(), {"name": f"{number}", "created": 1, "updated": 0}
            tell("import.done", to=[lin.pk], record_id=of.pk, by=robot, key=f"{number}", details=details)
        first = start_worker(own_database, tmp_path, address)
        second = None
        try:
            assert wait_until(lambda: kept.begun, 60)
            first.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            first.wait()
            kept.seconds = 0
            second = start_worker(own_database, tmp_path, address)
            assert wait_until(lambda: not Notice.objects.exclude(mail_state="sent").exists(), 120)
            assert time.monotonic() - killed < 120
            run_jobs()  # what the killed worker had begun is done once more, and finds nothing to send
        finally:
            for one in (first, second):
                if one:
                    kill(family_of(one.pid))
                    one.wait()

    text = "\n".join(message.get_content() for _to, message in kept.mails)
    assert [text.count(f"/notices/{pk}/") for pk in Notice.objects.values_list("pk", flat=True)] == [1, 1, 1]
    assert len({message["Message-ID"] for _to, message in kept.mails}) == len(kept.mails)
