"""Sites that may embed a form, read strictly: what is kept here stands in a header (CSP Level 3, frame-ancestors)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid

_HOST = re.compile(r"(?=.{1,190}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z")


def read_origin(text: str) -> str:
    """A site as scheme, host and port; an address with a path is taken by its beginning.

    Raises:
        Invalid: it is no http or https address of one host.
    """
    typed = text.strip()
    address = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except (ValueError, UnicodeError):
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("http", "https") or not _HOST.match(host) or parts.username is not None:
        words = {"text": typed[:60]}
        raise Invalid(_("“%(text)s” is no website. Write it like https://www.example.com.") % words)
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def read_origins(text: str) -> list[str]:
    """Those named in a text, one a line or with blanks or commas between them, each once."""
    return list(dict.fromkeys(read_origin(one) for one in re.split(r"[\s,，;；、]+", text) if one))
