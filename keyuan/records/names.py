"""Names of companies: when two are the same, how alike they are, and why, in words.

A legal name is kept exactly as written; what is here is for comparing only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from keyuan.records.cleaners.phone import display, key, masked
from keyuan.records.cleaners.uscc import display_uscc
from keyuan.records.reference import regions
from keyuan.records.reference.company_words import BRANDS, SUFFIXES, TRADES
from keyuan.records.text import highlight, normalise, pinyin_forms

PINYIN_NEAR, WRITING_NEAR = 0.85, 0.6

_NOT_NAME = re.compile(r"[\W_]+")
_LATIN_SUFFIX = re.compile(r"\s+(?:" + "|".join(s for s in SUFFIXES if s.isascii()) + r")$")
_CHINESE_SUFFIXES = tuple(s for s in SUFFIXES if not s.isascii())
_BY_LAST = {last: [s for s in _CHINESE_SUFFIXES if s[-1] == last] for last in {s[-1] for s in _CHINESE_SUFFIXES}}
_MARKS = re.compile(r"[^\w\s]+")
_MARKET_PREFIX = re.compile(r"^(?:s?\*?st|xd|xr|dr|n)(?=[\u3400-\u9fff])")
_MARKET_ENDING = re.compile(r"(?<=[\u3400-\u9fff])(?:[ab]股?|-(?:s?w|uw?|b|d|v)|退)$")


@dataclass(frozen=True)
class Party:
    """What is compared of a record.

    Attributes:
        name: the legal name as written.
        other_names: short and former names.
        phones: stored forms.
        uscc, domain, region: stored forms, empty where unknown.
    """

    name: str
    other_names: Sequence[str] = ()
    phones: Sequence[str] = ()
    uscc: str = ""
    domain: str = ""
    region: str = ""


@dataclass(frozen=True)
class Reason:
    """Why two records may or may not be the same.

    Attributes:
        kind: name, suffix, place, near, pinyin, other-name, phone, uscc, domain or region.
        text: a sentence for the panel of duplicates, translated.
        equal: False for what speaks against it.
    """

    kind: str
    text: str
    equal: bool = True


def company_key(name: str) -> str:
    """The name without blanks, punctuation and brackets of any width: equal keys are equal names."""
    return _key(normalise(name))


def _key(plain: str) -> str:
    return plain if plain.isalnum() else _NOT_NAME.sub("", plain) or plain


def company_core(name: str) -> str:
    """What distinguishes a company: its name without the place before it and the legal form after it.

    `浙江省宁波市海曙精密机械有限公司` gives `海曙精密机械`. Provinces and cities are taken off in any form,
    districts only when written in full (海曙区): short ones are often the name itself. Never empty.
    """
    return _split(name).core


def short_name_key(name: str) -> str:
    """The key of a short name without the marks of a stock exchange: `*ST国华` is 国华, `万  科Ａ` is 万科."""
    plain = normalise(name).replace(" ", "")
    bare = _MARKET_ENDING.sub("", _MARKET_PREFIX.sub("", plain))
    return company_key(bare) or company_key(name)


@dataclass(frozen=True)
class _Parts:
    key: str
    place: str
    core: str
    suffix: str
    region: str | None

    @property
    def placed(self) -> str:
        return self.place + self.core


@lru_cache(maxsize=4096)
def _split(name: str) -> _Parts:
    full = company_key(name)
    body = _without_suffix(name)
    region, rest = _without_place(body)
    return _Parts(full, body[: len(body) - len(rest)], rest, full[len(body) :], region)


def _without_suffix(name: str) -> str:
    """The key of a name without its legal endings, at least two characters of it."""
    plain = normalise(name)
    if not plain.isalnum():
        plain = _MARKS.sub(" ", plain).strip()
        while match := _LATIN_SUFFIX.search(plain):
            plain = plain[: match.start()].rstrip()
    bare = _key(plain) or company_key(name)
    while ending := _chinese_suffix(bare):
        bare = bare.removesuffix(ending)
    return bare


def _chinese_suffix(bare: str) -> str | None:
    """The first legal ending that leaves two characters."""
    for suffix in _BY_LAST.get(bare[-1:], ()):
        if bare.endswith(suffix) and len(bare) - len(suffix) >= 2:
            return suffix
    return None


def _without_place(bare: str) -> tuple[str | None, str]:
    """The province or city, or the district in full, that a name begins with, and the rest."""
    if bare.startswith(BRANDS):
        return None, bare
    code, rest = regions.split(bare, short_districts=False)
    return (None, bare) if len(rest) < 2 or rest in TRADES else (code, rest)


def similarity(a: str, b: str) -> float:
    """How alike two company names are, 0 to 1, by what distinguishes them, in writing and in sound.

    1 is the same name; 0.96 differs only in the legal form; 0.94 also in a place that one of them leaves out.
    Companies of the same name in two different places are not alike enough to be one.
    """
    one, two = _split(a), _split(b)
    if one.key == two.key:
        return 1.0
    if one.placed == two.placed:
        return 0.96
    if one.core == two.core:
        return 0.94 if _may_be_one_place(one, two) else 0.6
    alike = max(_written(one.core, two.core) ** 2, 0.9 * _sounded(one.core, two.core) ** 2)
    return round(alike if _may_be_one_place(one, two) else 0.8 * alike, 4)


def _may_be_one_place(one: _Parts, two: _Parts) -> bool:
    if not one.region or not two.region:
        return True
    prefixes = sorted((regions.under_prefix(one.region), regions.under_prefix(two.region)), key=len)
    return prefixes[1].startswith(prefixes[0])


def _written(a: str, b: str) -> float:
    return fuzz.ratio(a, b) / 100


def _sounded(a: str, b: str) -> float:
    return fuzz.ratio(*((pinyin_forms(core)[:1] or [core])[0] for core in (a, b))) / 100


def reasons(a: str | Party, b: str | Party) -> list[Reason]:
    """In words, what of two records is equal and what differs, for the panel of duplicates.

    Args:
        a: what is being entered.
        b: the record found.

    Returns:
        What is equal first. A different 统一社会信用代码 is always named.
    """
    mine, found = (Party(side) if isinstance(side, str) else side for side in (a, b))
    equal = [*_name_reasons(mine, found), *_phone_reasons(mine, found), *_other_reasons(mine, found)]
    return sorted(equal, key=lambda reason: not reason.equal)


def _name_reasons(mine: Party, found: Party) -> Iterator[Reason]:
    one, two = _split(mine.name), _split(found.name)
    if not one.key or not two.key:
        return
    if one.key == two.key:
        yield Reason("name", _("The names are equal"))
    elif one.placed == two.placed:
        text = _("The names are equal without “%(suffix)s”") % {"suffix": max(one.suffix, two.suffix, key=len)}
        yield Reason("suffix", text)
    elif one.core == two.core:
        yield Reason("place", _("The names are equal without place and legal form"))
    elif other := _same_other_name(mine, found):
        yield Reason("other-name", _("Equal to the short or former name “%(name)s”") % {"name": other})
    else:
        yield from _near_reasons(one.core, two.core)


def _same_other_name(mine: Party, found: Party) -> str | None:
    names = {company_core(name) for name in (mine.name, *mine.other_names)}
    return next((name for name in (*found.other_names, found.name) if company_core(name) in names), None)


def _near_reasons(one: str, two: str) -> Iterator[Reason]:
    blocks = SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
    same, length = sum(block.size for block in blocks), max(len(one), len(two))
    if len(one) == len(two) and same / length >= WRITING_NEAR and _sounded(one, two) < 1:
        yield Reason(
            "near",
            _("Without place and legal form, %(same)d of %(length)d characters are equal")
            % {"same": same, "length": length},
        )
    elif _sounded(one, two) >= PINYIN_NEAR:
        yield Reason("pinyin", _("The names sound alike: %(pinyin)s") % {"pinyin": _common_sound(one, two)})
    elif same / length >= WRITING_NEAR:
        yield Reason("near", _("The names share “%(part)s”") % {"part": _longest_common(one, two)})


def _longest_common(one: str, two: str) -> str:
    block = SequenceMatcher(None, one, two, autojunk=False).find_longest_match()
    return one[block.a : block.a + block.size]


def _common_sound(one: str, two: str) -> str:
    """The first syllables that both names have, in pairs as one says them: `haishu jingmi`."""
    sounds = [[(pinyin_forms(character) or [character])[0] for character in core] for core in (one, two)]
    heard = set(sounds[1])
    shared = [sound for sound in sounds[0] if sound in heard][:4]
    return " ".join("".join(shared[place : place + 2]) for place in range(0, len(shared), 2))


def _phone_reasons(mine: Party, found: Party) -> Iterator[Reason]:
    known = {key(phone): phone for phone in found.phones}
    for phone in mine.phones:
        if key(phone) in known:
            yield Reason("phone", _("Same phone %(phone)s") % {"phone": masked(phone)})
        elif shared := _same_switchboard(phone, found.phones):
            yield Reason("phone", _("Same phone but for the extension: %(phone)s") % {"phone": masked(shared)})


def _same_switchboard(phone: str, phones: Sequence[str]) -> str | None:
    bare = key(phone).partition(";")[0]
    return next((bare_phone(other) for other in phones if key(other).partition(";")[0] == bare), None)


def bare_phone(phone: str) -> str:
    """A stored landline without its extension."""
    match = re.match(r"0\d{2,3}-\d{7,8}|[48]00-\d{3}-\d{4}|1\d{10}", phone)
    return match[0] if match else phone


def _other_reasons(mine: Party, found: Party) -> Iterator[Reason]:
    if mine.domain and mine.domain == found.domain:
        yield Reason("domain", _("Same domain %(domain)s") % {"domain": mine.domain})
    district = len(regions.line(mine.region)) > 1
    if district and mine.region == found.region:
        yield Reason("region", _("Both in %(region)s") % {"region": regions.line(mine.region)[-1].name})
    if mine.uscc and mine.uscc == found.uscc:
        yield Reason("uscc", _("Same unified social credit code"))
    elif mine.uscc and found.uscc:
        text = _("Different unified social credit code, they may be two companies: %(code)s")
        yield Reason("uscc", text % {"code": display_uscc(found.uscc)}, equal=False)


def typed_phone_reason(typed: str, phone: str) -> Reason | None:
    """The reason for a number that is still being typed: its digits, area code included, begin a stored number.

    Args:
        typed: as typed so far; fewer than eight digits say nothing.
        phone: the stored number.
    """
    digits, full = (re.sub(r"\D", "", normalise(text)) for text in (typed, bare_phone(phone)))
    if len(digits) < 8 or digits == full or not full.startswith(digits):
        return None
    text = _("The first %(count)d digits of the phone are equal: %(typed)s")
    return Reason("phone", text % {"count": len(digits), "typed": _typed_so_far(digits, phone)})


def _typed_so_far(digits: str, phone: str) -> str:
    """As many digits of a number as were typed, in its groups."""
    shown, count = "", 0
    for mark in display(bare_phone(phone)):
        if count == len(digits):
            break
        shown += mark
        count += mark.isdecimal()
    return shown


def marked(name: str, other: str) -> list[tuple[str, bool]]:
    """A found name in pieces, the part that it has in common with what was typed marked."""
    part = _longest_common(company_core(other), company_core(name))
    return highlight(name, part) if len(part) > 1 else [(name, False)]
