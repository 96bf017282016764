"""E-mail and web addresses."""

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.email import clean_email
from keyuan.records.cleaners.website import clean_website, domain_key

NAUGHTY = Path(os.environ.get("KEYUAN_TEST_DATA", "../shared/data")) / "naughty_strings.json"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("sales@example.cn", "sales@example.cn"),
        ("Li.Wei@Example.COM", "Li.Wei@example.com"),
        (" ｌｉ＠ｅｘａｍｐｌｅ。ｃｎ ", "li@example.cn"),
        ("mailto:li@example.cn", "li@example.cn"),
        ("li@例子.中国", "li@例子.中国"),
        ("", ""),
    ],
)
def test_an_address_is_kept_with_its_domain_in_lower_case(typed: str, stored: str) -> None:
    assert clean_email(typed) == stored


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("li", "There is no @ in “li”. Write it like name@company.com."),
        ("li@@example.cn", "There is more than one @. Write one address."),
        ("li wei@example.cn", "An e-mail address has no blanks. Remove them."),
        ("@example.cn", "The name before @ is missing. Write it like name@company.com."),
        ("li@", "The domain after @ is missing. Write it like name@company.com."),
        ("li@example", "The domain “example” has no dot. Write it like company.com."),
        ("李@example.cn", "“李” cannot stand in an e-mail address."),
        (".li@example.cn", "Check the part before @: a dot stands only between letters or digits."),
        ("li@-example.cn", "“-example.cn” is not a domain. Write it like company.com."),
    ],
)
def test_a_wrong_address_says_how_to_mend_it(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_email(typed)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("example.cn", "https://example.cn"),
        ("HTTP://WWW.Example.com/", "http://www.example.com"),
        ("ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ", "https://www.example.com"),
        ("//example.cn/a?b=1#c", "https://example.cn/a?b=1#c"),
        ("example.cn:8080/x", "https://example.cn:8080/x"),
        ("例子.中国", "https://例子.中国"),
        ("http://192.168.1.1/x", "http://192.168.1.1/x"),
        ("", ""),
    ],
)
def test_a_web_address_is_made_whole(typed: str, stored: str) -> None:
    assert clean_website(typed) == stored
    assert clean_website(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " java\tscript:alert(1)",
        "ｊａｖａｓｃｒｉｐｔ：alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.cn",
        "mailto:li@example.cn",
        "localhost",
        "localhost:8000",
        "http://",
        "https://li:secret@example.cn",
        "https://example.cn\\@evil.cn",
        "https://a..b",
        "https://exa mple.cn",
        "https://example.cn:port",
    ],
)
def test_what_is_no_safe_web_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        clean_website(typed)


@given(st.text(max_size=60))
def test_whatever_is_accepted_opens_a_web_page(text: str) -> None:
    for typed in (text, text + ".cn", "https://" + text):
        try:
            stored = clean_website(typed)
        except Invalid:
            continue
        assert stored == "" or stored.startswith(("https://", "http://"))


@pytest.mark.skipif(not NAUGHTY.exists(), reason=f"the hostile strings are not at {NAUGHTY}")
def test_hostile_strings_are_cleaned_or_refused() -> None:
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        for clean in (clean_website, clean_email):
            with suppress(Invalid):
                clean(text)
        domain_key(text)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.shop.example.com.cn/x", "example.com.cn"),
        ("sales@mail.example.com.cn", "example.com.cn"),
        ("www.example.cn", "example.cn"),
        ("example.bj.cn", "example.bj.cn"),
        ("example.co.uk", "example.co.uk"),
        ("li@qq.com", ""),
        ("li@vip.163.com", ""),
        ("https://shop42.1688.com/", "shop42.1688.com"),
        ("https://mp.weixin.qq.com/s/abc", ""),
        ("192.168.1.1", ""),
        ("nonsense", ""),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_the_domain_that_a_company_has_for_itself(address: str, domain: str) -> None:
    assert domain_key(address) == domain


@given(st.text(max_size=40))
def test_any_text_has_a_domain_or_none(text: str) -> None:
    assert isinstance(domain_key(text), str)
