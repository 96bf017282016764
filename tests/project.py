"""What the rules about the code read: every file of the project, as text and as syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUOTING = "tests/test_house_texts.py"
"""Where forbidden words stand as what is looked for."""

OUTSIDE = {"node_modules", "static-built", "build", "dist"}


@cache
@cache
def files() -> list[Path]:
    """Every file of the project that somebody wrote."""
    return sorted(_within(ROOT))


def _within(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if _elsewhere(path.relative_to(ROOT).parts):
            continue
        if path.is_dir():
            yield from _within(path)
        elif path.is_file():
            yield path


def _elsewhere(parts: tuple[str, ...]) -> bool:
    hidden = any(part.startswith(".") and part not in (".ci", ".gitignore") for part in parts)
    return hidden or bool({"__pycache__", *OUTSIDE} & set(parts)) or any(part.endswith(".egg-info") for part in parts)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """Name and content of every text file that is ours: no vendored ones, no translations, no hashes."""
    for path in files():
        ours = "vendor" not in path.parts and "locale" not in path.parts and named(path) != QUOTING
        if ours and path.suffix in {".py", ".html", ".js", ".css", ".md", ".toml", ".txt", ".sql", ""}:
            yield named(path), path.read_text(encoding="utf-8", errors="ignore")


def is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name == "conftest.py"


@cache
def product() -> dict[str, ast.Module]:
    """The syntax tree of every Python file that runs in the product."""
    inside = [path for path in files() if path.suffix == ".py" and path.is_relative_to(ROOT / "keyuan")]
    return {
        named(path): ast.parse(path.read_text(encoding="utf-8"))
        for path in inside
        if not is_test(path) and "migrations" not in path.parts
    }


def mouths() -> Iterable[str]:
    """Pages, the API and the menu: whatever speaks to a person or a program."""
    return [name for name in product() if re.search(r"/(views|rest)/|/(views|api|menu)\.py$", name)]


def templates() -> dict[str, str]:
    """The text of every template by the name under which it is loaded."""
    found = [path for path in files() if path.match("keyuan/*/templates/**/*.html") or "templates" in path.parts]
    return {
        path.as_posix().partition("/templates/")[2]: path.read_text(encoding="utf-8")
        for path in found
        if path.suffix == ".html"
    }


def found_in(names: Iterable[str], offends: Callable[[ast.AST], object]) -> list[str]:
    return [
        f"{name}:{getattr(node, 'lineno', 0)}" for name in names for node in ast.walk(product()[name]) if offends(node)
    ]


def lines_with(pattern: str, sources: Iterable[tuple[str, str]]) -> list[str]:
    sign = re.compile(pattern)
    return [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in sources
        for number, line in enumerate(text.splitlines(), 1)
        if sign.search(line)
    ]
