"""What administrators have chosen about passwords and sessions: the policy, and how long a session is trusted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from keyuan.org.shelf import shelf_of

if TYPE_CHECKING:
    from keyuan.org.models import User

SETTING = "protection"
MOST_HISTORY = 24  # passwords of before that are kept, whatever the policy


@dataclass(frozen=True)
class Policy:
    """What is asked of new passwords.

    Attributes:
        preset: `length` or `classes`, see PRESETS.
        least: how many characters at least.
        classes: how many of capitals, small letters, digits and other signs at least.
        history: how many passwords of before are refused.
        rotation: after how many days a new one must be set; 0 for never.
    """

    preset: str = "length"
    least: int = 10
    classes: int = 0
    history: int = 0
    rotation: int = 0


PRESETS = {
    "length": Policy(),  # OWASP ASVS 5.0 V6.2, NIST SP 800-63B: long, not common, no classes, no rotation
    "classes": Policy("classes", 8, 3, 5, 90),  # GB/T 22239-2019 8.1.4.1 a): complex, and changed regularly
}


@dataclass(frozen=True)
class Protection:
    """The policy, after how many idle minutes the screen locks (0: never), and how long a confirmation lasts."""

    policy: Policy = PRESETS["length"]
    idle_minutes: int = 30
    confirmed_minutes: int = 10

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def confirmed_for(self) -> timedelta:
        return timedelta(minutes=self.confirmed_minutes)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Protection:
        return cls(**{**kept, "policy": Policy(**kept["policy"])}) if kept else cls()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def protection() -> Protection:
    """As it stands in the database now."""
    row = apps.get_model("keyuan", "Setting").objects.filter(pk=SETTING).first()
    return Protection.read(row.value if row else {})


def protection_of(user: User) -> Protection:
    """As it stood when the request of `user` began."""
    return shelf_of(user).get(SETTING, protection)


def must_change_password(user: User) -> bool:
    """Whether the password is the initial one, or older than the policy allows."""
    return user.must_change_password or is_too_old(user)


def is_too_old(user: User) -> bool:
    """Whether the policy asks for a new password by now."""
    days = protection_of(user).policy.rotation
    return bool(days) and timezone.now() - user.password_changed_at > timedelta(days=days)
