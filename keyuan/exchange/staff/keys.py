"""Initial passwords that nobody keeps: each follows from a one-time key and the number of its row.

The key is random and of 256 bits. The browser that confirmed the import holds it in a cookie; the worker needs it
once more, and finds it in the row of the import, covered with a pad that follows from the installation's secret key,
which is in no database. When the people are made the covered key is deleted. Whoever has the cookie can then work the
passwords out again, once; nobody else can, not even from a copy of database and disk.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

from keyuan.org.passwords import ALPHABET

SIZE = 32


def new_key() -> bytes:
    return secrets.token_bytes(SIZE)


def _pad(salt: bytes) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"staff import key" + salt, "sha256")


def cover(key: bytes) -> bytes:
    """The key as the database may hold it for a while: a salt, and the key under a pad that is used for it alone."""
    salt = secrets.token_bytes(16)
    return salt + bytes(a ^ b for a, b in zip(key, _pad(salt), strict=True))


def uncover(covered: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(covered[16:], _pad(covered[:16]), strict=True))


def fingerprint(key: bytes) -> str:
    """By which a key is known again; nothing follows from it."""
    return hmac.new(key, b"fingerprint", hashlib.sha256).hexdigest()


def password(key: bytes, number: int) -> str:
    """The initial password of one row, in the form of `org.passwords.initial_password`, every letter equally likely."""
    letters: list[str] = []
    block = 0
    while len(letters) < 13:
        stream = hmac.digest(key, f"password {number} {block}".encode(), "sha256")
        most = 256 - 256 % len(ALPHABET)
        letters += [ALPHABET[one % len(ALPHABET)] for one in stream if one < most]
        block += 1
    text = "".join(letters[:13])
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"
