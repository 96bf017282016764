"""The rule for new passwords: length first, after NIST SP 800-63B and OWASP ASVS 5.0 (V6.2).

At least 10 characters, not common, not the name, the phone or the initial password; no classes of
characters are demanded.
"""

import gzip
import secrets
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import django.contrib.auth
from django.contrib.auth.hashers import check_password
from django.utils.translation import gettext as _

from keyuan.org.models import User

SHORTEST, LONGEST = 10, 128
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else


def initial_password() -> str:
    """A random password of 14 characters (82 bits), easy to read aloud and to type."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)) + secrets.choice(ALPHABET)


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The 20,000 most common passwords, as they come with Django."""
    path = Path(django.contrib.auth.__file__).parent / "common-passwords.txt.gz"
    return frozenset(gzip.decompress(path.read_bytes()).decode().split())


def problems(password: str, user: User) -> list[str]:
    """What keeps `password` from being the new password of `user`, as sentences; empty when it is fine."""
    return list(_problems(password, user))


def _problems(password: str, user: User) -> Iterator[str]:
    if len(password) < SHORTEST:
        yield _("Use at least %(least)d characters, currently %(now)d.") % {"least": SHORTEST, "now": len(password)}
    if len(password) > LONGEST:
        yield _("Use at most %(most)d characters.") % {"most": LONGEST}
    if password.lower() in common_passwords() or len(set(password)) < 4:
        yield _("This password is on every list of common passwords. Choose another.")
    if _contains_name(password, user):
        yield _("The password must not contain the user name.")
    if user.phone and len(user.phone) >= 6 and user.phone[-6:] in password:
        yield _("The password must not contain the phone number.")
    if user.initial_password and check_password(password, user.initial_password):
        yield _("Choose a password other than the initial one.")


def _contains_name(password: str, user: User) -> bool:
    name = user.username.lower()
    return len(name) >= 3 and name in password.lower()
