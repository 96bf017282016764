"""统一社会信用代码, the code that every organisation in China has (GB 32100—2015)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from stdnum.cn.uscc import calc_check_digit

from keyuan.records.cleaners import Invalid, half_width

LENGTH = 18
NOT_USED = "IOZSV"


def clean_uscc(text: str) -> str:
    """Eighteen capitals and digits; blanks and hyphens between them are taken out.

    Raises:
        Invalid: the length is wrong, a letter is not used in these codes, or the check digit does not fit.
    """
    code = re.sub(r"[\s\-–—_.]+", "", half_width(text)).upper()
    if not code:
        return ""
    _check_characters(code)
    _check_length(code)
    for place, character in enumerate(code[2:8], 3):
        if not character.isdecimal():
            raise Invalid(
                _("Characters 3 to 8 of a credit code are digits (the region); character %(place)d is %(given)s.")
                % {"place": place, "given": character}
            )
    expected = calc_check_digit(code[:-1])
    if code[-1] != expected:
        raise Invalid(
            _("The check digit does not fit: the last character should be %(expected)s, it is %(given)s.")
            % {"expected": expected, "given": code[-1]}
        )
    return code


def _check_characters(code: str) -> None:
    for place, character in enumerate(code, 1):
        if character in NOT_USED:
            raise Invalid(
                _("A credit code has no letters I O Z S V; character %(place)d is %(given)s.")
                % {"place": place, "given": character}
            )
        if not re.fullmatch("[0-9A-Z]", character):
            raise Invalid(
                _("A credit code has only digits and capitals; character %(place)d is “%(given)s”.")
                % {"place": place, "given": character}
            )


def _check_length(code: str) -> None:
    if len(code) == 15 and code.isdecimal():
        raise Invalid(_("This is an old registration number of 15 digits. Write the credit code of 18 characters."))
    if len(code) != LENGTH:
        raise Invalid(_("A credit code has 18 characters, this one has %(length)d.") % {"length": len(code)})


def display_uscc(code: str) -> str:
    """The code in two groups, `91330203 5839604129`."""
    return f"{code[:8]} {code[8:]}" if len(code) == LENGTH else code
