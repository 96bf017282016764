"""Every sentence of the product has its Chinese, in the words of the house."""

from __future__ import annotations

import io
import re

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo

from keyuan.ui.messages import path_of, read, template, untranslated

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
UNWANTED = {
    "您": "the house says 你",
    "！": "no exclamation marks",
    "提交": "保存",
    "操作失败": "say what is wrong and how to mend it",
    "非法": "say what is wrong and how to mend it",
    "最近跟进": "最后跟进",
}


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return template()


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return read("zh_Hans")


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def sources(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def translated(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_text_has_its_chinese(texts: Catalog, chinese: Catalog) -> None:
    assert untranslated(chinese, texts) == [], "Run python -m keyuan.ui.messages and fill in what it names."


def test_what_the_product_reads_is_compiled_from_what_translators_write(chinese: Catalog) -> None:
    compiled = io.BytesIO()

    write_mo(compiled, chinese)

    assert path_of("zh_Hans").with_suffix(".mo").read_bytes() == compiled.getvalue()


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def test_placeholders_survive_translation(chinese: Catalog) -> None:
    pairs = [(sources(message)[-1], text) for message in translated(chinese) for text in strings(message) if text]

    assert [pair for pair in pairs if placeholders(pair[0]) != placeholders(pair[1])] == []


@pytest.mark.parametrize("word", UNWANTED)
def test_chinese_is_written_in_the_words_of_the_house(chinese: Catalog, word: str) -> None:
    assert [string for message in translated(chinese) for string in strings(message) if word in string] == []


def test_chinese_sentences_use_full_width_signs(chinese: Catalog) -> None:
    half = re.compile(r"[\u4e00-\u9fff][,;:?!](\s|$|[\u4e00-\u9fff])")
    assert [string for message in translated(chinese) for string in strings(message) if half.search(string)] == []
