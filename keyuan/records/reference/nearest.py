"""The option somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz

from keyuan.records.text import normalise, pinyin_forms

NEAR_ENOUGH = 60.0


def nearest(text: str, options: Iterable[str]) -> str | None:
    """The option nearest to what was written, by characters or by sound.

    Characters in their order count most: 纺机 means 纺织机械. Otherwise likeness of writing or of pinyin decides.

    Returns:
        None where nothing is near.
    """
    wanted = normalise(text).replace(" ", "")
    if not wanted:
        return None
    scored = ((_score(wanted, option), option) for option in options)
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return best if score >= NEAR_ENOUGH else None


def _score(wanted: str, option: str) -> float:
    plain = normalise(option).replace(" ", "")
    if plain == wanted:
        return 200.0
    if len(wanted) > 1 and _in_order(wanted, plain):
        return 100.0 + 99.0 * len(wanted) / len(plain)
    return max(fuzz.ratio(wanted, plain), _by_sound(wanted, plain))


def _in_order(wanted: str, plain: str) -> bool:
    rest = iter(plain)
    return all(character in rest for character in wanted)


def _by_sound(wanted: str, plain: str) -> float:
    said = pinyin_forms(wanted)[:1] or [wanted]
    heard = pinyin_forms(plain)[:1] or [plain]
    return 0.9 * fuzz.ratio(said[0], heard[0])
