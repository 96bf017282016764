"""Industries by GB/T 4754—2017: section, division, group, class.

A stored code is the letter of the section and the digits below it: C, C36, C361, C3611. What lies below an industry
begins with its code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from keyuan.records.reference import pairs
from keyuan.records.reference.nearest import nearest
from keyuan.records.text import normalise

SECTIONS = {
    "A": _("Agriculture, forestry, animal husbandry and fishery"),
    "B": _("Mining"),
    "C": _("Manufacturing"),
    "D": _("Production and supply of electricity, heat, gas and water"),
    "E": _("Construction"),
    "F": _("Wholesale and retail trade"),
    "G": _("Transport, storage and post"),
    "H": _("Hotels and catering"),
    "I": _("Information transmission, software and information technology"),
    "J": _("Financial intermediation"),
    "K": _("Real estate"),
    "L": _("Leasing and business services"),
    "M": _("Scientific research and technical services"),
    "N": _("Management of water conservancy, environment and public facilities"),
    "O": _("Household services, repair and other services"),
    "P": _("Education"),
    "Q": _("Health and social service"),
    "R": _("Culture, sports and entertainment"),
    "S": _("Public management, social security and social organizations"),
    "T": _("International organizations"),
}
"""English names of the sections; the levels below have only their Chinese names."""

REPORTED = {
    "农林牧渔": "A", "水电煤气": "D", "批发零售": "F", "运输仓储": "G", "住宿餐饮": "H", "信息技术": "I",
    "商务服务": "L", "科研服务": "M", "公共环保": "N", "居民服务": "O", "卫生": "Q", "文化传播": "R",
}  # fmt: skip
"""Short words for whole sections that the stock exchanges report. Their 综合 (conglomerate) has no section."""

USUAL = {
    "互联网": "I64", "软件": "I65", "it": "I65", "电信": "I63", "电子": "C39", "通信": "C392", "半导体": "C397",
    "芯片": "C3973", "医药": "C27", "制药": "C27", "医疗器械": "C358", "化工": "C26", "服装": "C18", "食品": "C14",
    "家具": "C21", "物流": "G59", "快递": "G602", "餐饮": "H62", "酒店": "H61", "银行": "J66", "证券": "J67",
    "保险": "J68", "地产": "K70", "建筑": "E47", "装修": "E50", "培训": "P83", "医疗": "Q84", "零售": "F52",
    "批发": "F51", "贸易": "F51", "电商": "F5292", "电力": "D44", "钢铁": "C31", "纺织": "C17", "纺机": "C3551",
    "纺织机械": "C3551", "造纸": "C22", "印刷": "C23", "环保": "N77", "广告": "L725", "咨询": "L724", "律所": "L723",
    "人力资源": "L726", "汽车": "C36", "汽车零部件": "C367", "仪器仪表": "C40", "机械": "C34", "工程机械": "C3514",
    "机器人": "C3491", "光伏": "C3825", "锂电": "C3841", "模具": "C3525", "五金": "C33", "塑料": "C29", "橡胶": "C29",
    "农业": "A01", "旅游": "L7291", "传媒": "R86", "游戏": "I6422", "新能源汽车": "C3612",
}  # fmt: skip
"""What people write, and what they mean by it: a hint, never taken without asking."""

_MARKS = re.compile(r"[\s、，,（）()和及与·/]+")
_ENDINGS = ("制造业", "加工业", "服务业", "生产业", "制造", "加工", "服务", "业")
_OWN = re.compile(r"[a-z][0-9a-z]$")
_CODE = re.compile(r"([a-t])?(\d{2,4})?")
_CODE_AND_NAME = re.compile(r"([a-t]\d{0,4}|\d{2,4})[\s.、:-]*([^\x00-\x7f].*)")
_PREFERRED = {2: 0, 1: 1, 3: 2, 4: 3}


@dataclass(frozen=True)
class Industry:
    """One industry; `code` is C, C36, C361 or C3611, or for one added here that of its parent and two signs."""

    code: str
    name: str

    @property
    def is_own(self) -> bool:
        """Whether it was added here; an own code ends with a small letter and a letter or digit, such as C36k7."""
        return bool(_OWN.search(self.code))

    @property
    def level(self) -> int:
        """1 section, 2 division, 3 group, 4 class."""
        if self.is_own:
            return Industry(self.parent, "").level + 1
        return max(1, len(self.code) - 1)

    @property
    def parent(self) -> str:
        if self.is_own:
            return self.code[:-2]
        return {1: "", 2: self.code[:1]}.get(self.level, self.code[:-1])


@cache
def _all() -> dict[str, Industry]:
    return {code: Industry(code, name) for code, name in pairs("industries.txt")}


@cache
def _children() -> dict[str, tuple[Industry, ...]]:
    below: dict[str, list[Industry]] = {}
    for industry in _all().values():
        below.setdefault(industry.parent, []).append(industry)
    return {code: tuple(found) for code, found in below.items()}


def roots() -> tuple[Industry, ...]:
    """The twenty sections."""
    return _children()[""]


def children(code: str) -> tuple[Industry, ...]:
    """The industries directly below one; those of "" are the sections."""
    return _children().get(code, ())


def get(code: str) -> Industry | None:
    return _all().get(code)


def exists(code: str) -> bool:
    """Whether this is a stored code of the list."""
    return code in _all()


def line(code: str) -> list[Industry]:
    """The industry and those above it, the section first; empty for an unknown code."""
    found: list[Industry] = []
    industry = get(code)
    while industry:
        found.insert(0, industry)
        industry = get(industry.parent)
    return found


def path(code: str) -> list[str]:
    """Names from the section down: `["制造业", "汽车制造业"]`; empty for an unknown code."""
    return [industry.name for industry in line(code)]


def label(code: str) -> str:
    """The name of an industry; a section in the language of the page."""
    industry = get(code)
    if industry is None:
        return code
    if industry.level == 1 and not (get_language() or "zh").startswith("zh"):
        return gettext(SECTIONS[code])
    return industry.name


def under_prefix(code: str) -> str:
    """The prefix of the codes of an industry and all below it: the code itself."""
    return code


def all_under(code: str) -> list[str]:
    """The codes of an industry and of everything below it."""
    return [found for found in _all() if found.startswith(code)]


def find(text: str) -> str | None:
    """The industry that a text names.

    Understands codes (`C36`, `36`, `c3611`), full names, names without their ending (汽车制造, 通用设备), the English
    names of sections, and a code with a name (`C36 汽车制造业`, and the words of the exchanges such as `F 批发零售`).
    Of several industries with one name the division is meant, then the section, then the group.
    """
    plain = normalise(text)
    code = _by_code(plain)
    if code:
        return code
    both = _CODE_AND_NAME.fullmatch(plain)
    if both and (code := _by_code(both[1])):
        return code if _fits(code, both[2]) else None
    return _by_name().get(bare(plain)) or REPORTED.get(plain)


def _by_code(plain: str) -> str | None:
    match = _CODE.fullmatch(plain)
    if not match or not plain:
        return None
    letter, numbers = (match[1] or "").upper(), match[2] or ""
    if letter:
        return letter + numbers if exists(letter + numbers) else None
    return next((section.code + numbers for section in roots() if exists(section.code + numbers)), None)


def _fits(code: str, name: str) -> bool:
    """Whether a name beside a code means that code, and not another list's."""
    wanted = bare(name)
    return REPORTED.get(name.strip()) == code or any(wanted == known for known in _names_of(_all()[code]))


def bare(name: str) -> str:
    """A name without blanks, marks and joining words: what makes two names of industries the same."""
    return _MARKS.sub("", normalise(name))


def _names_of(industry: Industry) -> list[str]:
    """The ways to write one name, the full one first."""
    full = bare(industry.name)
    names = [full]
    for ending in _ENDINGS:
        if full.endswith(ending) and len(full) - len(ending) >= 2:
            names.append(full.removesuffix(ending))
    if industry.level == 1:
        names.append(bare(SECTIONS[industry.code]))
    return names


@cache
def _by_name() -> dict[str, str]:
    full: dict[str, str] = {}
    short: dict[str, str] = {}
    for industry in sorted(_all().values(), key=lambda entry: _PREFERRED[entry.level]):
        first, *others = _names_of(industry)
        full.setdefault(first, industry.code)
        for name in others:
            short.setdefault(name, industry.code)
    return short | full


def suggest(text: str) -> str | None:
    """The label of the industry that a text which `find` does not know probably means, for a hint."""
    usual = find(text) or USUAL.get(bare(text))
    if usual:
        return label(usual)
    names = {entry.name: code for code, entry in _all().items() if entry.level <= 3}
    found = nearest(text, names)
    return label(names[found]) if found else None
