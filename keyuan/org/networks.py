"""Addresses and networks: the lists that roles may hold, and what lies within one (L6)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from django.apps import apps

from keyuan.org.shelf import shelf_of

if TYPE_CHECKING:
    from keyuan.org.models import User

Network = IPv4Network | IPv6Network


def read_networks(texts: Iterable[str]) -> list[Network]:
    """Raises ValueError where one of them is neither an address nor a network."""
    return [ip_network(one.strip(), strict=False) for one in texts if one.strip()]


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Whether `address` lies in one of `networks`; an IPv4 address in IPv6 dress counts as what it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in networks)


def admits(user: User, address: str) -> bool:
    """Whether this person may work from `address`: every role of theirs that holds a list must admit it."""
    lists = shelf_of(user).get(("addresses", user.pk), lambda: _lists(user))
    return all(is_within(address, one) for one in lists)


def _lists(user: User) -> list[list[Network]]:
    roles = apps.get_model("keyuan", "Role").objects.exclude(addresses=[])
    if not shelf_of(user).get("limited roles", roles.exists):
        return []
    roles = roles.filter(members=user)
    return [read_networks(one) for one in roles.values_list("addresses", flat=True)]
