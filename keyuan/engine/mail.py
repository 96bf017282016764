"""The one sender of mails. `KEYUAN_EMAIL_URL` names the server; without it nothing is sent.

    smtp://user:password@mail.example.com:587?tls=starttls&from=crm@example.com

`tls` is `starttls` (the usual), `ssl` (also `smtps://`) or `none`. Names and passwords are written percent-encoded.
Mails are sent by jobs, which are tried again; links in them are built from `KEYUAN_BASE_URL` alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from procrastinate import RetryStrategy

SETTING = "KEYUAN_EMAIL_URL"
PORTS = {"starttls": 587, "ssl": 465, "none": 25}
SECONDS = 15
AGAIN = RetryStrategy(max_attempts=6, exponential_wait=4)  # for a quarter of an hour and more
"""How jobs that send a mail are tried again."""


@dataclass(frozen=True)
class Server:
    """Where mails are handed in, and from whom they come."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str


def read_server(url: str) -> Server:
    """Raises ValueError where the address is not one of a mail server."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    tls = query.get("tls", "ssl" if parts.scheme == "smtps" else "starttls")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or tls not in PORTS:
        raise ValueError(SETTING)
    user = unquote(parts.username or "")
    sender = query.get("from") or (user if "@" in user else f"keyuan@{parts.hostname}")
    return Server(parts.hostname, parts.port or PORTS[tls], tls, user, unquote(parts.password or ""), sender)


def server() -> Server | None:
    """The server of this installation, or None."""
    url = os.environ.get(SETTING, "").strip()
    return read_server(url) if url else None


def is_ready() -> bool:
    """Whether mails with links can be sent: there is a server, and an address that links begin with."""
    return bool(os.environ.get(SETTING, "").strip() and settings.BASE_URL)


def link(path: str) -> str:
    """The full address of a path, never from what a request says about our name."""
    return f"{settings.BASE_URL.rstrip('/')}{path}"


def send(to: str, subject: str, text: str, headers: dict[str, str] | None = None) -> None:
    """Send one mail now; called by jobs only.

    Args:
        headers: more of them, such as a Message-ID that stays the same when a mail is handed over again.

    Raises:
        OSError, smtplib.SMTPException: the server does not take it; the job is tried again.
    """
    by = server()
    if by is None:
        return
    wire = EmailBackend(
        host=by.host,
        port=by.port,
        username=by.user,
        password=by.password,
        use_tls=by.tls == "starttls",
        use_ssl=by.tls == "ssl",
        timeout=SECONDS,
    )
    EmailMessage(" ".join(subject.split()), text, by.sender, [to], connection=wire, headers=headers).send()
