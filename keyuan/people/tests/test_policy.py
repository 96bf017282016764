"""The rules for passwords that administrators choose, and what holds for sessions (L4, L7)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.org.accounts import PasswordRefused, change_password, reset_password
from keyuan.org.kept import UsedPassword
from keyuan.org.models import User
from keyuan.org.passwords import classes_in, problems
from keyuan.org.protection import PRESETS, Policy, Protection, protection
from keyuan.org.tokens import issue
from keyuan.people.protecting import protect
from keyuan.records.errors import NotAllowed
from keyuan.records.history import Change
from tests.make import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LENGTH, CLASSES = PRESETS["length"], PRESETS["classes"]
FORM = {"preset": "length", "least": 10, "classes": 0, "history": 0, "rotation": 0, "idle": 30, "confirmed": 10}


@pytest.fixture
def lin(db):
    return make_user("lin", phone="13800138000")


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("chahu manban 9dian", True),
        ("纸鸢茶壶慢半拍九点钟", True),
        ("  kite teapot  ", True),
        ("a long phrase of words " * 4 + "and more", True),
        ("123456", False),
        ("138000", False),
        ("qwertyuiop", False),
        ("aaaaaaaaaaaa", False),
        ("my 138000 phone", False),
        ("LIN is my name", False),
        ("x" * 129, False),
    ],
)
def test_length_first_takes_long_ones_of_any_signs(lin, password, fine):
    assert (problems(password, lin, LENGTH) == []) is fine


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("Kite7pot", True),
        ("kite-7pot", True),
        ("茶壶 Ab12", False),
        ("茶壶慢半 Ab1", True),
        ("kitepot7", False),
        ("Kit7", False),
    ],
)
def test_the_other_preset_asks_for_three_of_four_classes(lin, password, fine):
    assert (problems(password, lin, CLASSES) == []) is fine


def test_what_counts_as_a_class():
    assert [classes_in(text) for text in ("abc", "abC", "abC1", "abC1 ", "茶", "")] == [1, 2, 3, 4, 1, 0]


def test_blanks_at_both_ends_and_a_hundred_characters_count_whole(lin):
    phrase = "  " + "纸鸢 kite " * 12 + "  "
    change_password(lin, phrase)

    assert lin.check_password(phrase)
    assert not lin.check_password(phrase.strip())
    assert not lin.check_password(phrase[:72])
    client = Client()
    assert client.post("/sign-in/", {"username": "lin", "password": phrase}).status_code == 302


def test_the_last_passwords_are_refused_and_older_ones_are_not(lin, admin):
    protect(Protection(Policy("length", 10, 0, 3, 0)), by=admin)
    phrases = [f"kite teapot halfbeat {number}" for number in "abcd"]
    for phrase in phrases:
        change_password(lin, phrase)

    for phrase in phrases[1:]:
        with pytest.raises(PasswordRefused, match="before"):
            change_password(lin, phrase)
    change_password(lin, phrases[0])


def test_a_reset_does_not_make_the_last_password_new_again(lin, admin):
    protect(Protection(Policy("length", 10, 0, 3, 0)), by=admin)
    change_password(lin, "kite teapot halfbeat")
    reset_password(lin)

    with pytest.raises(PasswordRefused):
        change_password(User.objects.get(pk=lin.pk), "kite teapot halfbeat")


def test_only_hashes_of_passwords_are_kept(lin):
    change_password(lin, "kite teapot halfbeat")
    change_password(lin, "another teapot halfbeat")

    assert [one.password.partition("$")[0] for one in UsedPassword.objects.all()] == ["argon2", "argon2"]


def test_a_password_that_is_too_old_is_changed_first_and_tokens_go_on(lin, admin, browser):
    protect(Protection(Policy("length", 10, 0, 0, 90)), by=admin)
    client, token = browser(lin), issue(lin, "read", None)
    before = client.get("/account/").status_code
    User.objects.filter(pk=lin.pk).update(password_changed_at=timezone.now() - timedelta(days=91))

    late = client.get("/account/")
    page = client.get(late.url).content.decode()
    changed = client.post(
        late.url, {"old": PASSWORD, "password": "kite teapot halfbeat", "again": "kite teapot halfbeat"}
    )

    assert (before, late.url) == (200, "/password/change/")
    assert "90" in page
    assert 'name="old"' in page
    assert Client().get("/api/v1/tags", headers={"Authorization": f"Bearer {token}"}).status_code == 401  # they ended
    assert (changed.status_code, client.get("/account/").status_code) == (302, 200)


def test_without_script_the_page_says_every_rule_and_what_was_wrong(lin, admin, browser):
    protect(Protection(CLASSES), by=admin)
    lin.prefer(language="en")

    response = browser(lin).post("/password/change/", {"old": PASSWORD, "password": "kite", "again": "kites"})
    body = response.content.decode()

    assert response.status_code == 422
    for key in ("length", "classes", "common", "own", "history"):
        assert f'data-rule="{key}"' in body
    assert "Use at least 8 characters, currently 4." in body
    assert "Use 3 of these" in body
    assert "The two are not equal." in body


def test_administrators_choose_and_the_change_is_logged(admin, browser):
    browser(admin).post("/admin/security/", {**FORM, "least": 12, "idle": 15})

    assert protection() == Protection(Policy("length", 12, 0, 0, 0), 15, 10)
    assert Change.objects.latest("at").after == {"password_least": 12, "idle_minutes": 15}


def test_another_preset_without_script_brings_its_numbers(admin, browser):
    browser(admin).post("/admin/security/", {**FORM, "preset": "classes"})

    assert protection().policy == CLASSES


def test_numbers_beyond_reason_are_refused(admin, browser):
    response = browser(admin).post("/admin/security/", {**FORM, "least": 3, "rotation": -1})

    assert response.status_code == 422
    assert {"least", "rotation"} <= set(response.context["form"].errors)


def test_only_administrators_choose(cast):
    with pytest.raises(NotAllowed):
        protect(Protection(), by=cast.boss)
