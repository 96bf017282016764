"""National code lists and readings of characters, kept as small text files and read on first use."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "data"


def pairs(name: str) -> list[tuple[str, str]]:
    """The two columns of a data file, in the order of the file."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [(left, right) for left, _, right in (line.partition("\t") for line in lines)]
