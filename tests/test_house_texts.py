"""Rules about templates, scripts, texts and documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from tests.project import ROOT, files, lines_with, named, product, templates, texts

UNNAMED_TEMPLATES = {"ui/errors/"}
"""Folders whose templates are chosen by number, such as ui/errors/404.html."""


# Templates and scripts


def page_texts() -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in texts() if name.endswith(".html") or name in product())


@pytest.mark.parametrize(
    "pattern",
    [
        r"<script(?![^>]*(\bsrc=|application/json))[^>]*>",
        r"<style\b",
        r"[\"'\s]style\s*=\s*\\?[\"'{]",
        r"<[a-z][^>{}]*\son[a-z]+\s*=\s*[\"'{]",
        r"[\"']javascript:(?!\w*[\"'])",
        r"\bhx-on\b|\bhx-vals=.js:",
        r"\|\s*safe\b(?! *#)|autoescape off",
    ],
    ids=[
        "script",
        "style element",
        "style attribute",
        "on attribute",
        "javascript address",
        "htmx script",
        "unescaped",
    ],
)
def test_pages_hold_no_script_and_no_style(pattern: str) -> None:
    assert lines_with(pattern, page_texts()) == []


def test_scripts_make_no_code_out_of_text() -> None:
    scripts = [(name, text) for name, text in texts() if name.endswith(".js")]

    assert lines_with(r"\beval\(|new Function\(|document\.write\(|setAttribute\(\"style\"", scripts) == []


def mentioned(name: str, where: Iterable[str]) -> bool:
    return any(f'"{name}"' in text or f"'{name}'" in text for text in where)


def test_every_template_is_used() -> None:
    pages = templates()
    code = [text for name, text in texts() if name.endswith(".py") and "/tests/" not in name]
    unused = [
        name
        for name in pages
        if not name.startswith(tuple(UNNAMED_TEMPLATES))
        and not mentioned(name, [*code, *(text for other, text in pages.items() if other != name)])
    ]
    assert unused == []


def test_every_template_begins_by_saying_what_it_is_and_what_it_needs() -> None:
    begins = re.compile(r"({%\s*(extends|load)[^%]*%}\s*)*{# \S")
    silent = [name for name, text in templates().items() if not begins.match(text)]
    assert [name for name in silent if not name.startswith(tuple(UNNAMED_TEMPLATES))] == []


# What is written


CHINESE = r"[\u4e00-\u9fff]"
MEANT = "简体中文|[百千万亿折十]|元|圆|人民币"
"""A language is named in itself; amounts and discounts may be typed with their Chinese units."""


def test_pages_and_scripts_hold_no_sentence_that_is_not_translated() -> None:
    shown = [
        (name, re.sub(rf"{{#.*?#}}|^\s*(//|\*|/\*).*$|{MEANT}", "", text, flags=re.M))
        for name, text in texts()
        if name.endswith((".html", ".js")) and not name.startswith("keyuan/ui/templates/ui/components")
    ]
    assert lines_with(CHINESE, shown) == []


def test_no_file_names_a_registry_or_somebody_s_machine() -> None:
    registries = (
        r"pypi\.org|pythonhosted|npmjs\.(org|com)|registry\.\w+\.\w{2,}|--index-url|extra-index-url|artifactory|jfrog"
    )
    machines = r"(?<![\w.])/(work|home/\w+|Users/\w+|mnt/\w+)/|[A-Z]:\\\\Users"

    assert lines_with(f"{registries}|{machines}", texts()) == []


def test_nothing_is_put_off() -> None:
    assert lines_with(r"\b(TODO|FIXME|XXX|HACK)\b", texts()) == []


def operations_of(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from operations_of([*operation.database_operations, *operation.state_operations])
        else:
            yield operation


def test_every_migration_has_a_way_back() -> None:
    ours = {name: found for (app, name), found in MigrationLoader(None).disk_migrations.items() if app == "keyuan"}
    one_way = [
        f"{name}: {operation.describe()}"
        for name, migration in sorted(ours.items())
        for operation in operations_of(migration.operations)
        if not operation.reversible
    ]
    assert one_way == []


# Documents


def documents() -> Iterator[tuple[Path, str]]:
    for path in files():
        if path.suffix == ".md" and "vendor" not in path.parts:
            yield path, path.read_text(encoding="utf-8")


def test_links_of_documents_lead_somewhere() -> None:
    dead = [
        f"{named(path)}: {link}"
        for path, text in documents()
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
        if not (path.parent / link).exists()
    ]
    assert dead == []


@cache
def everything() -> list[tuple[str, Path]]:
    """All files and folders, with their names as text."""
    folders = {folder for path in files() for folder in path.relative_to(ROOT).parents}
    return [(f"/{path}", path) for path in (*files(), *(ROOT / folder for folder in folders))]


def places(name: str) -> list[Path]:
    """Files and folders that the map may mean by a name, which may leave out the room in whose section it stands."""
    return [path for text, path in everything() if text.endswith(f"/{name}")]


def test_the_map_names_only_what_exists() -> None:
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    named_there = re.findall(r"`((?:\w+/)*\w+(?:/|\.py))(?:: ([\w.]+))?`", text)
    lost = {name for name, _rule in named_there if not places(name.rstrip("/"))}
    unknown = [
        f"{name}: {rule}"
        for name, rule in named_there
        if rule and not any(rule.split(".")[-1] in path.read_text(encoding="utf-8") for path in places(name))
    ]
    assert (lost, unknown) == (set(), [])


def test_what_works_is_proven_by_tests_that_exist() -> None:
    text = (ROOT / "docs" / "behaviour.md").read_text(encoding="utf-8")
    written = "\n".join(path.read_text(encoding="utf-8") for path in files() if path.name.startswith("test_"))
    proofs = set(re.findall(r"`(test_\w+)`", text))

    assert sorted(name for name in proofs if f"def {name}(" not in written) == []
