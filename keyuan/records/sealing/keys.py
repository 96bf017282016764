"""What the database does not know: the key of the seals, the proof of writers, and the end of the chain."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings

from keyuan.engine.home import audit_head_file, write_private

PROOF = 8  # bytes of the proof that a row carries


def signed(message: bytes) -> bytes:
    """The HMAC of a message with the key that lies outside the database."""
    return hmac.new(settings.AUDIT_KEY.encode(), message, hashlib.sha256).digest()


@lru_cache(maxsize=4096)
def proof_of(txid: bytes) -> bytes:
    """The proof that rows of this transaction carry if the product wrote them, as COPY shows it."""
    digest = hashlib.sha256(settings.AUDIT_WRITER.encode() + txid).digest()
    return b"\\\\x" + digest[:PROOF].hex().encode()


def read_head() -> tuple[int, bytes] | None:
    """Number and digest of the last seal, as the data folder remembers them; None where it does not."""
    try:
        number, digest = audit_head_file().read_text().split()
        return int(number), bytes.fromhex(digest)
    except (FileNotFoundError, ValueError):
        return None


def write_head(number: int, digest: bytes) -> None:
    """Remember the last seal outside the database, so that removing it there is noticed."""
    write_private(audit_head_file(), f"{number} {digest.hex()}\n")
