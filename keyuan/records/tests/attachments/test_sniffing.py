from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyuan.records.attachments.sniffing import sniff
from keyuan.records.tests.attachments.files import picture

ACTIVE = ("html", "svg", "xml", "script", "xhtml")


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (picture(), "x.txt", "image/png"),
        (picture(format_="JPEG"), "x", "image/jpeg"),
        (picture(format_="WEBP"), "x", "image/webp"),
        (picture(format_="GIF", mode="P"), "x", "image/gif"),
        (b"%PDF-1.7", "x.exe", "application/pdf"),
        (b"PK\3\4", "x.zip", "application/zip"),
        (b"PK\3\4", "x.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xls", "application/vnd.ms-excel"),
        (b"MZ\x90\0", "x.pdf", "application/x-msdownload"),
        ("客户,电话".encode(), "x.csv", "text/plain"),
        ("客户,电话".encode("gb18030"), "x.csv", "text/plain"),
        ("客户".encode("utf-16"), "x.csv", "text/plain"),
        ("客户".encode()[:-1], "x.txt", "text/plain"),
        (b"\xff\0\xff\0", "x.bin", "application/octet-stream"),
        (b"<!doctype html><script>alert(1)</script>", "x.html", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "x.svg", "text/plain"),
        (b"", "x", "text/plain"),
    ],
)
def test_a_file_is_what_its_content_says(content, name, found):
    assert sniff(content, name) == found


@given(st.binary(max_size=200), st.text(max_size=20))
def test_nothing_is_ever_of_a_type_that_a_browser_runs(content, name):
    assert not any(word in sniff(content, name) for word in ACTIVE)
