"""Grams: the same in Python and in PostgreSQL, and enough to find every word."""

import os
import re
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from keyuan.records.grams import GRAMS_SQL, contains_pattern, grams, query_grams
from keyuan.records.text import normalise

SOME = st.sampled_from("abz019 .-华为海曙é、·。々〇ÿÀ¿\u3000\u2000\u206f\u303f^%_A\n\t\x7f😀")
ANY = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXT = st.text(alphabet=SOME | ANY, max_size=40)


@pytest.fixture(scope="module")
def postgres() -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(GRAMS_SQL)
        yield connection
        connection.rollback()


def test_grams_of_chinese_and_latin_text() -> None:
    assert grams("华为a1 huawei 8802") == {
        "华", "为", "华为", "^a", "^a1", "^h", "^hu", "hua", "uaw", "awe", "wei", "^8", "^88", "880", "802",
    }  # fmt: skip


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXT)
def test_postgresql_finds_the_same_grams(postgres: psycopg.Connection, text: str) -> None:
    row = postgres.execute('SELECT grams(%s), grams(%s::text COLLATE "C")', [text, text]).fetchone()

    assert [set(found) for found in row or ()] == [grams(text), grams(text)]


def test_the_function_may_stand_in_an_index(postgres: psycopg.Connection) -> None:
    row = postgres.execute(
        "SELECT provolatile, proparallel, proisstrict FROM pg_proc WHERE proname = 'grams'"
    ).fetchone()

    assert row == ("i", "s", True)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("华", ["华"]),
        ("华为", ["华为"]),
        ("有限公司", ["有限", "限公", "公司"]),
        ("h", ["^h"]),
        ("hw", ["^hw"]),
        ("8802", ["880", "802"]),
        ("华为a1", ["华为", "^a1"]),
        ("3m中国", ["中国"]),
        ("华为 op 华为", ["华为", "^op"]),
        ("%_", []),
        ("", []),
    ],
)
def test_a_query_asks_for_the_grams_of_its_words(query: str, asked: list[str]) -> None:
    assert query_grams(query) == asked


@given(text=TEXT, data=st.data())
def test_every_part_of_a_text_is_found(text: str, data: st.DataObject) -> None:
    words = normalise(text).split()
    assume(words)
    word = data.draw(st.sampled_from(words))
    start = data.draw(st.integers(0, len(word) - 1))
    part = word[start : data.draw(st.integers(start + 1, len(word)))]
    assume(start == 0 or not re.match("[a-z0-9]{1,2}(?![a-z0-9])", part))

    assert set(query_grams(part)) <= grams(normalise(text))


@pytest.mark.parametrize("word", ["100%", "a_b", "a\\b", "%_\\", "华为"])
def test_marks_of_patterns_mean_themselves(postgres: psycopg.Connection, word: str) -> None:
    row = postgres.execute(
        "SELECT %(text)s LIKE %(pattern)s, %(other)s LIKE %(pattern)s",
        {"text": f"x{word}y", "other": "x100aab/by", "pattern": contains_pattern(word)},
    ).fetchone()

    assert row == (True, False)
