"""The log of signing in, one's own sessions, new places, and where roles may be used from (L6)."""

import pytest
from django.db import connection
from django.test import Client

from keyuan.org.kept import Place, Session
from keyuan.org.models import User
from keyuan.org.tokens import issue
from keyuan.people.address_rules import set_addresses
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Change, Event
from tests.make import PASSWORD, make_role, make_user

pytestmark = pytest.mark.django_db
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.50(0x1800) NetType/WIFI"
)
OFFICE, HOTEL = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def lin(db):
    return make_user("lin")


def browse(agent=CHROME, address=OFFICE):
    return Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)


def sign_in(client, name="lin", password=PASSWORD):
    return client.post("/sign-in/", {"username": name, "password": password})


def lines():
    return list(
        Event.objects.filter(record_type="sign-in").order_by("id").values_list("name", "record_id", "details__reason")
    )


def test_every_sign_in_refusal_lock_and_sign_out_is_a_line_of_history(lin):
    client = browse()
    sign_in(client, password="wrong")
    sign_in(client, "nobody at all")
    sign_in(client)
    client.post("/lock/")
    client.post("/lock/", {"password": "wrong"})
    client.post("/lock/", {"password": PASSWORD})
    client.post("/sign-out/")

    assert lines() == [
        ("sign_in_refused", lin.pk, "password"),
        ("sign_in_refused", 0, "name"),
        ("signed_in", lin.pk, ""),
        ("locked", lin.pk, ""),
        ("unlock_refused", lin.pk, "password"),
        ("unlocked", lin.pk, ""),
        ("signed_out", lin.pk, ""),
    ]


def test_a_line_says_address_device_and_browser_and_who(lin):
    sign_in(browse(PHONE, HOTEL))
    sign_in(browse(), "nobody")

    known, unknown = Event.objects.filter(record_type="sign-in").order_by("id")
    assert known.details == {"address": HOTEL, "device": "iPhone", "browser": "微信 8", "reason": ""}
    assert known.by == lin
    assert unknown.by.is_robot


def test_what_was_typed_as_a_name_stands_nowhere(lin):
    sign_in(browse(), "my secret password 1", "x")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM event e, operation o WHERE strpos(e::text || o::text, 'my secret') > 0")
        assert cursor.fetchone() == (0,)


def test_being_locked_out_and_a_disabled_account_have_their_reason(lin):
    client = browse()
    for _ in range(6):
        sign_in(client, password="wrong")
    User.objects.filter(pk=lin.pk).update(is_active=False)
    sign_in(browse(address=HOTEL))

    assert [line[0::2] for line in lines()[4:]] == [
        ("sign_in_refused", "password"),
        ("locked_out", "password"),
        ("sign_in_refused", "disabled"),
    ]


def test_knocking_on_a_locked_door_writes_one_line_a_minute(lin):
    client = browse()
    for _ in range(5):
        sign_in(client, password="wrong")
    before = len(lines())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sign_in_tries SET failed_at = failed_at - interval '2 minutes'")
    for _ in range(4):
        sign_in(client, password="wrong")

    assert [line[2] for line in lines()[before:]] == ["locked_out"]


def test_the_cookie_s_key_is_not_in_the_database(lin):
    client = browse()
    sign_in(client)
    key = client.cookies["keyuan_session"].value

    assert Session.objects.count() == 1
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get("/account/").status_code == 200


def test_one_s_sessions_are_listed_and_each_can_be_ended_at_once(lin):
    office, phone = browse(), browse(PHONE, HOTEL)
    sign_in(office)
    sign_in(phone)
    listed = office.get("/account/").content.decode()
    other = Session.objects.get(browser="微信 8")

    office.post(f"/account/sessions/{other.session_key}/end/")

    assert "Chrome 141" in listed
    assert HOTEL in listed
    assert phone.get("/account/").url.startswith("/sign-in/")
    assert office.get("/account/").status_code == 200


def test_all_other_devices_are_signed_out_by_one_button(lin):
    clients = [browse() for _ in range(3)]
    for client in clients:
        sign_in(client)

    clients[0].post("/account/sessions/end/")

    assert [client.get("/account/").status_code for client in clients] == [200, 302, 302]
    assert lines()[-1][0] == "session_ended"


def test_nobody_ends_the_session_of_another(lin, cast, browser):
    client = browse()
    sign_in(client)

    browser(cast.anna).post(f"/account/sessions/{Session.objects.get(user=lin).session_key}/end/")

    assert client.get("/account/").status_code == 200


def test_the_time_of_the_last_work_is_written_once_a_minute_and_not_by_polling(lin):
    client = browse()
    sign_in(client)
    fresh = Session.objects.get().seen_at
    client.get("/account/")
    again = Session.objects.get().seen_at
    with connection.cursor() as cursor:
        cursor.execute("UPDATE session SET seen_at = seen_at - interval '2 minutes'")
    old = Session.objects.get().seen_at
    client.get("/account/", headers={"X-Keyuan-Background": "1"})
    polled = Session.objects.get().seen_at
    client.get("/account/")

    assert (fresh, old) == (again, polled)
    assert Session.objects.get().seen_at > again


def test_a_sign_in_from_a_new_device_is_told_to_the_other_session_only(lin):
    office, hotel = browse(), browse(PHONE, HOTEL)
    sign_in(office)
    first = "data-news" in office.get("/").content.decode()
    sign_in(hotel)
    place = Place.objects.get(is_news=True)

    told = ["data-news" in client.get("/account/").content.decode() for client in (office, hotel)]
    from_there = hotel.post(f"/account/places/{place.pk}/known/").status_code
    office.post(f"/account/places/{place.pk}/known/")

    assert (first, told, from_there) == (False, [True, False], 404)
    assert "data-news" not in office.get("/account/").content.decode()
    assert ("signed_in", lin.pk, "new") in lines()


def test_a_known_device_at_a_known_address_is_no_news(lin):
    client = browse()
    for _ in range(2):
        sign_in(client)
        client.post("/sign-out/")

    assert not Place.objects.filter(is_news=True).exists()


@pytest.fixture
def guarded(lin):
    role = make_role("office only", customer={"view": "own"})
    role.addresses = ["203.0.113.0/24", "2001:db8::/32"]
    role.save()
    lin.roles.add(role)
    return lin


@pytest.mark.parametrize(
    ("address", "enters"), [(OFFICE, True), ("2001:db8::7", True), ("::ffff:203.0.113.5", True), (HOTEL, False)]
)
def test_a_role_with_addresses_is_used_from_there_only(guarded, address, enters):
    client = browse(address=address)
    sign_in(client)

    assert (client.get("/account/").status_code == 200) is enters


def test_a_session_and_a_token_that_leave_the_network_stop_at_once(guarded):
    client, token = browse(), issue(guarded, "read", None)
    sign_in(client)
    headers = {"Authorization": f"Bearer {token}"}

    inside = client.get("/account/").status_code, Client(REMOTE_ADDR=OFFICE).get("/api/v1/customers", headers=headers)
    outside = (
        client.get("/account/", REMOTE_ADDR=HOTEL).status_code,
        client.get("/api/v1/customers", REMOTE_ADDR=HOTEL).status_code,
        Client(REMOTE_ADDR=HOTEL).get("/api/v1/customers", headers=headers).status_code,
    )

    assert (inside[0], inside[1].status_code) == (200, 200)
    assert outside == (403, 403, 403)


def test_every_list_of_every_role_must_admit(guarded):
    other = make_role("elsewhere")
    other.addresses = ["198.51.100.0/24"]
    other.save()
    guarded.roles.add(other)

    assert sign_in(browse()).status_code == sign_in(browse(address=HOTEL)).status_code == 422


def test_a_stranger_is_not_told_that_the_password_was_right(guarded):
    client = browse(address=HOTEL)

    right, wrong = sign_in(client), sign_in(client, password="wrong")

    said = {str(one.context["form"].non_field_errors()[0]) for one in (right, wrong)}
    assert said == {"用户名或密码不对。"}
    assert lines()[0] == ("sign_in_refused", guarded.pk, "address")


def test_administrators_set_addresses_and_nobody_locks_themselves_out(admin, cast):
    role, own = make_role("office only"), admin.roles.get()
    admin.address = OFFICE

    set_addresses(role, ["203.0.113.7", " 10.1.2.3/8 ", ""], by=admin)
    role.refresh_from_db()

    assert role.addresses == ["203.0.113.7/32", "10.0.0.0/8"]
    assert Change.objects.latest("at").after == {"addresses": role.addresses}
    with pytest.raises(RuleBroken, match="lock you out"):
        set_addresses(own, ["10.0.0.0/8"], by=admin)
    with pytest.raises(RuleBroken, match="neither an address nor a network"):
        set_addresses(role, ["office"], by=admin)
    with pytest.raises(NotAllowed):
        set_addresses(role, [], by=cast.boss)


def test_the_page_of_a_role_s_addresses_says_what_is_wrong(admin, browser):
    role = make_role("office only")
    client = browser(admin)

    wrong = client.post(f"/admin/roles/{role.pk}/addresses/", {"addresses": "office"})
    right = client.post(f"/admin/roles/{role.pk}/addresses/", {"addresses": "10.0.0.0/8\n192.0.2.1"})
    role.refresh_from_db()

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert role.addresses == ["10.0.0.0/8", "192.0.2.1/32"]
