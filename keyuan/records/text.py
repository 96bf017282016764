"""Text as it is compared and searched: one form for every way of writing it, and how it sounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from opencc import OpenCC

from keyuan.records.reference.readings import OTHERWISE, SURNAMES, characters, phrases, usual

MOST_FORMS = 4
LONGEST_QUERY = 100
LONGEST_REMEMBERED = 64

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
                        "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
                        "\ud800-\udfff\U000e0000-\U000e0fff]+")  # fmt: skip
_PLAIN = re.compile("[\u4e00-\u9fff0-9a-z]+")
_DIGITS = re.compile("[0-9]+")
_CHINESE = re.compile("[\u3007\u3400-\u9fff]")


def normalise(text: str) -> str:
    """The form in which texts are compared and searched.

    NFKC (which also makes full width half width), lower case, traditional characters made simplified, characters
    that cannot be seen removed, white space folded to single blanks. Doing it twice changes nothing.
    """
    if text.isascii():
        return text.lower() if text.isalnum() else " ".join(_INVISIBLE.sub("", text).lower().split())
    return _remembered(text) if len(text) <= LONGEST_REMEMBERED else _normalised(text)


def _normalised(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return simplified(text)
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)))
    return " ".join(simplified(unicodedata.normalize("NFKC", seen.lower())).split())


_remembered = lru_cache(maxsize=8192)(_normalised)
"""One name is compared, sorted, spelled and searched; its form is worked out once."""


def simplified(text: str) -> str:
    """The text in simplified characters."""
    if _changing().isdisjoint(text):
        return text
    return _converter().convert(text)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _changing() -> frozenset[str]:
    """The characters that have a simplified form; most names have none of them and need no conversion."""
    ranges = (range(0x3400, 0xA000), range(0x20000, 0x2A6E0))
    every = [chr(code) for codes in ranges for code in codes]
    converted = _converter().convert("\n".join(every)).split("\n")
    return frozenset(old for old, new in zip(every, converted, strict=True) if old != new)


def digits(text: str) -> str:
    """Only the digits of a text, full-width ones as plain ones."""
    if text.isascii():
        return "".join(_DIGITS.findall(text))
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def pinyin_forms(text: str) -> list[str]:
    """The ways to type a Chinese text in Latin letters: in full and by initials.

    Args:
        text: a name; letters and digits in it are kept.

    Returns:
        At most four forms, the likeliest first: `["zhongqing", "zq"]`. Characters that may be read in two ways give
        further forms. A text without Chinese characters gives none.
    """
    return list(_forms(normalise(text)))


@lru_cache(maxsize=4096)
def _forms(text: str) -> tuple[str, ...]:
    if not _CHINESE.search(text):
        return ()
    forms: dict[str, None] = {}
    for syllables in _readings(text):
        forms["".join(syllables)] = None
        forms["".join([syllable[0] for syllable in syllables])] = None
        if len(forms) >= MOST_FORMS:
            break
    return tuple(forms)[:MOST_FORMS]


def _readings(text: str) -> Iterator[list[str]]:
    syllables, doubtful = _spell(text)
    yield syllables
    for place, reading in doubtful:
        if reading != syllables[place]:
            yield [*syllables[:place], reading, *syllables[place + 1 :]]


def _spell(text: str) -> tuple[list[str], list[tuple[int, str]]]:
    """The syllables of a text, and where another reading is possible: (place, reading)."""
    by_beginning = phrases()
    syllables: list[str] = []
    doubtful: list[tuple[int, str]] = []
    place, end = 0, len(text)
    while place < end:
        candidates = by_beginning.get(text[place : place + 2])
        if candidates and (phrase := _phrase_at(text, place, candidates)):
            syllables += candidates[phrase]
            place += len(phrase)
            continue
        character = text[place]
        reading = usual(character)
        if reading is not None:
            if not syllables and character in SURNAMES:
                doubtful.append((0, SURNAMES[character]))
            if character in OTHERWISE:
                doubtful.append((len(syllables), OTHERWISE[character]))
            syllables.append(reading)
        elif character.isascii() and character.isalnum():
            syllables.append(character)
        place += 1
    return syllables, doubtful


def _phrase_at(text: str, place: int, candidates: Iterable[str]) -> str | None:
    for phrase in candidates:
        if text.startswith(phrase, place):
            return phrase
    return None


def highlight(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether the query matched it.

    A word of the query matches characters, or Chinese characters by their pinyin in full, by initials, or mixed.

    Args:
        text: what is shown, as written.
        query: what was typed; each of its words is marked wherever it stands.
    """
    marked = [False] * len(text)
    for word in normalise(query[:LONGEST_QUERY]).split():
        for start, end in _places(text, word):
            marked[start:end] = [True] * (end - start)
    return _pieces(text, marked)


def _pieces(text: str, marked: list[bool]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for character, mark in zip(text, marked, strict=True):
        if pieces and pieces[-1][1] == mark:
            pieces[-1] = (pieces[-1][0] + character, mark)
        else:
            pieces.append((character, mark))
    return pieces


def _places(text: str, word: str) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(text):
        end = 0 if _is_blank(text[place]) else _match(text, place, word)
        if end:
            yield place, end
        place = end or place + 1


def _match(text: str, place: int, word: str) -> int:
    """Where the match of `word` that begins at `place` ends, or 0. A blank or mark inside the text costs nothing."""
    if not word:
        return place
    while place < len(text) and _is_blank(text[place]):
        place += 1
    if place == len(text):
        return 0
    for taken in _takes(text[place]):
        if word.startswith(taken):
            end = _match(text, place + 1, word[len(taken) :])
        else:
            end = place + 1 if len(taken) > 1 and taken.isascii() and taken.startswith(word) else 0
        if end:
            return end
    return 0


def _is_blank(character: str) -> bool:
    return not _takes(character)[0]


@lru_cache(maxsize=8192)
def _takes(character: str) -> tuple[str, ...]:
    """What one character of a text can stand for in a query: itself, its readings, their initials."""
    folded = normalise(character)
    readings = characters().get(folded, ())
    return (folded, *readings, *dict.fromkeys(reading[0] for reading in readings))


def syllables(text: str, query: str) -> list[tuple[str, int]]:
    """The pinyin of the characters that the query matched, with how many letters of each it named.

    For the line beside a search result: `[("hai", 1), ("shu", 1)]` for `海曙…` and `hs`.
    """
    word = "".join(normalise(query[:LONGEST_QUERY]).split())
    if not word.isascii():
        return []
    for start in range(len(text)):
        if end := _match(text, start, word):
            return _named(text[start:end], word)
    return []


def _named(matched: str, word: str) -> list[tuple[str, int]]:
    named: list[tuple[str, int]] = []
    for character in matched:
        readings = characters().get(normalise(character), ())
        reading = next((r for r in readings if word.startswith(r)), None)
        if reading is None:
            reading = next((r for r in readings if r[0] == word[:1]), None)
            count = 1 if len(matched) - len(named) > 1 else len(word)
        else:
            count = len(reading)
        if reading is not None:
            named.append((reading, count))
        word = word[count:] if reading is not None else word[1:]
    return named


def sort_name(name: str) -> str:
    """Names sort by their pinyin; Latin names by themselves."""
    forms = pinyin_forms(name)
    return (forms[0] if forms else normalise(name))[:60]


def lines(*parts: str) -> str:
    return "\n".join(dict.fromkeys(part for part in map(normalise, parts) if part))
