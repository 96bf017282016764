"""The one way out: every request of the product to another machine goes through `fetch`.

Whoever may write an address must not make this server talk to what only this server can reach. So the name is resolved
once, every address it has must be a public one, the connection goes to that very address, redirects are not followed,
and time and size are limited. Local receivers are named by the operator in KEYUAN_OUTGOING_LOCAL, such as
`127.0.0.1:9000, erp.example.internal`; nobody can name them in the product itself.
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import os
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0
MOST = 1_000_000  # bytes of an answer
PORTS = {"http": 80, "https": 443}
LOCAL = "KEYUAN_OUTGOING_LOCAL"
NAT64 = ipaddress.ip_network("64:ff9b::/96")
logger = logging.getLogger(__name__)


class Reason(StrEnum):
    ADDRESS = "address"  # none that may be asked
    CONNECTION = "connection"  # nobody answers, or not as http demands
    TIME = "time"
    SIZE = "size"


class Unreachable(Exception):
    """No answer. The text is for the log and names neither path nor query, which may hold keys."""

    def __init__(self, reason: Reason, host: str) -> None:
        super().__init__(f"{host or 'no host'}: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; a redirect is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = SECONDS,
    most: int = MOST,
) -> Answer:
    """Ask another machine.

    Args:
        seconds: for everything from the connection to the last byte.
        most: how many bytes the answer may have.

    Raises:
        Unreachable: the address is not allowed, nobody answers in time, or the answer is too large.
    """
    host = ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        connection = _Pinned(parts, host, seconds)
        return connection.ask(method, parts, dict(headers or {}), body, most)
    except Unreachable as unreachable:
        logger.warning("Outgoing request failed: %s", unreachable)
        raise
    except (ValueError, OSError, http.client.HTTPException) as error:
        late = isinstance(error, TimeoutError)
        reason = Reason.TIME if late else Reason.CONNECTION
        logger.warning("Outgoing request failed: %s: %s", host, type(error).__name__)
        raise Unreachable(reason, host) from None


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, which no second look-up of the name can change."""

    def __init__(self, parts: SplitResult, host: str, seconds: float) -> None:
        self.address, port = _allowed(parts, host)
        super().__init__(host, port, timeout=seconds)
        self.is_secure, self.is_late = parts.scheme == "https", False
        self.wire: socket.socket | None = None
        self.default_port = PORTS[parts.scheme]  # so that Host names the port only where it must

    def connect(self) -> None:
        plain = self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.is_secure:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        self.wire = self.sock  # http.client lets go of its own while an answer without a length is read

    def ask(self, method: str, parts: SplitResult, headers: dict[str, str], body: bytes | None, most: int) -> Answer:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        watch = threading.Timer(self.timeout or SECONDS, self.give_up)
        watch.daemon = True
        watch.start()
        try:
            self.request(method, target, body, {"Accept-Encoding": "identity", "User-Agent": "Keyuan", **headers})
            with self.getresponse() as answer:
                content = answer.read(most + 1)
        except (OSError, http.client.HTTPException):
            if self.is_late:
                raise Unreachable(Reason.TIME, self.host) from None
            raise
        finally:
            watch.cancel()
            self.close()
            if self.wire is not None:
                self.wire.close()
        if self.is_late or len(content) > most:
            raise Unreachable(Reason.TIME if self.is_late else Reason.SIZE, self.host)
        return Answer(answer.status, dict(answer.getheaders()), content)

    def give_up(self) -> None:
        """Time is over, also for somebody who sends one byte a second."""
        self.is_late = True
        if self.wire is not None:
            with suppress(OSError):
                self.wire.shutdown(socket.SHUT_RDWR)


def _allowed(parts: SplitResult, host: str) -> tuple[str, int]:
    """The address and port to connect to.

    Raises:
        Unreachable: no http address, a port other than 80 and 443, or a machine that is not public.
    """
    if parts.scheme not in PORTS or not host or parts.username is not None or parts.password is not None:
        raise Unreachable(Reason.ADDRESS, host)
    port = parts.port or PORTS[parts.scheme]
    is_local = bool({host, f"{host}:{port}"} & _local())
    if not is_local and port not in PORTS.values():
        raise Unreachable(Reason.ADDRESS, host)
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not is_local and not all(map(is_public, found)):
        raise Unreachable(Reason.ADDRESS, host)
    return min(found, key=lambda one: ":" in one), port


def _local() -> set[str]:
    return {one.strip().lower() for one in os.environ.get(LOCAL, "").split(",") if one.strip()}


def is_public(address: str) -> bool:
    """Whether an IP address belongs to a machine on the public network, looked at through every disguise."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        teredo = found.teredo[1] if found.teredo else None
        nat64 = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in NAT64 else None
        found = found.ipv4_mapped or found.sixtofour or teredo or nat64 or found
    return found.is_global and not found.is_multicast
