"""Wrong passwords slow down whoever tries them, and nobody else (L9; OWASP ASVS 5.0, 6.3.1).

Tries from a device that has signed in to the account before are counted for that device alone, so nobody can lock
its owner out from elsewhere. All others are counted per account and address, per address, and per account.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from keyuan.org.models import SignInTries, User

FORGOTTEN_AFTER = timedelta(hours=1)
KNOCKS_EVERY = timedelta(minutes=1)
PAUSES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
FREE = {"device": 5, "account": 5, "address": 40, "elsewhere": 100, "mail": 6}
"""How many wrong passwords in a row cost nothing, by what is counted."""
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Counter:
    """One row that counts: its key, and how many tries are free."""

    account: str
    place: str
    free: int


def account_of(user: User | None, name: str) -> str:
    """What the tries of one account are counted under, however its owner or a stranger writes the name."""
    if user is not None:
        return f"user:{user.pk}"
    return f"name:{hashlib.sha256(name.strip().lower().encode()).hexdigest()[:40]}"


def neighbourhood(address: str) -> str:
    """The address; of an IPv6 address the network of 64 bits, which one subscriber has to himself."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(found)


def pause(failures: int, free: int) -> timedelta | None:
    """How long the next try has to wait after so many wrong ones."""
    beyond = failures - free
    return None if beyond < 0 else PAUSES[min(beyond, len(PAUSES) - 1)]


class Tries:
    """The tries to sign in as one account from one place.

    Args:
        user: whose account it is; None for a name that nobody has, which looks the same from outside.
        device: the id of a device from which this account has been signed in to before, or "".
    """

    def __init__(self, user: User | None, name: str, *, address: str, device: str = "") -> None:
        self.account, self.address = account_of(user, name), address[:45]
        place = f"address:{neighbourhood(address)}"
        self.counters = (
            [Counter(self.account, f"device:{device}", FREE["device"])]
            if device
            else [
                Counter(self.account, place, FREE["account"]),
                Counter("", place, FREE["address"]),
                Counter(self.account, ELSEWHERE, FREE["elsewhere"]),
            ]
        )

    def locked_until(self) -> datetime | None:
        """Until when nothing is tried from here; None when the next try is free."""
        places = [counter.place for counter in self.counters]
        rows = SignInTries.objects.filter(
            account__in=("", self.account), place__in=places, locked_until__gt=timezone.now()
        )
        return rows.aggregate(latest=Max("locked_until"))["latest"]

    @transaction.atomic
    def failed(self) -> None:
        """Count a wrong password."""
        for counter in sorted(self.counters, key=lambda one: (one.account, one.place)):
            self._count(counter)

    def _count(self, counter: Counter) -> None:
        key = {"account": counter.account, "place": counter.place}
        SignInTries.objects.bulk_create([SignInTries(**key)], ignore_conflicts=True)
        row = SignInTries.objects.select_for_update().get(**key)
        now = timezone.now()
        row.failures = 1 if row.failed_at < now - FORGOTTEN_AFTER else row.failures + 1
        wait = pause(row.failures, counter.free)
        row.failed_at, row.address, row.locked_until = now, self.address, now + wait if wait else None
        row.save()

    def knocked(self) -> bool:
        """Somebody tries while nothing is tried; whether a minute has passed since the last time."""
        now, places = timezone.now(), [counter.place for counter in self.counters]
        locked = {"account__in": ("", self.account), "place__in": places, "locked_until__gt": now}
        return bool(SignInTries.objects.filter(**locked, failed_at__lt=now - KNOCKS_EVERY).update(failed_at=now))

    def succeeded(self) -> None:
        """The right password: the wrong ones before it from here are forgotten."""
        places = [counter.place for counter in self.counters if counter.place != ELSEWHERE]
        SignInTries.objects.filter(account=self.account, place__in=places).delete()


class Asks(Tries):
    """Mails that somebody asks for from one place, whoever they are about."""

    def __init__(self, address: str) -> None:
        self.account, self.address = "mail", address[:45]
        self.counters = [Counter("mail", f"mail:{neighbourhood(address)}", FREE["mail"])]


class Windowed:
    """So many posts from one place in so much time; what comes beyond waits for the next window.

    Args:
        kind: what is counted, apart from everything else.
    """

    def __init__(self, kind: str, place: str, address: str, most: int, window: timedelta) -> None:
        self.kind, self.place, self.address = kind, place, address[:45]
        self.most, self.window = most, window

    def locked_until(self) -> datetime | None:
        """Until when nothing more is taken from here."""
        rows = SignInTries.objects.filter(account=self.kind, place=self.place, locked_until__gt=timezone.now())
        return rows.values_list("locked_until", flat=True).first()

    @transaction.atomic
    def came(self) -> datetime | None:
        """Count one; until when it has to wait, where it is one too many."""
        key = {"account": self.kind, "place": self.place}
        SignInTries.objects.bulk_create([SignInTries(**key)], ignore_conflicts=True)
        row = SignInTries.objects.select_for_update().get(**key)
        now = timezone.now()
        if row.failures == 0 or row.failed_at < now - self.window:
            row.failures, row.failed_at, row.locked_until = 0, now, None
        row.failures += 1
        row.locked_until = row.failed_at + self.window if row.failures > self.most else None
        row.address = self.address
        row.save()
        return row.locked_until


def locked_accounts() -> dict[int, list[SignInTries]]:
    """By id of the user: where wrong passwords have locked them out at this moment."""
    found: dict[int, list[SignInTries]] = {}
    for row in SignInTries.objects.filter(account__startswith="user:", locked_until__gt=timezone.now()).order_by("pk"):
        found.setdefault(int(row.account.removeprefix("user:")), []).append(row)
    return found


def unlock(user: User) -> int:
    """Forget all wrong passwords of this account; how many places were counted."""
    return SignInTries.objects.filter(account=account_of(user, "")).delete()[0]
