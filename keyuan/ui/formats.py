"""How amounts, dates, phones and counts are written, in both languages.

Every function takes a value and gives plain text in the active language; nothing here reads the database or the
request. `None` becomes an em dash, the sign for "nothing here".
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

NOTHING = "—"
MINUS = "−"
SYMBOLS = {
    "CNY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "TWD": "NT$",
    "JPY": "JP¥",
}
WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
SHORT_UNITS = {  # from which size on, counted in what, called what, how exact
    "zh": ((10**4, 10**4, "万", "0.1"), (10**8, 10**8, "亿", "0.01")),
    "en": ((10**4, 10**3, "K", "0.1"), (10**6, 10**6, "M", "0.1"), (10**9, 10**9, "B", "0.01")),
}
CENT, ONE = Decimal("0.01"), Decimal(1)
AREA = r"0(?:10|2\d|[3-9]\d\d)"
PHONE = re.compile(rf"(?P<mobile>1\d{{10}})|(?P<service>[48]00\d{{7}})|(?P<area>{AREA})(?P<local>\d{{7,8}})")
EXTENSION = re.compile(r"^(.{6,}?)\s*(?:-|转|ext\.?|x)\s*(\d{1,6})$", re.IGNORECASE)
RELATIVE_DAYS = 30


def language() -> str:
    """`zh` or `en`, the two ways of writing."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


# Amounts and numbers


def money(amount: Decimal | float | None, currency: str = "CNY") -> str:
    """The exact amount: ¥1,234.56, −¥3,120.00."""
    if amount is None:
        return NOTHING
    exact = Decimal(amount).quantize(CENT, ROUND_HALF_UP)
    return f"{MINUS if exact < 0 else ''}{symbol(currency)}{abs(exact):,.2f}"


def money_short(amount: Decimal | float | None, currency: str = "CNY") -> str:
    """The amount for lists and figures: ¥8,400, ¥86.0万, ¥1.28亿; in English ¥860.0K, ¥12.8M."""
    if amount is None:
        return NOTHING
    figure, unit = shortened(abs(Decimal(amount)))
    return f"{MINUS if amount < 0 else ''}{symbol(currency)}{figure}{unit}"


def shortened(size: Decimal) -> tuple[str, str]:
    """A size as figure and unit. Rounding may lift it into the next unit: 9,999.6 → 1.0万."""
    figure, counted_in, name = size.quantize(ONE, ROUND_HALF_UP), 1, ""
    for start, scale, unit, step in SHORT_UNITS[language()]:
        if figure * counted_in < start:
            break
        figure, counted_in, name = (size / scale).quantize(Decimal(step), ROUND_HALF_UP), scale, unit
    return f"{figure:,}", name


def symbol(currency: str) -> str:
    return SYMBOLS.get(currency) or f"{currency} "


class AtLeast(int):
    """A number that is so high or higher: counting to the end would cost too much."""


def count(number: int | None) -> str:
    """1,284; 10,000+ for `AtLeast`."""
    return NOTHING if number is None else f"{int(number):,}{'+' if isinstance(number, AtLeast) else ''}"


def percent(value: Decimal | float | None) -> str:
    """34.2% from 34.2."""
    return NOTHING if value is None else f"{signed(value, plus=False)}%"


def change(value: Decimal | float | None) -> str:
    """+12.6%, −8.3%."""
    return NOTHING if value is None else f"{signed(value)}%"


def points(value: Decimal | float | None) -> str:
    """A difference of percentages: +1.8 点, +1.8 pts."""
    return NOTHING if value is None else _("%(points)s pts") % {"points": signed(value)}


def signed(value: Decimal | float, *, plus: bool = True) -> str:
    rounded = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else "+" if plus and rounded > 0 else ""
    return f"{sign}{abs(rounded):,}"


def discount(rate: Decimal | float | None) -> str:
    """What is paid of the full price: 0.9 → 9 折, 10% off."""
    if rate is None:
        return NOTHING
    paid = Decimal(str(rate))
    if language() == "zh":
        return f"{plain(paid * 10)} 折"
    return f"{plain((1 - paid) * 100)}% off"


def plain(number: Decimal) -> str:
    """Without trailing zeros and never with an exponent."""
    return f"{number.normalize():f}"


def file_size(size: int | None) -> str:
    """2.4 MB, 86 KB, 12 B."""
    if size is None:
        return NOTHING
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:,.0f} KB" if size < 999_500 else f"{size / 1_000_000:,.1f} MB"


# Days and times


def local(at: datetime) -> datetime:
    """The moment on the organisation's clock."""
    # One zone for everybody: asking which one is active would cost an eighth of a list page.
    return at.astimezone(timezone.get_default_timezone()) if timezone.is_aware(at) else at


def as_date(at: date | datetime) -> date:
    return local(at).date() if isinstance(at, datetime) else at


def clock(at: datetime | time | None) -> str:
    """14:00."""
    if at is None:
        return NOTHING
    at = local(at) if isinstance(at, datetime) else at
    return f"{at.hour:02}:{at.minute:02}"


def clock_range(start: datetime | time, end: datetime | time) -> str:
    """14:10–15:40."""
    return f"{clock(start)}–{clock(end)}"


def day(at: date | datetime | None, *, today: date | None = None, weekday: bool = True) -> str:
    """3月18日 周三 and Mar 18, Wed within this year; 2025-06-12 and Jun 12, 2025 otherwise."""
    if at is None:
        return NOTHING
    then, today = as_date(at), today or timezone.localdate()
    if language() == "zh":
        if then.year != today.year:
            return then.isoformat()
        return f"{then.month}月{then.day}日" + (f" {WEEKDAYS['zh'][then.weekday()]}" if weekday else "")
    written = f"{MONTHS[then.month - 1]} {then.day}"
    if then.year != today.year:
        return f"{written}, {then.year}"
    return written + (f", {WEEKDAYS['en'][then.weekday()]}" if weekday else "")


def moment(at: datetime | None, *, today: date | None = None) -> str:
    """Day and time: 3月12日 16:20."""
    return NOTHING if at is None else f"{day(at, today=today, weekday=False)} {clock(at)}"


def exact(at: date | datetime) -> str:
    """What a tooltip says: 2026-03-18 09:12."""
    return f"{local(at):%Y-%m-%d %H:%M}" if isinstance(at, datetime) else at.isoformat()


def ago(at: date | datetime | None, *, now: datetime | None = None) -> str:
    """刚刚, 8 分钟前, 今天 09:12, 昨天, 2 天前; after 30 days the date."""
    if at is None:
        return NOTHING
    now = now or timezone.now()
    if isinstance(at, datetime) and timedelta(0) <= now - at < timedelta(hours=1):
        return minutes_ago(int((now - at).total_seconds() // 60))
    today = as_date(now)
    return days_ago(at, (today - as_date(at)).days, today)


def minutes_ago(minutes: int) -> str:
    return _("%(count)s min ago") % {"count": minutes} if minutes else _("Just now")


def days_ago(at: date | datetime, days: int, today: date) -> str:
    if days == 0:
        return today_at(at)
    if days == 1:
        return _("Yesterday")
    if 1 < days <= RELATIVE_DAYS:
        return _("%(count)s days ago") % {"count": days}
    return day(at, today=today, weekday=False)


def today_at(at: date | datetime) -> str:
    return _("Today %(time)s") % {"time": clock(at)} if isinstance(at, datetime) else _("Today")


def until(at: date | datetime | None, *, now: datetime | None = None) -> str:
    """When something is due: 今天 14:00, 明天 10:00, 周五 10:00, 3月25日, 逾期 3 天."""
    if at is None:
        return pgettext("next contact", "Not set")
    today = as_date(now or timezone.now())
    days = (as_date(at) - today).days
    if days < 0:
        return ngettext("%(count)s day late", "%(count)s days late", -days) % {"count": -days}
    if days == 0:
        return today_at(at)
    return coming(at, days, today)


def coming(at: date | datetime, days: int, today: date) -> str:
    time_of_day = clock(at) if isinstance(at, datetime) else ""
    if days == 1:
        return _("Tomorrow %(time)s") % {"time": time_of_day} if time_of_day else _("Tomorrow")
    if time_of_day and days < 7:
        return f"{WEEKDAYS[language()][as_date(at).weekday()]} {time_of_day}"
    return day(at, today=today, weekday=False)


def silence(days: int | None) -> str:
    """The class that colours a last follow-up: up to 10 days quiet, to 20 a warning, then bad, and never is bad."""
    if days is None or days > 20:
        return "bad"
    return "warn" if days > 10 else "t2"


# Phones and codes


def phone_display(number: str | None, *, masked: bool = False) -> str:
    """138 0013 8000, 0574-8735 2210; masked 138 **** 8000. A number of another shape stays as it was written."""
    if not number:
        return NOTHING
    main, extension = apart(number)
    digits = re.sub(r"[\s\-()（）]", "", main)
    digits = re.sub(r"^(?:\+|00)?86(?=1\d{10}$|0\d{9,11}$)|^\+86", "", digits)
    if re.match(r"^[1-9]\d{9,10}$", digits) and number.lstrip().startswith("+86") and digits[0] != "1":
        digits = f"0{digits}"
    parts = PHONE.fullmatch(digits)
    if parts is None:
        return hidden(number.strip()) if masked else number.strip()
    return grouped(parts, masked) + (_(" ext. %(number)s") % {"number": extension} if extension else "")


def apart(number: str) -> tuple[str, str]:
    """Main number and extension, where there is one: 0574-8735 2210-801, 转 801."""
    found = EXTENSION.match(number.strip())
    if found and len(re.sub(r"\D", "", found[1])) >= 10:
        return found[1], found[2]
    return number, ""


def grouped(parts: re.Match[str], masked: bool) -> str:
    if mobile := parts["mobile"]:
        return f"{mobile[:3]} {'****' if masked else mobile[3:7]} {mobile[7:]}"
    if service := parts["service"]:
        return f"{service[:3]} {service[3:6]} {service[6:]}"
    head, tail = parts["local"][:-4], parts["local"][-4:]
    if masked:
        head, tail = head[:2] + "*" * (len(head) - 2), f"**{tail[2:]}"
    return f"{parts['area']}-{head} {tail}"


def hidden(text: str) -> str:
    """A number of unknown shape with its middle covered."""
    return f"{text[:3]}****{text[-2:]}" if len(text) > 6 else "****"


def uscc_display(code: str | None) -> str:
    """统一社会信用代码 in two groups, 8 + 10 (GB 32100)."""
    if not code:
        return NOTHING
    return f"{code[:8]} {code[8:]}" if len(code) == 18 else code
