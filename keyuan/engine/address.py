"""The network address of the web server."""

import errno
import ipaddress
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _


def free_port(host: str, port: int) -> int:
    """The port, if nobody listens on it; for 0, one that is free.

    Raises:
        Refusal: it is taken or not allowed, or the host is not an address of this machine.
    """
    try:
        family, kind, _proto, _name, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name != "nt":  # there it would share the port instead of refusing it
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise Refusal(_why_not(host, port, error)) from error


def is_public(host: str) -> bool:
    """Whether other machines can reach a server on this host name."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def page(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def answers(address: str) -> bool:
    """Whether the web server is up."""
    try:
        with urllib.request.urlopen(f"{address}livez", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until the condition holds. Returns whether it did in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _why_not(host: str, port: int, error: OSError) -> str:
    place = {"host": host, "port": port}
    if error.errno == errno.EADDRINUSE:
        return _("Port %(port)s is taken by another program. Choose another with --port or KEYUAN_PORT.") % place
    if error.errno == errno.EACCES:
        return _("Port %(port)s needs more rights than this user has. Choose one above 1023.") % place
    return _("%(host)s is not an address of this machine.") % place
