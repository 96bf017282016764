"""What the command line says, in Chinese or English."""

import gettext as translations
import os
import sys
from functools import lru_cache
from pathlib import Path

LOCALE = Path(__file__).parent.parent / "locale"


class Refusal(Exception):
    """The engine will not go on; the text is a sentence for the person at the terminal."""


def gettext(sentence: str) -> str:
    """The sentence in the language of the terminal: English where `LANG` says so, else Chinese."""
    return _translation(speaks_english()).gettext(sentence)


def speaks_english() -> bool:
    named = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, named), "zh").lower().startswith("en")


def say(sentence: str) -> None:
    print(sentence, flush=True)


def complain(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


@lru_cache
def _translation(english: bool) -> translations.NullTranslations:
    if english:
        return translations.NullTranslations()
    return translations.translation("django", LOCALE, languages=["zh_Hans"], fallback=True)
