"""Where a request comes from: the browser's address and scheme, through proxies that the installation trusts.

`KEYUAN_TRUSTED_PROXIES` names addresses and networks with commas between them, or how many proxies stand in front of
us. Nobody else's `X-Forwarded-For` and `X-Forwarded-Proto` are believed (OWASP ASVS 5.0, 4.1.3). From here on
`REMOTE_ADDR` is the browser's address, and `is_secure` says how the browser came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core import checks
from django.http import HttpRequest, HttpResponse

from keyuan.org.networks import Network, is_within, read_networks

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Proxies:
    """Who may say where a request comes from: so many machines in front of us, or these networks."""

    number: int = 0
    networks: list[Network] = field(default_factory=list)

    def trusts(self, address: str, place: int) -> bool:
        """Whether the machine at `address`, the `place`-th before us, is one of them."""
        return place < self.number or is_within(address, self.networks)

    def origin(self, peer: str, forwarded: str) -> str:
        """The first address, from us outwards, that is no trusted proxy."""
        chain = [peer, *(one.strip() for one in reversed(forwarded.split(",")) if one.strip())][:LONGEST_CHAIN]
        for place, address in enumerate(chain[:-1]):
            if not self.trusts(address, place):
                return address
        return chain[-1]


@lru_cache
def read_proxies(text: str) -> Proxies:
    """Raises ValueError where the setting is neither a number nor a list of networks."""
    if text.strip().isdecimal():
        return Proxies(number=int(text))
    return Proxies(networks=read_networks(text.split(",")))


@checks.register("security")
def the_proxies_are_readable(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuses to start with proxies that nobody understands."""
    try:
        read_proxies(settings.TRUSTED_PROXIES)
    except ValueError as error:
        return [checks.Error(f"KEYUAN_TRUSTED_PROXIES: {error}", id="keyuan.E002")]
    return []


class Origin:
    """The first thing every request passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        settle(request, read_proxies(settings.TRUSTED_PROXIES))
        return self.get_response(request)


def settle(request: HttpRequest, proxies: Proxies) -> None:
    """Take from the proxies' headers what they may say, and forget the rest."""
    peer = request.META.get("REMOTE_ADDR", "")
    said = {name: request.META.pop(name) for name in FORWARDED if name in request.META}
    if not proxies.trusts(peer, 0):
        return
    request.META["REMOTE_ADDR"] = proxies.origin(peer, said.get("HTTP_X_FORWARDED_FOR", ""))
    if scheme := said.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip():
        request.META["HTTP_X_FORWARDED_PROTO"] = scheme


def address_of(request: HttpRequest) -> str:
    """The address of the browser."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]
