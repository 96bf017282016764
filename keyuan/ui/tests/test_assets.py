"""The files that pages are made of agree with each other."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from keyuan.ui import scripts, styles
from keyuan.ui.words import words

UI = Path(__file__).parents[1]
TEMPLATES = sorted((UI / "templates").rglob("*.html"))
SCRIPTS = sorted([*(UI / "js").glob("*.js"), *(UI / "static" / "js").glob("*.js")])
OWN_SCRIPTS = {path.name for path in SCRIPTS}


def name(path: Path) -> str:
    return str(path.relative_to(UI / "templates")) if path.suffix == ".html" else path.name


def test_the_style_sheet_is_joined_from_its_sources() -> None:
    assert styles.BUILT.read_text() == styles.joined(), "Run python -m keyuan.ui.styles"


def test_the_script_is_joined_from_its_sources() -> None:
    assert scripts.BUILT.read_text() == scripts.joined(), "Run python -m keyuan.ui.scripts"


def test_the_joined_script_leaves_no_module_out_and_no_import_in() -> None:
    joined = scripts.joined()

    assert not re.search(r"^\s*(import|export)\b|\bimport\(", joined, re.MULTILINE)
    assert all(f"const kx_{path.stem.replace('-', '_')} = " in joined for path in scripts.SOURCES.glob("*.js"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_template_compiles(path: Path) -> None:
    get_template(name(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_needs_an_exception_from_the_policy(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


def test_every_icon_is_in_the_sprite() -> None:
    sources = [*TEMPLATES, *UI.glob("*.py")]
    named = {found for path in sources for found in re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text())}
    named |= {found for path in sources for found in re.findall(r'icon="([a-z0-9-]+)"', path.read_text())}

    assert named <= set((UI / "icons.txt").read_text().split())


def test_the_sprite_holds_the_named_icons() -> None:
    sprite = (UI / "static" / "icons.svg").read_text()

    assert re.findall(r'id="i-([^"]+)"', sprite) == (UI / "icons.txt").read_text().split()


def test_the_scripts_say_only_known_sentences() -> None:
    said = {key for path in SCRIPTS for key in re.findall(r'\bsay\(\s*"(\w+)"', path.read_text())}

    assert said - set(words()) == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_no_script_writes_what_the_policy_forbids(path: Path) -> None:
    assert not re.search(r'setAttribute\("style"|\beval\(|new Function|\.insertAdjacentHTML', path.read_text())
