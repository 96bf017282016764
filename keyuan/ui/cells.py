"""Small pieces of HTML as plain functions: a list page calls them 400 times, so none of them loads a template.

Each returns a SafeString; whatever comes from people is escaped here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Protocol
from zlib import crc32

from django.templatetags.static import static
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from keyuan.ui import formats

TINTS = 6
EMPTY = SafeString('<span class="t3 none">—</span>')


@lru_cache(maxsize=512)
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """One symbol of the sprite. `size`: s (14), l (20), f (filled). With a label it is read aloud."""
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    sizes = f" {size}" if size else ""
    return SafeString(f'<svg class="kx-i{sizes}" {said}><use href="{static("icons.svg")}#i-{name}"/></svg>')


@lru_cache(maxsize=4096)
def tint(name: str) -> str:
    """t1 … t6, always the same for the same name."""
    return f"t{crc32(name.encode()) % TINTS + 1}"


@lru_cache(maxsize=4096)
def avatar(name: str, square: bool = False, size: str = "") -> SafeString:
    """The first character on the tint of the name; square for companies. `size`: m (28), l (40)."""
    shape, sizes = " sq" if square else "", f" {size}" if size else ""
    first = escape(name.strip()[:1].upper())
    return SafeString(f'<span class="av{shape} {tint(name)}{sizes}" aria-hidden="true">{first}</span>')


def person(name: str | None) -> SafeString:
    """Avatar and name of a colleague or contact."""
    if not name:
        return EMPTY
    return SafeString(f'<span class="who">{avatar(name)}{escape(name)}</span>')


def status(label: str, kind: str) -> SafeString:
    """Dot and word. `kind`: c1 … c4 for classes, cw warning, cb bad, or empty."""
    return SafeString(f'<span class="st {kind}">{escape(label)}</span>')


def tag(label: str, kind: str = "", dot: str = "") -> SafeString:
    """A neutral tag; `kind`: a ok warn bad o r1 r2 r3; `dot`: t1 … t6."""
    marked = f'<i class="dot-{dot}"></i>' if dot else ""
    return SafeString(f'<span class="tag{f" {kind}" if kind else ""}">{marked}{escape(label)}</span>')


def tags(labels: list[str]) -> SafeString:
    """The first tag and +N for the rest, which the tooltip names."""
    if not labels:
        return SafeString("")
    rest = labels[1:]
    more = f'<span class="t3 fs12" title="{escape(" · ".join(rest))}">+{len(rest)}</span>' if rest else ""
    return SafeString(f"{tag(labels[0])}{more}")


class Coloured(Protocol):
    """A tag of a person: its name, and a tint from 1 to 6 or none."""

    name: str
    tint: int


def user_tag(one: Coloured) -> SafeString:
    return tag(one.name, dot=f"t{one.tint}" if one.tint else "")


def user_tags(many: Sequence[Coloured]) -> SafeString:
    """The first tag with its colour, and +N for the rest, which the tooltip names."""
    if not many:
        return SafeString("")
    rest = [one.name for one in many[1:]]
    more = f'<span class="t3 fs12" title="{escape(" · ".join(rest))}">+{len(rest)}</span>' if rest else ""
    return SafeString(f"{user_tag(many[0])}{more}")


def money(amount: Decimal | None, currency: str = "CNY") -> SafeString:
    return EMPTY if amount is None else SafeString(escape(formats.money(amount, currency)))


def money_short(amount: Decimal | None, currency: str = "CNY") -> SafeString:
    """The short amount; the exact one in the tooltip."""
    if amount is None:
        return EMPTY
    exact, short = (
        formats.money(amount, currency),
        formats.money_short(amount, currency),
    )
    return SafeString(f'<span title="{escape(exact)}">{escape(short)}</span>')


def moment(at: date | datetime, text: str, kind: str = "") -> SafeString:
    """A <time> that reads `text`; machine and tooltip get the exact one."""
    machine = at.isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat()
    marked = f' class="{kind}"' if kind else ""
    return SafeString(f'<time datetime="{machine}" title="{formats.exact(at)}"{marked}>{escape(text)}</time>')


def ago(at: date | datetime | None, now: datetime | None = None) -> SafeString:
    """How long since."""
    return EMPTY if at is None else moment(at, formats.ago(at, now=now))


def day(at: date | datetime | None, weekday: bool = False) -> SafeString:
    return EMPTY if at is None else moment(at, formats.day(at, weekday=weekday))


def last_follow_up(at: datetime | None, now: datetime | None = None) -> SafeString:
    """How long since, coloured by how long is too long."""
    if at is None:
        never = pgettext("last follow-up", "Never")
        return SafeString(f'<span class="bad">{escape(never)}</span>')
    now = now or timezone.now()
    days = (formats.as_date(now) - formats.as_date(at)).days
    return moment(at, formats.ago(at, now=now), formats.silence(days))


def next_contact(at: date | datetime | None, now: datetime | None = None) -> SafeString:
    """When the next contact is due: today in the accent, overdue in red, nothing planned in grey."""
    if at is None:
        return SafeString(f'<span class="t3">{escape(formats.until(None))}</span>')
    days = (formats.as_date(at) - formats.as_date(now or timezone.now())).days
    kind = "bad" if days < 0 else "acc" if days == 0 else "t2"
    return moment(at, formats.until(at, now=now), kind)


def phone(number: str | None, masked: bool = False) -> SafeString:
    return SafeString(escape(formats.phone_display(number, masked=masked))) if number else EMPTY


def uscc(code: str | None) -> SafeString:
    return SafeString(f'<span class="mono">{escape(formats.uscc_display(code))}</span>') if code else EMPTY


def spark(values: list[float]) -> dict[str, str]:
    """A 76 × 30 line without axes: its points, the area below it, and where it ends (x, y)."""
    low, high = min(values), max(values)
    span, step = (high - low) or 1, 72 / max(len(values) - 1, 1)
    points = [(2 + index * step, 26 - 22 * (value - low) / span) for index, value in enumerate(values)]
    written = [f"{x:.1f},{y:.1f}" for x, y in points]
    area = f"M2,30 L{' L'.join(written)} L{points[-1][0]:.1f},30 Z"
    return {
        "points": " ".join(written),
        "area": area,
        "x": f"{points[-1][0]:.1f}",
        "y": f"{points[-1][1]:.1f}",
    }
