"""News come to open pages by themselves: over HTTP as the web server serves it, and in a browser."""

import asyncio
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from keyuan.exchange.models import Import
from keyuan.notices import stream as streaming
from keyuan.notices.models import Notice, NoticePreferences
from keyuan.notices.reading import mark_all_read
from keyuan.notices.telling import notify, tell
from keyuan.org.first_start import lay_foundation
from keyuan.org.kept import Session
from keyuan.org.models import Department, Role, User
from keyuan.org.sessions import SessionStore, digest, end
from keyuan.ui.guard import LOCKED
from tests.make import make_user

WITHIN = 2  # seconds


def session_of(user, **more):
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "keyuan.org.authentication.SignIn"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    for name, value in more.items():
        session[name] = value
    session.create()
    return session.session_key


@pytest.fixture
def house(own_database):
    lay_foundation()
    sales, root = Role.objects.get(key="sales"), Department.objects.first()
    lin, wang = (make_user(name, sales, department=root, preferences={"language": "en"}) for name in ("lin", "wang"))
    of = Import.objects.create(by=lin, file_name="华东.xlsx", state="done")
    return SimpleNamespace(lin=lin, wang=wang, of=of, session=session_of(lin))


def tell_of(house, key, **details):
    values = {"name": "华东", "created": 214, "updated": 86} | details
    to, robot = [house.of.by_id], User.objects.robot()
    assert tell("import.done", to=to, record_id=house.of.pk, by=robot, key=key, details=values) == to


def test_an_open_page_hears_the_number_and_then_each_notice_within_two_seconds(house, served):
    page, other = served.stream(house.session), served.stream(session_of(house.wang))
    assert (page.status, page.answer.getheader("Content-Type")) == (200, "text/event-stream; charset=utf-8")
    assert page.answer.getheader("Cache-Control") == "no-store, private"
    assert page.next() == {"unread": 0, "new": []}
    assert other.next() == {"unread": 0, "new": []}

    tell_of(house, "first")

    notice = Notice.objects.get()
    said = "Import “华东” is finished: 214 created, 86 updated"
    new = {"id": notice.pk, "sentence": said, "address": f"/notices/{notice.pk}/"}
    assert page.next(WITHIN) == {"unread": 1, "new": [new]}
    mark_all_read(house.lin)
    assert page.next(WITHIN) == {"unread": 0, "new": []}
    with pytest.raises(TimeoutError):
        other.next(0.5)


def test_strangers_and_other_methods_are_refused(house, served):
    assert served.stream("").status == 401
    assert served.stream("nobody").status == 401
    assert served.stream(house.session, "POST").status == 405


def test_locked_idle_and_ended_sessions_disabled_people_and_newcomers_get_none(house, served):
    assert served.stream(session_of(house.lin, **{LOCKED: True})).status == 403
    assert served.stream(session_of(house.lin, preview_role=1)).status == 403
    idle = session_of(house.lin)
    Session.objects.filter(session_key=digest(idle)).update(seen_at=timezone.now() - timedelta(hours=1))
    assert served.stream(idle).status == 403
    newcomer = make_user("new", must_change_password=True)
    assert served.stream(session_of(newcomer)).status == 403
    before = session_of(house.lin)
    house.lin.end_all_sessions()
    assert served.stream(before).status == 401
    later = session_of(house.lin)
    User.objects.filter(pk=house.lin.pk).update(is_active=False)
    assert served.stream(later).status == 401


def test_an_ended_session_hears_nothing_more_and_its_stream_ends(house, served):
    page = served.stream(house.session)
    assert page.next() == {"unread": 0, "new": []}

    end(house.lin, digest(house.session))
    tell_of(house, "after")

    assert page.next(WITHIN) is None


def test_rights_are_asked_again_when_it_is_sent(house, served):
    tell_of(house, "before")
    page = served.stream(house.session)
    assert page.next() == {"unread": 1, "new": []}

    Import.objects.filter(pk=house.of.pk).update(by=house.wang)
    notify([house.lin.pk])
    assert page.next(WITHIN) == {"unread": 0, "new": []}


def test_quiet_hours_change_the_number_and_say_nothing(house, served):
    now = timezone.localtime()
    begins, ends = ((now + timedelta(hours=by)).time().replace(microsecond=0) for by in (-2, 2))
    NoticePreferences.objects.create(user=house.lin, quiet_from=begins, quiet_to=ends)
    page = served.stream(house.session)
    page.next()
    tell_of(house, "quiet")
    assert page.next(WITHIN) == {"unread": 1, "new": []}


def test_who_comes_again_hears_the_present_number_and_what_was_missed(house, served):
    tell_of(house, "first")
    page = served.stream(house.session)
    page.next()
    last = page.ids[-1]
    page.close()
    tell_of(house, "missed")

    again = served.stream(house.session, **{"Last-Event-ID": last})
    found = again.next()
    assert (found["unread"], [one["id"] for one in found["new"]]) == (2, [int(last) + 1])


def test_a_stream_is_no_work_in_the_session(house, served):
    before = timezone.now() - timedelta(minutes=10)
    Session.objects.filter(session_key=digest(house.session)).update(seen_at=before)
    page = served.stream(house.session)
    page.next()
    tell_of(house, "news")
    page.next()
    assert Session.objects.get(session_key=digest(house.session)).seen_at == before


def test_streams_outlive_connections_that_die(house, served):
    page = served.stream(house.session)
    assert page.next() == {"unread": 0, "new": []}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
    tell_of(house, "meanwhile")
    assert page.next(5)["unread"] == 1


def test_streams_end_when_the_server_is_asked_to_and_do_not_hold_it(house, served):
    page = served.stream(house.session)
    page.next()
    assert served.stop() < 4
    assert page.next() is None


def test_one_person_cannot_hold_all_streams(house, served):
    pages = [served.stream(house.session) for _number in range(streaming.MOST_OF_ONE + 1)]
    assert all(page.next() == {"unread": 0, "new": []} for page in pages)
    assert pages[0].next(WITHIN) is None
    tell_of(house, "news")
    assert pages[-1].next(WITHIN)["unread"] == 1


def test_a_session_that_is_locked_loses_its_stream_within_a_minute(house, monkeypatch):
    """The hub itself, whose clock is made faster."""
    assert streaming.CHECKED <= 60
    monkeypatch.setattr(streaming, "CHECKED", 0.2)
    said = []

    async def one_page():
        hub, here = streaming.Hub(), asyncio.Event()

        async def receive():
            await asyncio.Event().wait()

        async def send(message):
            said.append(message)
            here.set()

        cookie = f"keyuan_session={house.session}".encode()
        scope = {
            "type": "http", "method": "GET", "path": "/notices/stream/", "query_string": b"", "http_version": "1.1",
            "headers": [(b"cookie", cookie)], "client": ("127.0.0.1", 1),
        }  # fmt: skip
        page = asyncio.get_running_loop().create_task(hub(scope, receive, send))
        await asyncio.wait_for(here.wait(), 5)
        await asyncio.to_thread(lock, house.session)
        await asyncio.wait_for(page, 5)
        await hub.close()

    asyncio.run(one_page())
    assert said[0]["status"] == 200
    assert said[-1] == {"type": "http.response.body", "body": b""}


def lock(key):
    session = SessionStore(key)
    session[LOCKED] = True
    session.save()
    connection.close()


# In a browser


@pytest.fixture
def tab(chromium, served, house):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=served.page)
    context.add_cookies([{"name": "keyuan_session", "value": house.session, "url": served.page}])

    def open_tab(path="/"):
        page = context.new_page()
        page.streams = []
        page.on("request", lambda one: page.streams.append(one.url) if one.url.endswith("/notices/stream/") else None)
        page.goto(path)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_tab
    context.close()


def bell(page, number):
    expect(page.locator(".top [data-count=notices]")).to_have_text(number, timeout=WITHIN * 1000)


def heard(page):
    """Until the first number has come."""
    page.wait_for_selector("[data-bell][data-heard]")


def test_the_number_changes_in_all_open_pages_within_two_seconds_without_a_reload(tab, house):
    first, second = tab(), tab("/account/")
    heard(first)
    heard(second)
    assert len(first.streams) + len(second.streams) == 1
    first.evaluate("window.stayed = true")

    began = time.monotonic()
    tell_of(house, "now")
    bell(first, "1")
    bell(second, "1")

    assert time.monotonic() - began < WITHIN
    assert first.evaluate("window.stayed")
    assert first.title().startswith("(1) ")
    second.bring_to_front()
    assert second.locator("[data-toast]").inner_text().startswith("Import “华东” is finished")


def test_the_open_panel_shows_the_notice_and_the_click_marks_it_as_read(tab, house):
    page = tab()
    page.wait_for_selector("#rail-body .ntf, #rail-body p")
    heard(page)
    tell_of(house, "now")
    page.wait_for_selector("#rail-body .un")
    page.click("#rail-body .un a")
    page.wait_for_url("**/imports/**")
    bell(page, "")
    assert Notice.objects.get().read_at is not None


def test_when_the_leading_tab_closes_another_takes_over(tab, house):
    first, second = tab(), tab("/account/")
    heard(first)
    heard(second)
    leading, other = (first, second) if first.streams else (second, first)
    leading.close()
    other.wait_for_timeout(500)
    assert len(other.streams) == 1
    tell_of(house, "now")
    bell(other, "1")
