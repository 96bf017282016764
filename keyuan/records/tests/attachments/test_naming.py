from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyuan.records.attachments.limits import kinds_in
from keyuan.records.attachments.naming import INVISIBLE, LONGEST, clean_name, kind_of, split

NAUGHTY = Path(os.environ.get("KEYUAN_TEST_DATA", "../shared/data")) / "naughty_strings.json"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("海曙二期方案 V3.pdf", "海曙二期方案 V3.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("D:\\资料\\林\\合同.docx", "合同.docx"),
        ("/", "file"),
        ("", "file"),
        ("...", "file"),
        (" .. ", "file"),
        (".htaccess", "htaccess"),
        ("a\nb\r\n.txt", "a b .txt"),
        ("a\0b.txt", "ab.txt"),
        ('say "hi".txt', "say _hi_.txt"),
        ("a.exe:stream", "a.exe_stream"),
        ("exe\u202efdp.scr", "exefdp.scr"),
        ("名\u200b字\ufeff.pdf", "名字.pdf"),
        ("e\u0301.txt", "é.txt"),
        ("archive.tar.gz", "archive.tar.gz"),
        ("trailing.  ", "trailing"),
        ("<script>alert(1)</script>.png", "script_.png"),
    ],
)
def test_names_are_what_can_be_saved_anywhere(given_name, kept):
    assert clean_name(given_name) == kept


def test_a_long_name_is_cut_before_its_ending():
    name = clean_name("很长的名字" * 100 + ".pdf")

    assert name.endswith("字.pdf") or name.endswith(".pdf")
    assert LONGEST - 3 <= len(name.encode()) <= LONGEST
    assert "\ufffd" not in name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.pdf", ("a", ".pdf")),
        ("a.b.PDF", ("a.b", ".PDF")),
        ("plain", ("plain", "")),
        (".hidden", (".hidden", "")),
        ("V1.0 final version of it", ("V1.0 final version of it", "")),
        ("x." + "y" * 40, ("x." + "y" * 40, "")),
    ],
)
def test_the_ending_of_a_name_is_told_apart(name, parts):
    assert split(name) == parts


def test_kinds_are_compared_in_lower_case_and_half_width():
    assert [kind_of(name) for name in ("a.PDF", "a.ｅｘｅ", "a")] == ["pdf", "exe", ""]


def test_kinds_are_read_as_somebody_writes_them():
    assert kinds_in(".exe, *.BAT；cmd、vbs\n  msi") == ["bat", "cmd", "exe", "msi", "vbs"]


def is_harmless(name):
    return (
        0 < len(name.encode()) <= LONGEST
        and not set('/\\<>:"|?*') & set(name)
        and not name.startswith((".", " "))
        and not name.endswith((".", " "))
        and not any(unicodedata.category(char) in INVISIBLE for char in name)
    )


@given(st.text())
def test_whatever_comes_becomes_a_harmless_name(text):
    name = clean_name(text)

    assert is_harmless(name)
    assert clean_name(name) == name
    assert "".join(split(name)) == name


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the trial data is not here")
def test_naughty_names_become_harmless():
    names = [clean_name(f"{one}{ending}") for one in json.loads(NAUGHTY.read_text()) for ending in ("", ".pdf")]

    assert [name for name in names if not is_harmless(name)] == []
