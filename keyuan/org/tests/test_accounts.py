"""Accounts: initial passwords, changes, what ends when."""

import pytest
from django.contrib.auth import authenticate

from keyuan.org import tokens
from keyuan.org.accounts import PasswordRefused, change_password, create_user, reset_password
from keyuan.org.first_start import first_administrator, lay_foundation
from keyuan.org.models import Role, User
from keyuan.org.passwords import problems
from tests.make import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_an_initial_password_is_random_and_must_be_changed(db):
    (first, one), (_, other) = (create_user(username=name, name=name) for name in ("kai", "mei"))

    assert one != other
    assert first.must_change_password
    assert first.check_password(one)
    assert one not in (first.password, first.initial_password)


def test_people_sign_in_by_user_name_phone_or_email(db):
    user = make_user("lin", phone="13800138000", email="lin@example.com")

    names = ("lin", "LIN", "13800138000", "138 0013 8000", "Lin@Example.com")
    assert [authenticate(username=name, password=PASSWORD) for name in names] == [user] * 5


def test_nobody_signs_in_with_a_wrong_name_a_wrong_password_or_a_disabled_account(db):
    make_user("lin")
    make_user("mo", is_active=False)

    tries = [("lin", "wrong"), ("nobody", PASSWORD), ("", PASSWORD), ("mo", PASSWORD)]
    assert [authenticate(username=name, password=word) for name, word in tries] == [None] * 4


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("123456", False),
        ("1234567890", False),
        ("qwertyuiop", False),
        ("aaaaaaaaaaaa", False),
        ("xx138000 xx yy", False),
        ("my name is linlin", False),
        ("纸鸢茶壶慢半拍九点去", True),
        ("kite teapot halfbeat", True),
        (" blank at both ends ", True),
        ("a1 " * 33, False),
        ("one hundred characters " * 4 + "12345678", True),
        ("kite teapot " * 12, False),
    ],
)
def test_the_rule_for_new_passwords(db, password, fine):
    user = make_user("linlin", phone="13800138000")

    assert (problems(password, user) == []) is fine


def test_the_initial_password_is_refused_as_the_new_one(db):
    user, initial = create_user(username="kai", name="Kai")

    with pytest.raises(PasswordRefused):
        change_password(user, initial)


def test_a_changed_password_ends_older_sessions_and_tokens(db):
    user = make_user("lin")
    token, session = tokens.issue(user, "read", None), user.get_session_auth_hash()

    change_password(user, "kite teapot halfbeat")

    assert tokens.find_token(token) is None
    assert user.get_session_auth_hash() != session


def test_a_reset_gives_a_new_initial_password_and_ends_everything(db):
    user = make_user("lin")
    token = tokens.issue(user, "read", None)

    password = reset_password(user)

    again = User.objects.get(pk=user.pk)
    assert again.check_password(password)
    assert (again.must_change_password, again.epoch) == (True, user.epoch + 1)
    assert tokens.find_token(token) is None


def test_the_first_start_makes_one_administrator_and_the_built_in_roles(db):
    username, password = first_administrator()
    lay_foundation()

    admin = User.objects.get(username=username)
    assert admin.check_password(password)
    assert admin.is_administrator
    assert first_administrator() is None
    assert list(Role.objects.values_list("key", flat=True)) == [
        "administrator",
        "sales_manager",
        "sales",
        "marketing",
        "auditor",
    ]
