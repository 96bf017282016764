"""The data folder of one size, and the environment in which everything here runs."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000}
KEPT_ACROSS_RESTARTS = Path("/var/tmp")


def folder(size: str) -> Path:
    """Where the data of this size lies: `KEYUAN_BENCH_HOME`, else a folder of its own for temporary files."""
    place = KEPT_ACROSS_RESTARTS if KEPT_ACROSS_RESTARTS.is_dir() else Path(tempfile.gettempdir())
    return Path(os.environ.get("KEYUAN_BENCH_HOME") or place / f"keyuan-bench-{size}")


def enter(size: str) -> Path:
    """Let this process, and those it starts, work in the folder of this size. Before Django is set up."""
    home = folder(size)
    os.environ["KEYUAN_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "keyuan.settings"
    os.environ.pop("DATABASE_URL", None)
    return home


def warm(home: Path) -> None:
    """Read the files of the database once, so that they lie in memory as those of a server that has run for a day."""
    for file in (home / "database" / "data" / "base").rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                while opened.read(1 << 24):
                    pass


def note(home: Path, **facts: object) -> None:
    """Write down that the data is complete."""
    (home / "bench.json").write_text(json.dumps(facts))


def noted(home: Path) -> dict[str, object]:
    """What was written down; empty where the data is not complete."""
    file = home / "bench.json"
    return json.loads(file.read_text()) if file.exists() else {}
