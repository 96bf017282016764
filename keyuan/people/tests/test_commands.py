"""Accounts from the command line: the verbs of the pages, and in the log like them."""

import pytest

from keyuan.org.accounts import find
from keyuan.org.models import User
from keyuan.org.throttle import Tries, locked_accounts
from keyuan.people import commands
from keyuan.records.history import Event
from tests.make import make_user

pytestmark = pytest.mark.django_db


def logged(user):
    events = Event.objects.filter(record_type="user", record_id=user.pk).order_by("id")
    return [(event.name, event.by.is_robot) for event in events]


def test_the_command_line_names_the_roles_there_are_and_takes_no_name_twice(admin):
    commands.create("lina")

    with pytest.raises(LookupError, match="administrator"):
        commands.create("ming", role="boss")
    with pytest.raises(LookupError, match="already"):
        commands.create("Lina")
    assert find("lina").roles.get().key == "sales"


def test_what_the_command_line_does_with_people_is_in_the_log(admin):
    password = commands.create("lina")
    user = find("lina")
    User.objects.filter(pk=user.pk).update(is_active=False)
    for _ in range(6):
        Tries(user, "lina", address="192.0.2.7").failed()
    commands.unlock("lina")
    commands.reset("LINA")

    assert user.check_password(password)
    assert locked_accounts() == {}
    assert logged(user) == [("created", True), ("enabled", True), ("unlocked", True), ("reset", True)]


def test_a_name_that_nobody_has_is_said(admin):
    make_user("lina")

    with pytest.raises(LookupError, match="ming"):
        commands.reset("ming")
