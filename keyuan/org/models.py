"""Who people are: departments, roles with their grants, users, tokens, wrong passwords, and settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keyuan.org.rights import Reach, Rights, load_rights
from keyuan.org.scopes import Module, Scope
from keyuan.org.shelf import shelf_of


class DepartmentQuerySet(models.QuerySet["Department"]):
    def under(self, department: Department) -> Self:
        """The department and everything below it."""
        return self.filter(path__startswith=department.path)


class Department(models.Model):
    """A place in the tree; `path` holds the ids from the root, each followed by a slash."""

    name = models.CharField(_("Department name"), max_length=100)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    head = models.ForeignKey("keyuan.User", models.SET_NULL, null=True, blank=True, related_name="+")
    path = models.CharField(max_length=400, db_collation="C", editable=False, default="", db_index=True)
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar = DepartmentQuerySet.as_manager()

    class Meta:
        db_table = "department"
        ordering: ClassVar = ["position", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("parent", Lower("name"), name="siblings_have_different_names"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1

    @property
    def indented(self) -> str:
        """The name as one line of a tree in a select."""
        return "\u3000" * self.depth + self.name


class Role(models.Model):
    """A bundle of grants. Built-in roles keep their key and are translated until somebody renames them."""

    key = models.CharField(max_length=40, blank=True, db_collation="C")
    name = models.CharField(_("Role name"), max_length=60, blank=True)
    description = models.CharField(_("Description"), max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    addresses = ArrayField(models.CharField(max_length=50), default=list, blank=True)  # empty: from everywhere

    class Meta:
        db_table = "role"
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("key", condition=~Q(key=""), name="built_in_roles_exist_once"),
        ]

    def __str__(self) -> str:
        return self.name or str(BUILT_IN_NAMES.get(self.key, self.key))

    @property
    def is_built_in(self) -> bool:
        """It is neither renamed nor deleted, and its defaults can be restored."""
        return bool(self.key)

    @property
    def is_fixed(self) -> bool:
        """Nothing about it is changed: whoever has it may do everything."""
        return self.key == "administrator"

    @property
    def about(self) -> str:
        return self.description or str(BUILT_IN_NOTES.get(self.key, ""))


BUILT_IN_NOTES = {
    "administrator": _("May use and set up everything; stays as it is."),
    "sales_manager": _("Leads a team: works with the data of the department and those below it."),
    "sales": _("Works with their own customers."),
    "marketing": _("Brings customers in and sees all of them, without changing those of others."),
    "auditor": _("Sees everything, exports it and reads the logs; changes nothing."),
}
BUILT_IN_NAMES = {
    "administrator": _("Administrator"),
    "sales_manager": _("Sales manager"),
    "sales": _("Sales"),
    "marketing": _("Marketing"),
    "auditor": _("Read-only auditor"),
}


class Grant(models.Model):
    """What a role may do in one module: the default scope, and the operations with their overrides.

    `operations` maps each granted operation to a scope, or to "" for the module's default scope. `fields` maps the
    fields that are not fully theirs to a `FieldRight`.
    """

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    module = models.CharField(max_length=40, choices=Module)
    scope = models.CharField(max_length=20, choices=Scope, default=Scope.OWN)
    departments = ArrayField(models.BigIntegerField(), default=list, blank=True)
    operations = models.JSONField(default=dict)
    fields = models.JSONField(default=dict, db_default={})

    class Meta:
        db_table = "role_grant"
        constraints: ClassVar = [
            models.UniqueConstraint("role", "module", name="one_grant_per_role_and_module"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id}:{self.module}"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        """By user name, whatever its case."""
        return self.get(username__iexact=username)

    def people(self) -> models.QuerySet[User]:
        """Everybody but the robot."""
        return self.filter(is_robot=False)

    def robot(self) -> User:
        """The machine's own user: what no person did, the robot did. It is made when it is first needed."""
        fields = {"username": "robot", "name": "系统", "must_change_password": False}
        return self.get_or_create(is_robot=True, defaults=fields)[0]


class User(AbstractBaseUser):
    username = models.CharField(_("User name"), max_length=60)
    name = models.CharField(_("Name"), max_length=60)
    phone = models.CharField(_("Mobile phone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    position = models.CharField(_("Position"), max_length=60, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="members")
    superior = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="subordinates")
    roles = models.ManyToManyField(Role, blank=True, related_name="members", db_table="user_role")
    is_active = models.BooleanField(_("Enabled"), default=True)
    is_robot = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=True)
    initial_password = models.CharField(max_length=200, blank=True)  # a hash, so that it can be refused as the new one
    epoch = models.PositiveIntegerField(default=0)  # rises when all older sessions and tokens must end
    password_changed_at = models.DateTimeField(default=timezone.now)
    preferences = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        db_table = "user"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("username"), name="user_names_differ_in_more_than_case"),
            models.UniqueConstraint("phone", condition=~Q(phone=""), name="a_phone_signs_in_one_user"),
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="an_email_signs_in_one_user"),
            models.UniqueConstraint("is_robot", condition=Q(is_robot=True), name="there_is_one_robot"),
        ]

    shelf_state = ""  # the state of the reference data in which this person's request began
    news: Iterable[str] = ()  # sessions that began in a new place, of which this person does not know yet
    address = ""  # from which machine this person's request comes
    source = "web"  # where this person's requests come from: web, api, import, job, command

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def rights(self) -> Rights:
        """What this person may do, resolved once per request (the instance lives that long)."""
        if not hasattr(self, "_rights"):
            self._rights = shelf_of(self).get(("rights", self.pk), lambda: load_rights(self))
        return self._rights

    def may(self, module: str, operation: str) -> bool:
        return self.rights.may(module, operation)

    def reach(self, module: str, operation: str) -> Reach:
        return self.rights.reach(module, operation)

    @property
    def is_administrator(self) -> bool:
        return self.may(Module.SETTINGS, "edit")

    @property
    def language(self) -> str:
        """The language this person has chosen or was given; an empty text where it is that of the browser."""
        return str(self.preferences.get("language") or "")

    def prefer(self, **values: Any) -> None:
        """Remember preferences of this person; None forgets one."""
        kept = {**self.preferences, **values}
        self.preferences = {name: value for name, value in kept.items() if value is not None}
        User.objects.filter(pk=self.pk).update(preferences=self.preferences)

    def end_all_sessions(self) -> None:
        """All older sessions and tokens of this person stop working with their next request."""
        User.objects.filter(pk=self.pk).update(epoch=F("epoch") + 1)
        self.refresh_from_db(fields=["epoch"])
        self.sessions.all().delete()

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}:{self.epoch}"

    def get_session_auth_fallback_hash(self) -> Any:
        for fallback in super().get_session_auth_fallback_hash():
            yield f"{fallback}:{self.epoch}"


class ApiToken(models.Model):
    """A key for programs, within the rights of its owner. Only its hash is kept."""

    class Reaches(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(_("Token name"), max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True, db_collation="C")
    scope = models.CharField(max_length=10, choices=Reaches, default=Reaches.READ)
    epoch = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_token"

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class SignInTries(models.Model):
    """Wrong passwords in a row for one account from one place; the account "" counts a place alone.

    `account` is `user:<id>`, or a digest of the typed name where nobody has it: a password typed into the wrong
    field is kept nowhere. `place` is a known device, an address, or `elsewhere`.
    """

    account = models.CharField(max_length=80, blank=True, db_collation="C")
    place = models.CharField(max_length=80, db_collation="C")
    address = models.CharField(max_length=45, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(default=timezone.now)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "sign_in_tries"
        constraints: ClassVar = [
            models.UniqueConstraint("account", "place", name="tries_are_counted_once_per_account_and_place"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.place}"


class Setting(models.Model):
    """One setting of the organisation that an administrator edits, such as its name or the safety notice."""

    key = models.CharField(max_length=60, primary_key=True, db_collation="C")
    value = models.JSONField()

    class Meta:
        db_table = "setting"

    def __str__(self) -> str:
        return self.key


class ShelfMark(models.Model):
    """One change of the reference data; the sum of all marks names its state (see org/shelf.py)."""

    mark = models.BigIntegerField()

    class Meta:
        db_table = "shelf_mark"

    def __str__(self) -> str:
        return str(self.mark)
