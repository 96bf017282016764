"""Rules by which plans repeat, beside what python-dateutil makes of the same text on the wall clock."""

import os
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from django.utils import translation

from keyuan.activities.pairing import pair
from keyuan.activities.repeat_rules import Rule, RuleRefused, Slots, in_words, moment_of, moved, parse, wall

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Apia")]
RULES = int(os.environ.get("KEYUAN_RANDOM_RULES", "300"))
"""The whole proof: KEYUAN_RANDOM_RULES=10000."""
SHANGHAI = ZONES[0]


def at(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def slots(rule, start, zone=SHANGHAI):
    return Slots(parse(rule), datetime.fromisoformat(start), zone)


def days(found):
    return [f"{wall(one, found.zone):%m-%d %H:%M}" for one in found.moments()]


def random_rule(chance):
    freq = chance.choice(["DAILY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={freq}"]
    if chance.random() < 0.5:
        parts.append(f"INTERVAL={chance.randint(2, 7)}")
    weekdays = chance.sample(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], chance.randint(1, 5))
    if freq == "MONTHLY":
        kind = chance.choice(["days", "nth", "plain", "both"])
        if kind in ("days", "both"):
            numbers = chance.sample([-1, 1, 15, 28, 29, 30, 31], chance.randint(1, 3))
            parts.append("BYMONTHDAY=" + ",".join(map(str, numbers)))
        if kind in ("nth", "both"):
            which = ["", 1, 2, 4, 5, -1, -2] if kind == "nth" else [""]  # a fifth Friday never is the first of a month
            parts.append("BYDAY=" + ",".join(f"{chance.choice(which)}{day}" for day in weekdays[:2]))
    elif (freq == "WEEKLY" and chance.random() < 0.8) or (freq == "DAILY" and chance.random() < 0.3):
        parts.append("BYDAY=" + ",".join(weekdays))
    return freq, parts


def random_start(chance):
    """Often at an edge: the end of a month, a leap day, the hours at which clocks jump, the day that Apia left out."""
    edges = [
        datetime(2024, 2, 29, 9), datetime(2023, 12, 31, 23, 45), datetime(2026, 1, 31, 8), datetime(2026, 3, 1, 2, 30),
        datetime(2026, 10, 20, 1, 30), datetime(2026, 10, 20, 2, 30), datetime(2011, 12, 20, 10), datetime(2028, 1, 30),
    ]  # fmt: skip
    if chance.random() < 0.6:
        return chance.choice(edges) + timedelta(days=chance.randint(0, 12))
    return datetime(2020, 1, 1) + timedelta(days=chance.randint(0, 4000), minutes=15 * chance.randint(0, 95))


def random_series(chance):
    freq, parts = random_rule(chance)
    zone, start = chance.choice(ZONES), random_start(chance)
    span = timedelta(days={"DAILY": 400, "WEEKLY": 700, "MONTHLY": 2200, "YEARLY": 8000}[freq])
    ending = chance.choice(["count", "until", "never"])
    if ending == "count":
        parts.append(f"COUNT={chance.randint(1, 60)}")
    if ending == "until":
        last = (start + span * chance.random()).replace(hour=23, minute=59, second=59, microsecond=0)
        until = moment_of(last, zone)
        parts.append(f"UNTIL={until:%Y%m%dT%H%M%SZ}")
    return ";".join(parts), start, zone, start + span


def naively(text, start, zone, last):
    """What python-dateutil makes of the text on the wall, as moments, each once."""
    parts = dict(part.split("=") for part in text.split(";"))
    if "UNTIL" in parts:
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        parts["UNTIL"] = f"{wall(until, zone):%Y%m%dT%H%M%S}"
    found = rrule.rrulestr(";".join(f"{key}={value}" for key, value in parts.items()), dtstart=start)
    return sorted({moment_of(slot, zone) for slot in found.between(start - timedelta(days=1), last, inc=True)})


def test_random_rules_agree_with_dateutil_on_the_wall_clock():
    chance = random.Random(20260318)
    seen = 0
    for number in range(RULES):
        text, start, zone, last = random_series(chance)
        expected = naively(text, start, zone, last)
        series = Slots(parse(text), start, zone)
        end = moment_of(last, zone)
        assert series.moments(until=end) == expected, (number, text, start, zone)
        assert str(parse(str(parse(text)))) == str(parse(text))
        again = Slots.read(str(series.rule), series.written_start, zone.key)
        assert again.moments(until=end) == expected
        if len(expected) > 1:
            seen += 1
            middle = chance.choice(expected)
            made = [one for one in expected if one <= middle]
            assert made + series.moments(after=middle, until=end) == expected, (number, text)  # made in two steps
            cut = chance.choice(expected[1:])
            before, after = series.cut_before(cut).moments(until=end), series.rest_from(cut).moments(until=end)
            assert before + after == expected, (number, text, start, zone, cut)  # no slot lost, none twice
    assert seen > RULES / 3


def test_when_all_or_the_later_ones_move_by_hours_every_slot_moves_and_none_is_lost():
    chance = random.Random(7)
    for number in range(RULES):
        text, start, zone, last = random_series(chance)
        series = Slots(parse(text), start.replace(hour=9, minute=0), zone)
        pairs = [slot for slot, _moment in series.pairs() if slot <= last][:60] if "COUNT" in text else None
        if not pairs:
            continue
        cut = chance.choice(pairs)
        rest = series.rest_from(moment_of(cut, zone))
        later = moved(rest, cut, cut + timedelta(hours=5), cut)
        expected = [slot + timedelta(hours=5) for slot in pairs if slot >= cut]
        assert [slot for slot, _moment in later.pairs()][: len(expected)] == expected, (number, text)
        plans = dict(enumerate(slot for slot in pairs if slot >= cut))
        assert pair(plans, expected, timedelta(hours=5)) == dict(enumerate(expected))


@pytest.mark.parametrize(
    ("rule", "start", "first"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31T09:00", ["01-31", "03-31", "05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2024-01-31T09:00", ["01-31", "02-29", "03-31"]),
        ("FREQ=MONTHLY;BYDAY=2TU", "2026-03-10T09:00", ["03-10", "04-14", "05-12"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-03-01T09:00", ["03-27", "04-24", "05-29"]),
        ("FREQ=YEARLY", "2024-02-29T09:00", ["02-29", "02-29", "02-29"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "2026-03-17T09:00", ["03-18", "03-20", "03-23"]),
    ],
)
def test_ends_of_months_and_leap_years(rule, start, first):
    found = slots(f"{rule};COUNT=3", start)
    assert [day[:5] for day in days(found)] == first


def test_a_plan_at_nine_stays_at_nine_when_clocks_are_changed():
    found = slots("FREQ=WEEKLY;COUNT=3", "2026-03-01T09:00", ZONES[1])
    assert days(found) == ["03-01 09:00", "03-08 09:00", "03-15 09:00"]
    assert [one.hour for one in found.moments()] == [14, 13, 13]


def test_a_time_that_clocks_leave_out_is_read_as_before_the_change_and_later_ones_are_not_moved_by_it():
    found = slots("FREQ=DAILY;COUNT=3", "2026-03-07T02:30", ZONES[1])
    assert days(found) == ["03-07 02:30", "03-08 03:30", "03-09 02:30"]
    rest = found.rest_from(found.moments()[1])
    assert days(rest) == ["03-08 03:30", "03-09 02:30"]


def test_a_day_that_a_zone_left_out_is_one_plan_with_the_next():
    found = slots("FREQ=DAILY;COUNT=4", "2011-12-28T10:00", ZONES[3])
    assert days(found) == ["12-28 10:00", "12-29 10:00", "12-31 10:00"]


def test_of_a_rule_with_several_days_the_moved_one_is_replaced():
    found = slots("FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=4", "2026-03-16T09:00")
    wednesday, thursday = datetime(2026, 3, 18, 9), datetime(2026, 3, 19, 10, 30)
    later = moved(found, wednesday, thursday, found.start)
    assert days(later) == ["03-16 10:30", "03-19 10:30", "03-20 10:30", "03-23 10:30"]


@pytest.mark.parametrize(
    ("rule", "old", "new", "told"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=15", "2026-03-15T09:00", "2026-03-16T09:00", "BYMONTHDAY=16"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-03-31T09:00", "2026-03-30T09:00", "BYMONTHDAY=30"),
        ("FREQ=MONTHLY;BYDAY=2TU", "2026-03-10T09:00", "2026-03-18T09:00", "BYDAY=3WE"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-03-27T09:00", "2026-03-26T09:00", "BYDAY=-1TH"),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-03-16T09:00", "2026-03-17T09:00", "BYDAY=TU"),
    ],
)
def test_a_rule_with_one_day_moves_as_a_whole(rule, old, new, told):
    found = slots(rule, old)
    later = moved(found, *map(datetime.fromisoformat, (old, new, old)))
    assert told in str(later.rule)
    assert next(later.walls()) == datetime.fromisoformat(new)


@pytest.mark.parametrize(
    "text",
    [
        "", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=2;UNTIL=20260101T000000Z",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;COUNT=9999",
        "FREQ=YEARLY;BYDAY=MO",
    ],
)  # fmt: skip
def test_what_is_not_of_the_subset_is_refused(text):
    with pytest.raises(RuleRefused):
        parse(text)


@pytest.mark.parametrize(
    ("rule", "chinese", "english"),
    [
        ("FREQ=DAILY", "每天", "Every day"),
        ("FREQ=DAILY;INTERVAL=3", "每 3 天", "Every 3 days"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "每个工作日（周一至周五）", "Every weekday, Monday to Friday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10", "每周一、周三，共 10 次", "Every week on Mon, Wed, 10 times"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "每月 15 日", "Every month on day 15"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=2", "每 2 个月的最后一天", "Every 2 months on the last day"),
        ("FREQ=MONTHLY;BYDAY=2TU", "每月第 2 个周二", "Every month on the second Tue"),
        ("FREQ=YEARLY;UNTIL=20301231T155959Z", "每年 3月18日，到 2030-12-31", "Every year on Mar 18, until 2030-12-31"),
    ],
)  # fmt: skip
def test_rules_in_words(rule, chinese, english):
    found = slots(rule, "2026-03-18T09:00")
    assert in_words(found) == english
    with translation.override("zh-hans"):
        assert in_words(found) == chinese


def test_monday_to_friday_is_known_as_every_working_day():
    assert Rule("WEEKLY", days=tuple((0, day) for day in range(5))).is_working_days
    assert not Rule("WEEKLY", interval=2, days=tuple((0, day) for day in range(5))).is_working_days
