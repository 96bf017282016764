"""Wrong passwords slow down whoever tries them, and nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from keyuan.org.models import SignInTries
from keyuan.org.throttle import FREE, Tries, locked_accounts, neighbourhood, pause, unlock

pytestmark = pytest.mark.django_db


def fail(times, user, name="", address="203.0.113.9", device=""):
    for _ in range(times):
        Tries(user, name, address=address, device=device).failed()


def is_locked(user, name="", address="203.0.113.9", device=""):
    return Tries(user, name, address=address, device=device).locked_until() is not None


def test_the_fifth_wrong_password_locks_the_account_for_that_address(cast):
    fail(4, cast.anna)
    before = is_locked(cast.anna)
    fail(1, cast.anna)

    assert (before, is_locked(cast.anna)) == (False, True)
    assert not is_locked(cast.anna, address="198.51.100.4")
    assert not is_locked(cast.ben)


def test_a_name_that_nobody_has_is_locked_like_one_that_exists(db):
    fail(5, None, "nobody")

    assert is_locked(None, "nobody")
    assert is_locked(None, " NOBODY ")
    assert not SignInTries.objects.filter(account__contains="nobody").exists()


def test_two_hundred_wrong_passwords_from_elsewhere_do_not_lock_a_known_device(cast):
    for number in range(200):
        fail(1, cast.anna, address=f"203.0.{number // 100}.{number % 100}")

    assert is_locked(cast.anna, address="192.0.2.77")
    assert not is_locked(cast.anna, device="known", address="203.0.0.1")


def test_a_known_device_is_locked_by_its_own_wrong_passwords_only(cast):
    fail(5, cast.anna, device="known")

    assert is_locked(cast.anna, device="known")
    assert not is_locked(cast.anna)


def test_an_address_that_tries_many_names_is_locked_for_all_of_them(cast):
    for number in range(FREE["address"]):
        fail(1, None, f"name{number}")

    assert is_locked(cast.anna)
    assert not is_locked(cast.anna, device="known")


def test_the_pause_grows(db):
    pauses = [pause(failures, 5) for failures in (4, 5, 6, 7, 50)]

    assert pauses == [None, *(timedelta(minutes=n) for n in (5, 15, 30, 30))]


def test_wrong_passwords_are_forgotten_after_an_hour(cast):
    fail(4, cast.anna)
    SignInTries.objects.update(failed_at=timezone.now() - timedelta(minutes=61))
    fail(1, cast.anna)

    assert not is_locked(cast.anna)


def test_the_right_password_forgets_the_wrong_ones_before_it(cast):
    fail(4, cast.anna)
    Tries(cast.anna, "", address="203.0.113.9").succeeded()
    fail(4, cast.anna)

    assert not is_locked(cast.anna)


def test_administrators_see_and_lift_the_lock(cast):
    fail(5, cast.anna)
    seen = locked_accounts()
    unlock(cast.anna)

    assert [(pk, rows[0].failures, rows[0].address) for pk, rows in seen.items()] == [(cast.anna.pk, 5, "203.0.113.9")]
    assert not is_locked(cast.anna)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("not an address", "unknown"),
    ],
)
def test_what_counts_as_one_place(address, counted):
    assert neighbourhood(address) == counted
