"""The rules for new passwords, one source for the page, the script and every refusal (L4).

Two presets (see org/protection.py): length first, after NIST SP 800-63B and OWASP ASVS 5.0 (V6.2), which demands no
classes of characters and no changes; and classes, history and regular changes, as GB/T 22239-2019 is practised.
"""

import gzip
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import django.contrib.auth
from django.contrib.auth.hashers import check_password
from django.utils.translation import gettext as _

from keyuan.org.kept import UsedPassword
from keyuan.org.models import User
from keyuan.org.protection import Policy, protection

LONGEST = 128
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else


def initial_password() -> str:
    """A random password of 14 characters (82 bits), easy to read aloud and to type."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)) + secrets.choice(ALPHABET)


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The 20,000 most common passwords, as they come with Django."""
    path = Path(django.contrib.auth.__file__).parent / "common-passwords.txt.gz"
    return frozenset(gzip.decompress(path.read_bytes()).decode().split())


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        key: its name for the script.
        says: its line in the checklist.
        left: what is missing while it is not kept, in half a sentence.
        refuses: the sentence for a password that breaks it, or "".
        facts: what the script needs to check it; None where only the server can.
    """

    key: str
    says: str
    left: str
    refuses: Callable[[str], str]
    facts: dict[str, Any] | None = field(default=None)


def problems(password: str, user: User, policy: Policy | None = None) -> list[str]:
    """What keeps `password` from being the new password of `user`, as sentences; empty when it is fine."""
    return [said for rule in rules(user, policy or protection().policy) if (said := rule.refuses(password))]


def rules(user: User, policy: Policy) -> list[Rule]:
    """What `policy` asks of the new password of `user`."""
    found = [_length(policy), _classes(policy), _common(policy), _own(user), _history(user, policy)]
    return [rule for rule in found if rule is not None]


def _length(policy: Policy) -> Rule:
    least = policy.least

    def refuses(password: str) -> str:
        if len(password) < least:
            return _("Use at least %(least)d characters, currently %(now)d.") % {"least": least, "now": len(password)}
        return _("Use at most %(most)d characters.") % {"most": LONGEST} if len(password) > LONGEST else ""

    says = _("At least %(n)d characters; Chinese characters and blanks count") % {"n": least}
    left = _("at least %(n)d characters") % {"n": least}
    return Rule("length", says, left, refuses, {"least": least, "most": LONGEST})


CLASSES = {"Ll": "small", "Lu": "capital", "Nd": "digit"}


def classes_in(password: str) -> int:
    """How many of small letters, capitals, digits and other signs it has; Chinese characters are other signs."""
    return len({CLASSES.get(unicodedata.category(sign), "other") for sign in password})


def _classes(policy: Policy) -> Rule | None:
    least = policy.classes
    if least < 2:
        return None

    def refuses(password: str) -> str:
        if classes_in(password) >= least:
            return ""
        return _("Use %(n)d of these: capitals, small letters, digits, other signs.") % {"n": least}

    says = _("%(n)d of: capitals, small letters, digits, other signs") % {"n": least}
    return Rule("classes", says, _("%(n)d kinds of characters") % {"n": least}, refuses, {"least": least})


def _common(policy: Policy) -> Rule:
    def refuses(password: str) -> str:
        common = password.lower() in common_passwords() or len(set(password)) < 4
        return _("This password is on every list of common passwords. Choose another.") if common else ""

    words = [one for one in common_passwords() if len(one) >= policy.least and classes_in(one) >= policy.classes - 1]
    facts = {"words": sorted(words), "different": 4}
    return Rule("common", _("Not a common password"), _("not a common password"), refuses, facts)


def _own(user: User) -> Rule:
    name = user.username.lower() if len(user.username) >= 3 else ""
    phone = user.phone[-6:] if len(user.phone) >= 6 else ""

    def refuses(password: str) -> str:
        return " ".join(_taken(password, name, phone, user))

    says = _("Not the user name, the phone or the initial password")
    return Rule("own", says, _("without user name and phone"), refuses, {"name": name, "phone": phone})


def _taken(password: str, name: str, phone: str, user: User) -> Iterator[str]:
    if name and name in password.lower():
        yield _("The password must not contain the user name.")
    if phone and phone in password:
        yield _("The password must not contain the phone number.")
    if user.initial_password and check_password(password, user.initial_password):
        yield _("Choose a password other than the initial one.")


def _history(user: User, policy: Policy) -> Rule | None:
    number = policy.history
    if not number:
        return None

    def refuses(password: str) -> str:
        if not any(check_password(password, one) for one in last_passwords(user, number)):
            return ""
        return _("You have used this password before. The last %(n)d are refused.") % {"n": number}

    return Rule("history", _("None of the last %(n)d passwords; checked when you save") % {"n": number}, "", refuses)


def last_passwords(user: User, number: int) -> list[str]:
    """The hashes of the present password and those before it."""
    before = UsedPassword.objects.filter(user=user).order_by("-at", "-pk").values_list("password", flat=True)
    return [one for one in [user.password, *before[: number - 1]] if one]
