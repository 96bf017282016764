"""Phone numbers of China and of the world: reading, comparing, showing.

Stored form: `13800138000`, `0574-87352210`, `010-62345678-802` (with extension), `400-050-0827`, `95588`, and abroad
`+49301234`. `key` gives the form in which numbers are compared.
"""

from __future__ import annotations

import re
from typing import NoReturn

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from keyuan.records.cleaners import Invalid, half_width, shown
from keyuan.records.cleaners.area_codes import area_code, lengths

_DASHES = re.compile("[‐-―−－﹣~～]")
_BETWEEN = re.compile(r"[;；、/,，\n\r]+|(?<=\d{7})[ \t]+(?=0\d{2,3}[- ]\d{7}|1[3-9]\d{9}(?!\d)|\+)")
_EXTENSION = re.compile(r"[\s(]*(?:转|轉|分机|分機|内线|ext(?:ension|n)?\.?|x|#|\*)[\s:.]*(\d{1,6})\)?$", re.IGNORECASE)
_HYPHENED = re.compile(r"(.*\d)\)?-(\d{1,6})$")
_PARTS = re.compile(r"[\d\s().+-]+")
_DIGIT = re.compile(r"\d")
_NOT_DIGIT = re.compile(r"\D+")
_URI = re.compile("^tel:", re.IGNORECASE)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_SERVICE = re.compile(r"95\d{3,6}|96\d{3,4}|10[01]\d{2,5}|12\d{3}|11\d")
_STORED = re.compile(
    r"(?P<mobile>1[3-9]\d{9})(?:-(?P<ext1>\d+))?|(?P<area>0\d{2,3})-(?P<local>\d{7,8})(?:-(?P<ext2>\d+))?"
    r"|(?P<free>[48]00-\d{3}-\d{4})(?:-(?P<ext3>\d+))?"
)


def clean_phones(text: str) -> list[str]:
    """Every number of a field that may hold several, parted by `;`, `、`, `/`, a comma or a line end.

    A number without its area code takes that of the landline before it: `0574-87352210/87352211`.

    Returns:
        Stored forms, each once; empty for a blank text.

    Raises:
        Invalid: one of them is not a number.
    """
    found: list[str] = []
    for piece in _BETWEEN.split(text):
        if piece.strip():
            found.append(clean_phone(_with_area(piece, found)))
    return list(dict.fromkeys(number for number in found if number))


def _with_area(piece: str, before: list[str]) -> str:
    if not before:
        return piece
    local = re.sub(r"[\s-]", "", half_width(piece))
    if re.fullmatch(r"[2-9]\d{6,7}", local) and (match := re.match(r"0\d{2,3}(?=-)", before[-1])):
        return f"{match[0]}-{local}"
    return piece


def clean_phone(text: str) -> str:
    """One number in its stored form.

    Full-width digits, blanks, hyphens, dots and brackets are accepted; an extension follows `-`, 转, 分机, ext or #.

    Raises:
        Invalid: says what is too short, too long, missing or not a digit.
    """
    plain = _URI.sub("", _DASHES.sub("-", half_width(text)))
    if not plain:
        return ""
    extension = ""
    if match := _EXTENSION.search(plain):
        plain, extension = plain[: match.start()], match[1]
    _refuse_letters(plain)
    if not extension and (match := _HYPHENED.fullmatch(plain)) and _is_complete(match[1]):
        plain, extension = match[1], match[2]
    number = _number(plain)
    return f"{number}-{extension}" if extension else number


def _refuse_letters(plain: str) -> None:
    if strange := _PARTS.sub("", plain):
        raise Invalid(_("A phone number has only digits; “%(given)s” cannot stand in it.") % {"given": shown(strange)})
    if not _DIGIT.search(plain):
        _refuse_all(plain)


def _is_complete(plain: str) -> bool:
    try:
        return bool(_number(plain))
    except Invalid:
        return False


def _number(plain: str) -> str:
    digits = _NOT_DIGIT.sub("", plain.replace("(0)", "") if plain.startswith(("+", "00")) else plain)
    if plain.startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
        return _domestic(digits[2:], plain, abroad=True) if digits.startswith("86") else _foreign(digits, plain)
    if digits.startswith("86") and len(digits) > 11:
        return _domestic(digits[2:], plain, abroad=True)
    return _domestic(digits, plain)


def _domestic(digits: str, plain: str, *, abroad: bool = False) -> str:
    """A number of mainland China; `abroad` is set where the country code stood before it."""
    if re.match(r"0?1[3-9]", digits) and not digits.startswith("010"):
        return _mobile(digits.removeprefix("0"))
    if digits.startswith(("400", "800")):
        return _free(digits)
    if digits.startswith("0"):
        return _landline(digits, plain)
    if _SERVICE.fullmatch(digits):
        return digits
    if abroad and len(digits) > 8:
        return _landline("0" + digits, plain)
    if len(digits) in (7, 8):
        raise Invalid(_("Write the area code too, like 0574-%(given)s.") % {"given": digits})
    return _refuse_all(plain)


def _mobile(digits: str) -> str:
    if len(digits) != 11:
        raise Invalid(_("A mobile number has 11 digits, this one has %(length)d.") % {"length": len(digits)})
    return digits


def _free(digits: str) -> str:
    if len(digits) != 10:
        raise Invalid(
            _("A %(prefix)s number has 10 digits, this one has %(length)d.")
            % {"prefix": digits[:3], "length": len(digits)}
        )
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _landline(digits: str, plain: str) -> str:
    code = area_code(digits)
    local = digits[len(code) :]
    allowed = lengths(code)
    if len(code) < 3 or not local:
        return _refuse_all(plain)
    if len(local) not in allowed:
        _refuse_length(code, len(local), allowed)
    return f"{code}-{local}"


def _refuse_length(code: str, length: int, allowed: tuple[int, ...]) -> NoReturn:
    values = {"code": code, "allowed": allowed[0], "length": length}
    if len(allowed) > 1:
        raise Invalid(_("After area code %(code)s come 7 or 8 digits, now %(length)d.") % values)
    if length < allowed[0]:
        values["difference"] = allowed[0] - length
        raise Invalid(
            _("After area code %(code)s come %(allowed)d digits, now %(length)d, %(difference)d missing.") % values
        )
    values["difference"] = length - allowed[0]
    raise Invalid(
        _("After area code %(code)s come %(allowed)d digits, now %(length)d, %(difference)d too many.") % values
    )


def _foreign(digits: str, plain: str) -> str:
    try:
        number = phonenumbers.parse("+" + digits, None)
    except NumberParseException as refusal:
        if refusal.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise Invalid(_("There is no country code like that: “%(given)s”.") % {"given": shown(plain)}) from None
        return _refuse_all(plain)
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.TOO_SHORT:
        raise Invalid(_("“%(given)s” is too short for country code +%(code)d.") % _named(plain, number))
    if possible in (ValidationResult.TOO_LONG, ValidationResult.INVALID_LENGTH):
        raise Invalid(_("“%(given)s” does not have the length of numbers of +%(code)d.") % _named(plain, number))
    return "+" + digits


def _named(plain: str, number: phonenumbers.PhoneNumber) -> dict[str, object]:
    return {"given": shown(plain), "code": number.country_code}


def _refuse_all(plain: str) -> NoReturn:
    raise Invalid(
        _("“%(given)s” is not a full number: a mobile of 11 digits, a landline with its area code, or + and country.")
        % {"given": shown(plain.strip())}
    )


# Comparing and showing stored numbers


def key(phone: str) -> str:
    """The form in which stored numbers are compared, after E.164: `+861062345678;ext=802`."""
    if phone.startswith("+"):
        number, _mark, extension = phone.partition("-")
        return f"{number};ext={extension}" if extension else number
    match = _STORED.fullmatch(phone)
    if not match:
        return "+86" + _NOT_DIGIT.sub("", phone)
    number = _NOT_DIGIT.sub("", (match["mobile"] or match["free"] or match["area"][1:] + match["local"]))
    extension = _extension(match)
    return f"+86{number};ext={extension}" if extension else "+86" + number


def dial(phone: str) -> str:
    """The address that calls a stored number, for a link: `tel:+861062345678;ext=802`, `tel:95588`."""
    return f"tel:{phone}" if _SERVICE.fullmatch(phone) else f"tel:{key(phone)}"


def is_mobile(phone: str) -> bool:
    """Whether a stored number is a mobile of mainland China."""
    return _MOBILE.fullmatch(phone) is not None


def _extension(match: re.Match[str]) -> str:
    return match["ext1"] or match["ext2"] or match["ext3"] or ""


def display(phone: str) -> str:
    """A stored number in groups: `138 0013 8000`, `0574-8735 2210`, `010-6234 5678-802`, `+49 30 1234`."""
    if phone.startswith("+"):
        number, mark, extension = phone.partition("-")
        return _abroad(number) + mark + extension
    match = _STORED.fullmatch(phone)
    if not match:
        return phone
    if match["mobile"]:
        shown_number = f"{phone[:3]} {phone[3:7]} {phone[7:11]}"
    elif match["free"]:
        shown_number = match["free"]
    else:
        shown_number = f"{match['area']}-{match['local'][:-4]} {match['local'][-4:]}"
    extension = _extension(match)
    return f"{shown_number}-{extension}" if extension else shown_number


def _abroad(number: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


def masked(phone: str) -> str:
    """A stored number for those who may not see it: `138 **** 2216`, `0574-87** **10`; extensions are left out.

    A number of which only a part is left stays as it is.
    """
    if "*" in phone:
        return phone
    match = _STORED.fullmatch(phone)
    if match and match["mobile"]:
        return f"{phone[:3]} **** {phone[7:11]}"
    if match and match["area"]:
        local = match["local"]
        return f"{match['area']}-{local[:2]}{'*' * (len(local) - 6)} **{local[-2:]}"
    if match:
        return f"{match['free'][:3]}-***-{match['free'][-4:]}"
    return _masked_abroad(phone) if phone.startswith("+") else f"**** {phone[-2:]}"


def _masked_abroad(phone: str) -> str:
    number = phone.partition("-")[0]
    code = phonenumbers.parse(number, None).country_code
    return f"+{code} **** {number[-4 if len(number) > 9 else -2 :]}"
