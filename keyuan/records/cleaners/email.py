"""E-mail addresses (RFC 5321 as people write it; no network)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid, half_width, shown

LONGEST = 254

_LOCAL = re.compile(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOTS = str.maketrans({"。": ".", "｡": ".", "．": "."})


def clean_email(text: str) -> str:
    """One address with its domain in lower case; `＠` and `。` are taken for `@` and `.`.

    Raises:
        Invalid: says what is missing or too much.
    """
    address = half_width(text).translate(_DOTS)
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :]
    if not address:
        return ""
    _refuse_several(address)
    local, at, domain = address.partition("@")
    if not at:
        raise Invalid(_("There is no @ in “%(given)s”. Write it like name@company.com.") % {"given": shown(address)})
    _check_local(local)
    return f"{local}@{clean_domain(domain)}"


def _refuse_several(address: str) -> None:
    if len(address) > LONGEST:
        raise Invalid(
            _("An e-mail address has at most %(longest)d characters; this one has %(length)d.")
            % {"longest": LONGEST, "length": len(address)}
        )
    if address.count("@") > 1:
        raise Invalid(_("There is more than one @. Write one address."))
    if re.search(r"\s", address):
        raise Invalid(_("An e-mail address has no blanks. Remove them."))


def _check_local(local: str) -> None:
    if not local:
        raise Invalid(_("The name before @ is missing. Write it like name@company.com."))
    strange = re.search(r"[^a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]", local)
    if strange:
        raise Invalid(_("“%(mark)s” cannot stand in an e-mail address.") % {"mark": strange[0]})
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        raise Invalid(_("Check the part before @: a dot stands only between letters or digits."))


def clean_domain(domain: str) -> str:
    """The domain of an address in lower case.

    Raises:
        Invalid: it cannot be the name of a host on the Internet.
    """
    name = domain.lower()
    if not name:
        raise Invalid(_("The domain after @ is missing. Write it like name@company.com."))
    if "." not in name:
        raise Invalid(_("The domain “%(domain)s” has no dot. Write it like company.com.") % {"domain": shown(name)})
    if not is_host(name):
        raise Invalid(_("“%(domain)s” is not a domain. Write it like company.com.") % {"domain": shown(name)})
    return name


def is_host(name: str) -> bool:
    """Whether this can be the name of a host, Chinese ones included."""
    try:
        ascii_name = name.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    labels = ascii_name.split(".")
    return (
        len(ascii_name) <= 253
        and not labels[-1].isdecimal()
        and all(re.fullmatch(r"(?!-)[a-zA-Z0-9-]{1,63}(?<!-)", label) for label in labels)
    )
