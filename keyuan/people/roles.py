"""Verbs about roles. What changes holds from the next request on; that of the administrators stays (W2)."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.org.administrators import keeping_an_administrator, lock_organisation, require_administrator
from keyuan.org.first_start import BUILT_IN
from keyuan.org.models import Grant, Role, User
from keyuan.org.scopes import Scope
from keyuan.people import log
from keyuan.records.errors import RuleBroken

TOLD = ("name", "description")


@dataclass(frozen=True)
class Granted:
    """What a role gets in one module: as the columns of `Grant`."""

    scope: str
    departments: list[int]
    operations: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)


def grants_of(role: Role) -> dict[str, Granted]:
    """The grants of a role by module."""
    return {one.module: Granted(one.scope, one.departments, one.operations, one.fields) for one in role.grants.all()}


def _picture(role: Role) -> dict[str, Any]:
    return {module: vars(granted) for module, granted in sorted(grants_of(role).items())}


@transaction.atomic
def create_role(*, by: User, name: str, description: str = "", copy_of: Role | None = None) -> Role:
    """A new role; with the grants of another where one is copied."""
    require_administrator(by)
    lock_organisation()
    _refuse_namesake(name, None)
    role = Role.objects.create(name=name, description=description, position=100)
    if copy_of is not None:
        _write(role, grants_of(copy_of))
    log.write("role", role.pk, "created", by=by, before={}, after=log.picture(role, *TOLD) | _picture(role))
    return role


def edit_role(role: Role, *, by: User, name: str, description: str) -> None:
    """Another name or description."""
    require_administrator(by)
    with transaction.atomic():
        lock_organisation()
        role = _own(role)
        before = log.picture(role, *TOLD)
        _refuse_namesake(name, role)
        role.name, role.description = name, description
        role.save(update_fields=["name", "description"])
        log.write_difference("role", role.pk, before, log.picture(role, *TOLD), by=by)


def set_grants(role: Role, grants: dict[str, Granted], *, by: User) -> bool:
    """Give a role exactly these operations and scopes; whether anything changed. Its rights to fields stay.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: the administrator role, or nobody would be left who may edit the settings.
    """
    require_administrator(by)
    with keeping_an_administrator():
        role = _changeable(role)
        kept = {module: granted.fields for module, granted in grants_of(role).items()}
        return _grant(role, {module: replace(one, fields=kept.get(module, {})) for module, one in grants.items()}, by)


def set_fields(role: Role, fields: dict[str, dict[str, str]], *, by: User) -> bool:
    """Limit a role to these rights to fields; whether anything changed.

    Args:
        fields: by module, the fields with less than the full right, each with its `FieldRight`.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: the administrator role.
    """
    require_administrator(by)
    with transaction.atomic():
        lock_organisation()
        role = _changeable(role)
        granted = grants_of(role)
        wanted = {module: granted.get(module, Granted(Scope.OWN, [], {})) for module in {*granted, *fields}}
        return _grant(role, {module: replace(one, fields=fields.get(module, {})) for module, one in wanted.items()}, by)


def restore_defaults(role: Role, *, by: User) -> bool:
    """Give a built-in role the grants of a fresh installation again; whether anything changed.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: it is not built in, or nobody would be left who may edit the settings.
    """
    require_administrator(by)
    with keeping_an_administrator():
        role = _changeable(role)
        if not role.is_built_in:
            raise RuleBroken(_("Only built-in roles have defaults."))
        built_in = BUILT_IN[role.key].items()
        fresh = {module: Granted(scope, [], dict.fromkeys(names, "")) for module, (scope, names) in built_in}
        return _grant(role, fresh, by)


def _grant(role: Role, grants: dict[str, Granted], by: User) -> bool:
    before = _picture(role)
    _write(role, grants)
    after = _picture(role)
    if before != after:
        log.write("role", role.pk, "granted", by=by, before=before, after=after)
    return before != after


def delete_role(role: Role, *, by: User) -> None:
    """Delete a role that nobody has.

    Raises:
        RuleBroken: it is built in, or people have it.
    """
    require_administrator(by)
    with transaction.atomic():
        lock_organisation()
        role = _own(role)
        if number := role.members.count():
            raise RuleBroken(_("%(n)d people have this role. Take it from them first.") % {"n": number})
        before, pk = log.picture(role, *TOLD) | _picture(role), role.pk
        role.delete()
        log.write("role", pk, "deleted", by=by, before=before, after={})


def _write(role: Role, grants: dict[str, Granted]) -> None:
    role.grants.all().delete()
    Grant.objects.bulk_create(
        Grant(role=role, module=module, **vars(granted))
        for module, granted in grants.items()
        if granted.operations or granted.fields
    )


def _own(role: Role) -> Role:
    found = Role.objects.filter(pk=role.pk).first()
    if found is None:
        raise RuleBroken(_("This role no longer exists."))
    if found.is_built_in:
        raise RuleBroken(_("Built-in roles are neither renamed nor deleted. Copy it as a role of your own."))
    return found


def _changeable(role: Role) -> Role:
    found = Role.objects.filter(pk=role.pk).first()
    if found is None:
        raise RuleBroken(_("This role no longer exists."))
    if found.is_fixed:
        raise RuleBroken(_("The administrator role stays as it is. Copy it as a role of your own."))
    return found


def _refuse_namesake(name: str, itself: Role | None) -> None:
    for role in Role.objects.all():
        if role.pk != (itself.pk if itself else None) and str(role).casefold() == name.casefold():
            raise RuleBroken(_("There is a role “%(name)s” already.") % {"name": name})
