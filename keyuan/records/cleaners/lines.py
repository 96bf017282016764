"""Open text: one line, or many."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid

ONE_LINE, MANY_LINES = 200, 10_000

_HIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
                     "\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]")  # fmt: skip
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ENDS_AND_TABS = re.compile(r"[\n\t]+")
_BLANKS = " \t\u3000\xa0\u2007\u202f"


def clean_line(text: str, longest: int = ONE_LINE) -> str:
    """One line of text as it was written, without blanks at the ends and without characters that deceive.

    Line ends become blanks. Control characters and those that turn the direction of writing are removed.

    Raises:
        Invalid: more than `longest` characters.
    """
    if text.isprintable():  # nothing hidden, no line ends, no blanks but the plain one
        return _measured(text.strip(), longest)
    line = _LINE_ENDS.sub("\n", _HIDDEN.sub("", text))
    return _measured(_ENDS_AND_TABS.sub(" ", line.strip(_BLANKS + "\n")), longest)


def clean_lines(text: str, longest: int = MANY_LINES) -> str:
    """Text of many lines; line ends are `\\n`, blanks at the ends of lines and of the text are removed.

    Raises:
        Invalid: more than `longest` characters.
    """
    if text.isprintable():
        return _measured(text.strip(), longest)
    lines = _LINE_ENDS.sub("\n", _HIDDEN.sub("", text)).split("\n")
    return _measured("\n".join(line.rstrip(_BLANKS) for line in lines).strip(_BLANKS + "\n"), longest)


def _measured(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Invalid(
            _("Use at most %(longest)d characters; there are %(length)d.") % {"longest": longest, "length": len(text)}
        )
    return text
