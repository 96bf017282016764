"""Many new people at once, as one operation: all of them or nobody (L2, W1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from keyuan.org.administrators import lock_organisation, require_administrator
from keyuan.org.models import Department, Role, User
from keyuan.people import log
from keyuan.people.members import TOLD, require
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation


@dataclass
class Newcomer:
    """Somebody who is to be created.

    Attributes:
        fields: columns of `User`, without superior.
        password: the hash of an initial password.
        superior: somebody who is there, or another newcomer.
        user: the person, once created.
    """

    fields: dict[str, Any]
    department: Department
    password: str
    roles: list[Role] = field(default_factory=list)
    superior: User | Newcomer | None = None
    user: User | None = None


@transaction.atomic
def create_members(newcomers: Sequence[Newcomer], *, by: User, operation: Operation) -> None:
    """Create them all, with their superiors and roles, and one line in the log for each.

    Raises:
        NotAllowed: `by` may not create people in one of the departments, or gives roles without being an administrator.
        RuleBroken: somebody took a user name, phone or e-mail meanwhile.
    """
    lock_organisation()
    for department in {one.department.pk: one.department for one in newcomers}.values():
        require(by, "create", None, department)
    if any(one.roles for one in newcomers):
        require_administrator(by)
    for one in newcomers:
        one.user = _user(one)
    try:
        with transaction.atomic():
            User.objects.bulk_create([one.user for one in newcomers if one.user])
    except IntegrityError as error:
        told = _("Somebody took one of these user names, phones or e-mails meanwhile. Check the sheet again.")
        raise RuleBroken(told) from error
    _set_superiors(newcomers)
    _give_roles(newcomers)
    for one in newcomers:
        log.write("user", _made(one).pk, "created", by=by, before={}, after=_picture(one), operation=operation)


def _user(one: Newcomer) -> User:
    user = User(department=one.department, password=one.password, initial_password=one.password, **one.fields)
    user.clean_fields(exclude=["password", "superior", "department"])
    return user


def _made(one: Newcomer) -> User:
    assert one.user is not None
    return one.user


def _set_superiors(newcomers: Sequence[Newcomer]) -> None:
    led = [one for one in newcomers if one.superior is not None]
    for one in led:
        _made(one).superior = _made(one.superior) if isinstance(one.superior, Newcomer) else one.superior
    User.objects.bulk_update([_made(one) for one in led], ["superior"], batch_size=500)


def _give_roles(newcomers: Sequence[Newcomer]) -> None:
    through: Any = User.roles.through
    through.objects.bulk_create(
        through(user_id=_made(one).pk, role_id=role.pk) for one in newcomers for role in one.roles
    )


def _picture(one: Newcomer) -> dict[str, Any]:
    user = _made(one)
    told = {"language": user.language, "roles": sorted(role.pk for role in one.roles)}
    return log.picture(user, *TOLD) | told
