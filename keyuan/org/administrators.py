"""Whoever may edit the settings is an administrator, and one of them always remains."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.org.scopes import Module
from keyuan.records.errors import NotAllowed, RuleBroken

ORGANISATION_LOCK = 20260102


def administrators() -> QuerySet[User]:
    """The enabled people with a role that grants editing the settings."""
    granting = {"roles__grants__module": Module.SETTINGS, "roles__grants__operations__has_key": "edit"}
    return User.objects.people().filter(is_active=True, **granting).distinct()


def require_administrator(by: User) -> None:
    """Raises NotAllowed unless `by` is an administrator, or the robot."""
    if not by.is_administrator:
        raise NotAllowed(_("Only administrators may do this."))


def lock_organisation() -> None:
    """Changes to people, departments and roles happen one after the other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ORGANISATION_LOCK])


@contextmanager
def keeping_an_administrator() -> Iterator[None]:
    """What is done inside is taken back where it would leave the house without an administrator (L9).

    Raises:
        RuleBroken: nobody would be left who may edit the settings.
    """
    with transaction.atomic():
        lock_organisation()
        had = administrators().exists()
        yield
        if had and not administrators().exists():
            raise RuleBroken(_("This is the last administrator. Make somebody else an administrator first."))
