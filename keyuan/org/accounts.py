"""Verbs about accounts: create, reset, change the password, enable and disable."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keyuan.org.kept import UsedPassword
from keyuan.org.models import Role, User
from keyuan.org.passwords import initial_password, problems
from keyuan.org.protection import MOST_HISTORY

CHANGED = ["password", "initial_password", "must_change_password", "epoch"]


class PasswordRefused(ValueError):
    """A new password breaks the rule; `sentences` say how."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def give_initial_password(user: User) -> str:
    """Set a random initial password that must be changed at the next sign-in; returned once, kept as a hash."""
    password = initial_password()
    _keep_used(user)
    user.password = user.initial_password = make_password(password)
    user.must_change_password = True
    return password


def _keep_used(user: User) -> None:
    """Remember the password that is about to go, if it is one that the person chose."""
    if user.pk and user.password and user.password != user.initial_password:
        UsedPassword.objects.create(user=user, password=user.password)
        kept = UsedPassword.objects.filter(user=user).order_by("-at", "-pk").values_list("pk", flat=True)
        UsedPassword.objects.filter(user=user).exclude(pk__in=list(kept[:MOST_HISTORY])).delete()


@transaction.atomic
def create_user(*, roles: Iterable[Role] = (), **fields: Any) -> tuple[User, str]:
    """A new person and their initial password.

    Args:
        roles: the roles they get.
        fields: columns of `User`, at least `username` and `name`.
    """
    user = User(**fields)
    password = give_initial_password(user)
    user.full_clean(exclude=["password"])
    user.save()
    user.roles.set(roles)
    return user, password


@transaction.atomic
def reset_password(user: User) -> str:
    """A new initial password; all sessions and tokens of the person end."""
    user = User.objects.select_for_update().get(pk=user.pk)
    password = give_initial_password(user)
    user.epoch += 1
    user.save(update_fields=CHANGED)
    user.sessions.all().delete()
    return password


@transaction.atomic
def change_password(user: User, password: str) -> None:
    """The person's own new password; all older sessions and tokens end.

    Raises:
        PasswordRefused: the password breaks the rule.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if sentences := problems(password, locked):
        raise PasswordRefused(sentences)
    _keep_used(locked)
    user.set_password(password)
    user.initial_password, user.must_change_password = "", False
    user.epoch, user.password_changed_at = locked.epoch + 1, timezone.now()
    user.save(update_fields=[*CHANGED, "password_changed_at"])
    user.sessions.all().delete()


def find_role(key: str) -> Role:
    """The built-in role of this key.

    Raises:
        LookupError: there is none; its sentence names those that there are.
    """
    built_in = {role.key: role for role in Role.objects.exclude(key="")}
    if key not in built_in:
        told = {"role": key, "roles": pgettext("list", ", ").join(built_in)}
        raise LookupError(_("There is no role “%(role)s”. The roles are: %(roles)s") % told)
    return built_in[key]


def find(username: str) -> User:
    """The person with this user name.

    Raises:
        LookupError: nobody has it.
    """
    user = User.objects.people().filter(username__iexact=username).first()
    if user is None:
        raise LookupError(_("Nobody has the user name “%(name)s”.") % {"name": username})
    return user
