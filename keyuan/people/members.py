"""Verbs about members: create, edit, enable, disable, reset, unlock. Whom one reaches is read in one place."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from keyuan.org import accounts, links, throttle
from keyuan.org.administrators import keeping_an_administrator, lock_organisation, require_administrator
from keyuan.org.models import Department, Role, User
from keyuan.org.scopes import Module
from keyuan.people import log, relocating
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation
from keyuan.ui import signing_log

TOLD = ("username", "name", "phone", "email", "position", "department", "superior", "is_active")
OWN = ("name", "phone", "email")


def people_reached(by: User, operation: str = "view") -> QuerySet[User]:
    """The people on whom `by` may do `operation`: everybody, or those of departments within reach and oneself."""
    reach = by.reach(Module.PEOPLE, operation)
    people = User.objects.people()
    if reach.everything:
        return people
    return people.filter(Q(pk__in=reach.owners) | Q(department_id__in=reach.departments))


def picture(user: User) -> dict[str, Any]:
    """What the log keeps of a person."""
    told = {"language": user.language, "roles": sorted(user.roles.values_list("pk", flat=True))}
    return log.picture(user, *TOLD) | told


def require(by: User, operation: str, user: User | None, department: Department | None) -> None:
    """Others than administrators work on people within reach, put them within reach, and leave administrators alone."""
    if by.is_administrator:
        return
    within = by.reach(Module.PEOPLE, operation).covers(None, department.pk if department else None)
    reached = user is None or people_reached(by, operation).filter(pk=user.pk).exists()
    if not (within and reached) or (user is not None and (user.is_administrator or user.pk == by.pk)):
        raise NotAllowed(_("You may not do this with this person."))


@transaction.atomic
def create_member(*, by: User, roles: Iterable[Role] = (), **fields: Any) -> tuple[User, str]:
    """A new person and their initial password, which is shown once and kept as a hash (L2).

    Raises:
        NotAllowed: `by` may not create people there, or gives roles without being an administrator.
    """
    roles = list(roles)
    if language := fields.pop("language", ""):
        fields["preferences"] = {"language": language}
    require(by, "create", None, fields.get("department"))
    if roles:
        require_administrator(by)
    user, password = accounts.create_user(roles=roles, **fields)
    log.write("user", user.pk, "created", by=by, before={}, after=picture(user))
    return user, password


def edit_member(
    user: User, *, by: User, roles: Iterable[Role] | None = None, along: bool = False, **fields: Any
) -> None:
    """Change a person's data and, for administrators, their roles. Superiors never form a circle (W1).

    Args:
        along: into another department the person's records move along; administrators decide that.

    Raises:
        NotAllowed, RuleBroken: a circle, or the last administrator would lose the role.
    """
    with keeping_an_administrator():
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        require(by, "edit", locked, fields.get("department", locked.department))
        before = picture(locked)
        if fields.get("email", locked.email) != locked.email:
            _guard_mail(locked, by)
        if "superior" in fields:
            _refuse_circle(locked, fields["superior"])
            _guard_superior(locked, fields["superior"], by)
        moves = "department" in fields and fields["department"].pk != locked.department_id
        if moves:
            relocating.require_settled(locked)
        _set(locked, dict(fields))
        if roles is not None:
            _give(locked, list(roles), by)
        after = picture(locked)
        if before == after:
            return
        operation = Operation.begin("user.moved" if moves else "user.edited", by=by)
        log.write_difference("user", locked.pk, before, after, by=by, operation=operation)
        if moves and along:
            relocating.take_along([locked.pk], fields["department"], by=by, operation=operation)


def _guard_mail(user: User, by: User) -> None:
    """A link for a new password goes to the e-mail: who may choose it for others could become anybody."""
    if not by.is_administrator and user.roles.exists():
        raise RuleBroken(
            _("Links for a new password go to the e-mail. Only administrators change it, and its owner in the account.")
        )


def _guard_superior(user: User, superior: User | None, by: User) -> None:
    """Who sees the records of those below them puts nobody below themselves; an administrator does."""
    if by.is_administrator or superior is None or superior.pk == user.superior_id:
        return
    team = by.rights.team()
    if superior.pk in team and user.pk not in team:
        raise RuleBroken(_("You would see more records by this. Let an administrator choose this superior."))


def _set(user: User, fields: dict[str, Any]) -> None:
    if "language" in fields:
        user.preferences = _spoken(user.preferences, fields.pop("language"))
        fields["preferences"] = user.preferences
    if fields.get("email", user.email) != user.email:
        links.forget_links(user)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save(update_fields=list(fields))


def _spoken(preferences: dict[str, Any], language: str) -> dict[str, Any]:
    rest = {name: value for name, value in preferences.items() if name != "language"}
    return rest | {"language": language} if language else rest


def _give(user: User, roles: list[Role], by: User) -> None:
    if sorted(role.pk for role in roles) != sorted(user.roles.values_list("pk", flat=True)):
        require_administrator(by)
        user.roles.set(roles)


def _refuse_circle(user: User, superior: User | None) -> None:
    above = dict(User.objects.exclude(superior=None).values_list("pk", "superior_id"))
    at = superior.pk if superior else None
    while at is not None:
        if at == user.pk:
            raise RuleBroken(
                _("%(superior)s reports to %(name)s, directly or not, and can't be the superior.")
                % {"superior": superior, "name": user}
            )
        at = above.pop(at, None)


@transaction.atomic
def edit_self(user: User, **fields: Any) -> None:
    """One's own name, phone and e-mail."""
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    before = log.picture(locked, *OWN)
    _set(locked, {name: fields[name] for name in OWN})
    log.write_difference("user", user.pk, before, log.picture(locked, *OWN), by=user)


def set_enabled(user: User, enabled: bool, *, by: User) -> None:
    """Let a person sign in, or end all their sessions and tokens at once (L9).

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: this is the last administrator.
    """
    require_administrator(by)
    with keeping_an_administrator():
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if locked.is_active == enabled:
            return
        locked.is_active = enabled
        locked.save(update_fields=["is_active"])
        if not enabled:
            locked.end_all_sessions()
        log.write("user", user.pk, "enabled" if enabled else "disabled", by=by)


@transaction.atomic
def reset_member(user: User, *, by: User) -> str:
    """A new initial password, shown once; all sessions of the person end (L8)."""
    require_administrator(by)
    lock_organisation()
    password = accounts.reset_password(user)
    throttle.unlock(user)
    log.write("user", user.pk, "reset", by=by)
    return password


@transaction.atomic
def unlock_member(user: User, *, by: User, reason: str) -> None:
    """Forget the wrong passwords that lock this account.

    Args:
        reason: why, such as how it was made sure who asks; it stands in the log.

    Raises:
        NotAllowed, RuleBroken: `by` is no administrator, or gives no reason.
    """
    require_administrator(by)
    if not (reason := reason.strip()[:200]):
        raise RuleBroken(_("Say why the lock is lifted, such as “called back on the known number”."))
    if throttle.unlock(user):
        log.write("user", user.pk, "unlocked", by=by, reason=reason)
        signing_log.lifted(user, by=by, reason=reason)
