"""Forgot the password: whom to ask, and a link by mail that works once (L8). The mail server is a real one."""

import re
import socket
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from keyuan.engine import checking, mail
from keyuan.org.kept import PasswordLink, Place
from keyuan.org.models import User
from keyuan.org.settings import set_setting
from keyuan.org.tokens import find_token, issue
from keyuan.people import tasks
from keyuan.people.members import edit_self
from keyuan.records.history import Event
from tests.make import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = "kite teapot halfbeat"


class Inbox:
    """Keeps every mail that is handed in."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def inbox(monkeypatch, settings):
    kept = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("KEYUAN_EMAIL_URL", f"smtp://127.0.0.1:{port}?tls=none&from=crm@example.com")
    settings.BASE_URL = "https://crm.example"
    yield kept.mails
    controller.stop()


@pytest.fixture
def lin(db):
    return make_user("lin", email="lin@example.com")


def ask(name="lin", **headers):
    return Client(**headers).post("/password/forgotten/", {"username": name})


def run_jobs():
    for job in ProcrastinateJob.objects.filter(status="todo").order_by("id"):
        getattr(tasks, job.task_name.rpartition(".")[2])(**job.args)
    jobs = [job.args for job in ProcrastinateJob.objects.all()]
    with_cursor("DELETE FROM procrastinate_jobs")
    return jobs


def with_cursor(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def link_in(mails):
    return re.search(r"https://crm\.example(/password/link/\S+)", mails[-1][1].get_content())[1]


def test_a_link_to_an_address_of_before_no_longer_works(lin, inbox):
    ask()
    run_jobs()
    address = link_in(inbox)
    before = Client().get(address).status_code

    edit_self(lin, name="Lin", phone="", email="new@example.com")

    assert (before, Client().get(address).status_code) == (200, 404)


def test_without_a_mail_server_the_page_names_the_administrator(lin):
    set_setting("administrator_contact", "沈岩，内线 8021")

    page = Client().get("/password/forgotten/")
    asked = ask()

    assert "沈岩，内线 8021" in page.content.decode()
    assert 'name="username"' not in page.content.decode()
    assert asked.content.decode() != ""
    assert not ProcrastinateJob.objects.exists()


def test_a_link_comes_by_mail_and_works_once(lin, inbox):
    token, other = issue(lin, "read", None), Client()
    other.force_login(lin)
    asked = ask(HTTP_HOST="evil.example")
    run_jobs()
    path = link_in(inbox)
    client = Client()

    looked = client.get(path).status_code
    set_ = client.post(path, {"password": NEW, "again": NEW})
    again = client.post(path, {"password": "another teapot", "again": "another teapot"})

    assert asked.status_code == 200
    assert inbox[0][0] == ["lin@example.com"]
    assert "evil" not in inbox[0][1].as_string()
    assert (looked, set_.status_code, set_.url, again.status_code) == (200, 302, "/sign-in/", 404)
    assert User.objects.get(pk=lin.pk).check_password(NEW)
    assert other.get("/account/").status_code == 302
    assert find_token(token) is None
    assert list(Event.objects.filter(record_type="sign-in").order_by("id").values_list("name", "record_id")) == [
        ("link_asked", lin.pk),
        ("link_used", lin.pk),
    ]


def test_nobody_learns_whether_an_account_exists(lin, inbox):
    make_user("mute")
    known, unknown, mute = (ask(name).content for name in ("lin", "nobody", "mute"))
    jobs = run_jobs()

    plain = [re.sub(rb'(csrfmiddlewaretoken" value=")[^"]+', rb"\1", one) for one in (known, unknown, mute)]
    assert plain[0] == plain[1] == plain[2]
    assert len(jobs) == 3
    assert [to for to, _mail in inbox] == [["lin@example.com"]]


def test_only_a_digest_of_the_link_is_in_the_database(lin, inbox):
    ask()
    jobs = run_jobs()
    secret = link_in(inbox).split("/")[-2]

    assert PasswordLink.objects.count() == 1
    assert secret not in PasswordLink.objects.get().digest
    assert jobs == [{"user_id": lin.pk}]


@pytest.mark.parametrize("spoil", ["late", "changed", "disabled"])
def test_a_link_ends_by_time_by_another_password_and_with_the_account(lin, inbox, spoil):
    ask()
    run_jobs()
    path = link_in(inbox)
    match spoil:
        case "late":
            PasswordLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "changed":
            lin.end_all_sessions()
        case "disabled":
            User.objects.filter(pk=lin.pk).update(is_active=False)

    assert Client().post(path, {"password": NEW, "again": NEW}).status_code == 404


def test_a_bad_password_leaves_the_link_as_it_was(lin, inbox):
    ask()
    run_jobs()
    path = link_in(inbox)

    bad = Client().post(path, {"password": "123456", "again": "123456"})

    assert bad.status_code == 422
    assert Client().post(path, {"password": NEW, "again": NEW}).status_code == 302


def test_mails_are_limited_by_address_and_by_account(lin, inbox):
    for _ in range(9):
        ask()
    run_jobs()

    assert len(inbox) == 3
    assert Event.objects.filter(name="link_asked").count() == 6


def test_a_new_place_is_told_by_mail(lin, inbox):
    for address in ("203.0.113.9", "198.51.100.7"):
        Client(REMOTE_ADDR=address).post("/sign-in/", {"username": "lin", "password": PASSWORD})
    run_jobs()

    assert Place.objects.filter(is_news=True).count() == 1
    assert len(inbox) == 1
    assert "198.51.100.7" in inbox[0][1].get_content()


def test_without_a_base_address_there_are_no_links_and_the_check_says_so(lin, inbox, settings):
    settings.BASE_URL = ""

    assert 'name="username"' not in Client().get("/password/forgotten/").content.decode()
    assert [mark for mark, _said in checking._mail("")] == [checking.WRONG]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://u%40x.example:p%3A@mail.example:2525", ("mail.example", 2525, "starttls", "u@x.example", "p:")),
        ("smtps://mail.example", ("mail.example", 465, "ssl", "", "")),
        ("smtp://mail.example?tls=none", ("mail.example", 25, "none", "", "")),
    ],
)
def test_the_address_of_a_mail_server_is_read(url, found):
    by = mail.read_server(url)

    assert (by.host, by.port, by.tls, by.user, by.password) == found


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://x?tls=maybe"])
def test_other_addresses_are_refused(url):
    with pytest.raises(ValueError, match="KEYUAN_EMAIL_URL"):
        mail.read_server(url)
