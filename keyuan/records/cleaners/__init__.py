"""Reading what people type: one cleaner for each kind of value, used by forms, import and API alike.

Each `clean_…(text)` answers with the stored form, an empty one for a blank text, or raises `Invalid` with a sentence
that says what is wrong and how to mend it.
"""

from __future__ import annotations

import re
import unicodedata


class Invalid(ValueError):
    """A value cannot be taken; its text is a translated sentence for the person who typed it."""


_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\xad]")


def half_width(text: str) -> str:
    """Full-width letters and marks, and digits of every script, as plain ones; without unseen characters around."""
    if text.isascii():
        return text.strip()
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).strip()
    return "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in plain)


def shown(text: str, longest: int = 20) -> str:
    """What was typed, short enough to be named in a sentence."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
