# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""`python -m bench`: build the data, measure, read plans, let leads come back by themselves, besiege a form."""

from __future__ import annotations

import argparse
import sys

from bench import home
from keyuan.__main__ import set_up_django
from keyuan.engine import database

COMMANDS = ("measure", "build", "verify", "explain", "recycling", "forms")


def main(arguments: list[str]) -> int:
    """Run one command; without one, measure."""
    options = parser().parse_args(arguments)
    if options.command == "build":
        from bench.data import build

        build(options.size)
        return 0
    if options.command == "verify":
        from bench.data import verify

        return min(1, verify(options.size))
    if options.command == "explain":
        return _explain(options)
    if options.command == "recycling":
        from bench.recycling import measure as recycling

        return recycling(options.size)
    if options.command == "forms":
        from bench.forms import measure as forms

        return forms(options.size)
    from bench.measure import measure

    return measure(options.size, options.only, options.times)


def _explain(options: argparse.Namespace) -> int:
    home.enter(options.size)
    with database.attached():
        set_up_django()
        from bench.explain import explain

        explain(options.only)
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    made.add_argument("command", nargs="?", choices=COMMANDS, default="measure")
    made.add_argument("--size", choices=home.SIZES, default="1M")
    made.add_argument(
        "--only",
        default="",
        metavar="WORDS",
        help="parts of names, comma between; or one whole name",
    )
    made.add_argument("--times", type=int, default=100, metavar="N", help="requests per person and work")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
