"""Divisions of China by GB/T 2260: province, city, district.

A stored code has six digits: 330000 浙江省, 330200 宁波市, 330203 海曙区. What lies below a region begins with its
prefix (`under_prefix`). Districts of 北京, 天津, 上海, 重庆 and counties that a province governs itself stand directly
below the province; 东莞, 中山, 儋州 and 嘉峪关 have no districts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from keyuan.records.reference import pairs
from keyuan.records.reference.nearest import nearest
from keyuan.records.text import normalise

PROVINCES = {
    "11": _("Beijing"), "12": _("Tianjin"), "13": _("Hebei"), "14": _("Shanxi"), "15": _("Inner Mongolia"),
    "21": _("Liaoning"), "22": _("Jilin"), "23": _("Heilongjiang"), "31": _("Shanghai"), "32": _("Jiangsu"),
    "33": _("Zhejiang"), "34": _("Anhui"), "35": _("Fujian"), "36": _("Jiangxi"), "37": _("Shandong"),
    "41": _("Henan"), "42": _("Hubei"), "43": _("Hunan"), "44": _("Guangdong"), "45": _("Guangxi"),
    "46": _("Hainan"), "50": _("Chongqing"), "51": _("Sichuan"), "52": _("Guizhou"), "53": _("Yunnan"),
    "54": _("Tibet"), "61": _("Shaanxi"), "62": _("Gansu"), "63": _("Qinghai"), "64": _("Ningxia"),
    "65": _("Xinjiang"), "71": _("Taiwan"), "81": _("Hong Kong"), "82": _("Macao"),
}  # fmt: skip
"""English names of the provinces; cities and districts have only their Chinese names."""

NO_CITIES = {"11", "12", "31", "50"}
ALIASES = {"内蒙": "150000", "香港特区": "810000", "澳门特区": "820000"}

_PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族"
    "|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族"
    "|锡伯族?|塔吉克|怒族|独龙族|裕固族|保安族|普米族|各族"
)
_OWN_RULE = re.compile(f"^(.{{2,}}?)(?:{_PEOPLES})*自治[区州县旗]$")
_ENDING = re.compile(r"^(.{2,}?)(?:特别行政区|自治[区州县旗]|省|市|地区|新区|林区|区|县|盟|旗)$")
_BETWEEN = re.compile(r"[\s/\\,，、>＞|·\-–—]+")

_GROUPS = re.compile("市辖区|(?<=省)省直辖县级行政区划|直辖县级行政区划")
"""Names under which statistics group districts; they are no places."""


@dataclass(frozen=True)
class Region:
    """One division.

    Attributes:
        code: six digits.
        name: as in the standard, `宁波市`.
        parent: the code of the region above it, empty for a province.
    """

    code: str
    name: str
    parent: str

    @cached_property
    def short_name(self) -> str:
        """The name without what kind of division it is: 宁波, 内蒙古, 黔东南; 单县 stays 单县."""
        match = _OWN_RULE.match(self.name) or _ENDING.match(self.name)
        return match[1] if match else self.name

    @property
    def is_province(self) -> bool:
        return not self.parent


@cache
def _all() -> dict[str, Region]:
    names = dict(pairs("divisions.txt"))
    return {code: Region(code, name, _parent(code, names)) for code, name in names.items()}


def _parent(code: str, names: dict[str, str]) -> str:
    if code.endswith("0000"):
        return ""
    city, province = code[:4] + "00", code[:2] + "0000"
    return city if city != code and city in names else province


@cache
def _children() -> dict[str, tuple[Region, ...]]:
    below: dict[str, list[Region]] = {}
    for region in _all().values():
        below.setdefault(region.parent, []).append(region)
    return {code: tuple(found) for code, found in below.items()}


def roots() -> tuple[Region, ...]:
    """The provinces in the order of their codes."""
    return _children()[""]


def regions() -> tuple[Region, ...]:
    """The provinces in the order of their codes."""
    return roots()


def children(code: str) -> tuple[Region, ...]:
    """The regions directly below one; empty for a district and for 东莞."""
    return _children().get(code, ()) if code else roots()


def picked(code: str) -> tuple[Region, ...]:
    """What a picker shows below one region; provinces for ""."""
    return children(code)


def outline() -> list[tuple[str, str, int]]:
    """Provinces and cities as one list: code, label and how deep it stands."""
    found = []
    for province in roots():
        found.append((province.code, label(province.code), 0))
        found += [(city.code, city.name, 1) for city in children(province.code)]
    return found


def get(code: str) -> Region | None:
    return _all().get(code)


def exists(code: str) -> bool:
    """Whether this is a stored code of the list."""
    return code in _all()


def line(code: str) -> list[Region]:
    """The region and those above it, the province first; empty for an unknown code."""
    found: list[Region] = []
    region = get(code)
    while region:
        found.insert(0, region)
        region = get(region.parent)
    return found


def path(code: str) -> list[str]:
    """Full names from the province down: `["浙江省", "宁波市", "海曙区"]`; empty for an unknown code."""
    return [region.name for region in line(code)]


def label(code: str, depth: int = 2) -> str:
    """A short name for lists, in the language of the page: `浙江 宁波`.

    Args:
        depth: how many levels, counted from the province; 3 adds the district.
    """
    return " ".join(_shown(region) for region in line(code)[:depth]) or code


def _shown(region: Region) -> str:
    if region.is_province and not (get_language() or "zh").startswith("zh"):
        return gettext(PROVINCES[region.code[:2]])
    return region.short_name


def under_prefix(code: str) -> str:
    """The prefix of the codes of a region and all below it: 33, 3302, 330203.

    A county that its province governs itself, and a district of 北京, have all six digits.
    """
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def all_under(code: str) -> list[str]:
    """The codes of a region and of everything below it."""
    prefix = under_prefix(code)
    return [found for found in _all() if found.startswith(prefix)]


def find(text: str) -> str | None:
    """The region that a text names.

    Understands codes (`330203`, `3302`, `33`), full and short names, and lines of them with or without marks between:
    `浙江省宁波市海曙区`, `浙江/宁波`, `宁波`. A district in the middle of an address counts; see `split`.

    Returns:
        None where nothing or too much fits: 朝阳区 alone is in 北京 and in 长春.
    """
    plain = _GROUPS.sub("", _BETWEEN.sub("", normalise(text)))
    if plain.isascii():
        return _by_code(plain)
    code, rest = split(plain)
    return code if not rest else None


def _by_code(code: str) -> str | None:
    """The stored code for a shorter or older way to write it: 33, 3302, 110100."""
    if not code.isdecimal() or len(code) not in (2, 4, 6):
        return None
    full = code.ljust(6, "0")
    if exists(full):
        return full
    if full[:2] in NO_CITIES and full.endswith("00"):
        return full[:2] + "0000"
    return full[:4] + "00" if full == "620201" else None


def split(text: str, *, short_districts: bool = True) -> tuple[str | None, str]:
    """The region at the beginning of an address or a company's name, and what follows it.

    Args:
        text: normalised, such as `浙江省宁波市海曙区石碶街道1号`.
        short_districts: whether 海曙 is taken for 海曙区; in names of companies it is rather the name itself.

    Returns:
        (None, text) where it does not begin with a region, or with one that could be several.
    """
    code, place = None, 0
    while True:
        step = _next(text, place, code, short_districts)
        if step is None:
            return code, text[place:]
        code, place = step


def _next(text: str, place: int, above: str | None, short_districts: bool) -> tuple[str, int] | None:
    """The longest name at `place` that is one region below `above`."""
    for length in _lengths().get(text[place : place + 2], ()):
        name = text[place : place + length]
        codes = _by_name().get(name, ())
        if not short_districts:
            codes = tuple(code for code in codes if code.endswith("00") or _all()[code].name == name)
        if above:
            codes = _within(codes, above)
        elif len(codes) > 1:
            codes = _highest(codes)
        if len(codes) == 1:
            return codes[0], place + length
    return None


def _within(codes: tuple[str, ...], above: str) -> tuple[str, ...]:
    """Those below a region; or the region itself, named twice as in 北京北京市."""
    below = tuple(code for code in codes if code != above and code.startswith(under_prefix(above)))
    return below or tuple(code for code in codes if code == above)


def _highest(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Of several regions with one name, those of the highest level: 吉林 is the province, 朝阳 the city."""
    shortest = min(len(under_prefix(code)) for code in codes)
    return tuple(code for code in codes if len(under_prefix(code)) == shortest)


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {name: [code] for name, code in ALIASES.items()}
    for region in _all().values():
        for name in {region.name, region.short_name}:
            names.setdefault(name, []).append(region.code)
    return {name: tuple(codes) for name, codes in names.items()}


@cache
def _lengths() -> dict[str, list[int]]:
    """By two characters: how long the names are that begin with them, the longest first."""
    found: dict[str, set[int]] = {}
    for name in _by_name():
        found.setdefault(name[:2], set()).add(len(name))
    return {beginning: sorted(lengths, reverse=True) for beginning, lengths in found.items()}


def suggest(text: str) -> str | None:
    """The label of a province or city whose name is nearest to a text that `find` does not know."""
    names = {region.short_name: code for code, region in _all().items() if code.endswith("00")}
    found = nearest(text, names)
    return label(names[found]) if found else None
