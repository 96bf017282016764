"""`python -m bench`: build the data, measure, read plans."""

from __future__ import annotations

import argparse
import sys

from bench import home


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
        from bench.explain import explain

        explain(options.size, options.only)
        return 0
    from bench.measure import measure

    return measure(options.size, options.only, options.times)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    made.add_argument("command", nargs="?", choices=("measure", "build", "verify", "explain"), default="measure")
    made.add_argument("--size", choices=home.SIZES, default="1M")
    made.add_argument("--only", default="", metavar="WORDS", help="work whose name holds one of these, comma between")
    made.add_argument("--times", type=int, default=100, metavar="N", help="requests per person and work")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
