"""Does the time of a refusal tell whether an account exists? `python -m bench.door PORT NAME…` (L9).

Against a product that was started with `KEYUAN_TRUSTED_PROXIES=1`, so that each try comes from another address and
nothing is locked. NAME… are people whose passwords are tried, up to 90 times each; in between as many names that
nobody has. Prints the medians; fails where they differ by more than one in twenty.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from itertools import cycle
from statistics import median
from urllib.parse import urlencode

from bench.client import CSRF, Client

MOST_EACH = 90  # a hundred wrong passwords from anywhere lock an account
ALLOWED = 0.05


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    samples = min(options.samples, MOST_EACH * len(options.names))
    client, names = Client(options.port), cycle(options.names)
    times: dict[str, list[float]] = {"wrong name": [], "wrong password": []}
    for number in range(samples):
        for kind, name in (("wrong name", secrets.token_hex(6)), ("wrong password", next(names))):
            times[kind].append(tried(client, name, number))
    return told(times)


def tried(client: Client, name: str, number: int) -> float:
    """One wrong try from an address of its own; its seconds."""
    address = f"10.{number >> 8 & 255}.{number & 255}.{secrets.randbelow(250) + 1}"
    fields = {"username": name, "password": secrets.token_hex(8), "csrfmiddlewaretoken": CSRF}
    kind = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": address}
    kind["Cookie"] = f"keyuan_csrf={CSRF}"
    began = time.perf_counter()
    client.connection.request("POST", "/sign-in/", urlencode(fields), kind)
    answer = client.connection.getresponse()
    answer.read()
    if answer.status != 422:
        raise RuntimeError(f"The door answers {answer.status}.")
    return time.perf_counter() - began


def told(times: dict[str, list[float]]) -> int:
    medians = {kind: median(found) for kind, found in times.items()}
    for kind, found in times.items():
        print(f"{kind:15} {len(found)} samples, median {medians[kind] * 1000:.2f} ms")
    name, password = medians.values()
    difference = abs(name - password) / min(name, password)
    print(f"difference      {difference:.2%} (allowed: {ALLOWED:.0%})")
    return int(difference > ALLOWED)


def parser() -> argparse.ArgumentParser:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("port", type=int)
    asked.add_argument("names", nargs="+")
    asked.add_argument("--samples", type=int, default=500)
    return asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
