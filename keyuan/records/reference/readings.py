"""How Chinese characters are read, without tones; `ü` is written `v`, as it is typed."""

from __future__ import annotations

from functools import cache
from sys import intern

from keyuan.records.reference import pairs

SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "朴": "piao", "任": "ren", "盖": "ge",
    "区": "ou", "翟": "zhai", "乐": "yue", "缪": "miao", "覃": "qin", "洗": "xian", "折": "she", "员": "yun",
    "纪": "ji", "宁": "ning", "燕": "yan", "葛": "ge", "华": "hua", "曲": "qu", "繁": "po", "黑": "he",
    "召": "shao", "盛": "sheng", "牟": "mou", "柏": "bai", "费": "fei", "车": "che", "应": "ying", "訾": "zi",
    "臧": "zang", "尉": "wei", "晁": "chao", "卜": "bu", "种": "chong", "长": "zhang", "石": "shi", "万": "wan",
    "沈": "shen", "都": "du", "句": "gou", "过": "guo", "能": "nai", "相": "xiang", "祭": "zhai", "那": "na",
}  # fmt: skip
"""Readings that a character has as a surname."""

OTHERWISE = {
    "长": "zhang", "行": "hang", "重": "chong", "乐": "yue", "单": "shan", "厦": "sha", "都": "dou", "调": "diao",
    "传": "zhuan", "藏": "cang", "朝": "zhao", "参": "shen", "解": "xie", "校": "jiao", "便": "pian", "薄": "bao",
    "卡": "qia", "弹": "dan", "省": "xing", "盛": "cheng", "率": "shuai", "系": "ji", "阿": "e", "车": "ju",
    "曾": "ceng", "六": "lu", "铅": "yan", "莞": "wan", "圩": "wei", "埔": "bu", "柏": "bo", "泊": "po",
    "宿": "xiu", "晟": "cheng", "折": "she", "蔚": "yu", "侗": "tong", "缪": "mou", "朴": "pu", "仇": "chou",
    "盖": "gai", "区": "qu", "翟": "di", "贾": "gu", "会": "kuai", "茄": "jia", "查": "cha", "任": "ren",
    "华": "hua", "牟": "mu", "石": "dan", "宁": "ning", "尉": "yu", "汤": "tang", "降": "xiang", "载": "zai",
}  # fmt: skip
"""Second readings that names of firms and places really use; rarer ones would only blur a search."""


@cache
def characters() -> dict[str, tuple[str, ...]]:
    """All readings of each character, the usual one in names first."""
    lines = [(group, tuple(map(intern, readings.split()))) for group, readings in pairs("pinyin.txt")]
    return {character: readings for group, readings in lines for character in group}


def usual(character: str) -> str | None:
    """The usual reading in names of a character."""
    readings = characters().get(character)
    return readings[0] if readings else None


@cache
def phrases() -> dict[str, dict[str, tuple[str, ...]]]:
    """By the first two characters: phrases in which a character reads otherwise than alone, longest first."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for phrase, readings in sorted(pairs("pinyin_phrases.txt"), key=lambda pair: -len(pair[0])):
        found.setdefault(phrase[:2], {})[phrase] = tuple(readings.split())
    return found
