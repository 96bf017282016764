import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyuan.exchange.reading import Unreadable, column_letter, read_table
from keyuan.exchange.tests.files import sheet, trial
from keyuan.exchange.writer import Sheet, escaped, unescaped, write_csv

LINES = "客户名称,电话\n宁波海曙精密机械有限公司,0574-87352210\n"


def read(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    return read_table(path)


@pytest.mark.parametrize(
    ("encoding", "mark", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("gbk", b"", "gb18030"),
        ("gb18030", b"", "gb18030"),
    ],
)
def test_chinese_is_read_in_every_usual_encoding(tmp_path, encoding, mark, named):
    table = read(tmp_path, mark + LINES.encode(encoding))

    assert table.header == ["客户名称", "电话"]
    assert table.rows == [(2, ["宁波海曙精密机械有限公司", "0574-87352210"])]
    assert table.reading["encoding"] == named


def test_utf_16_without_a_mark_is_read(tmp_path):
    table = read(tmp_path, "name,phone\nAcme Ltd,1\n".encode("utf-16-le"))

    assert table.rows == [(2, ["Acme Ltd", "1"])]


def test_rare_characters_of_gb18030_are_read(tmp_path):
    assert read(tmp_path, "名称,x\n𠮷野家𬭎,1\n".encode("gb18030")).rows == [(2, ["𠮷野家𬭎", "1"])]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_found(tmp_path, separator):
    content = (
        f"a{separator}b{separator}c\n1{separator}2, 3; 4{separator}\n"
        if separator in "\t|"
        else f"a{separator}b\n1{separator}2\n"
    )

    assert read(tmp_path, content.encode()).header[:2] == ["a", "b"]


def test_a_semicolon_may_stand_in_a_cell_of_a_file_with_commas(tmp_path):
    table = read(tmp_path, b'name,phone\n"A","1;2"\n"B","3;4"\n')

    assert table.rows == [(2, ["A", "1;2"]), (3, ["B", "3;4"])]


def test_a_line_end_inside_quotes_belongs_to_the_cell(tmp_path):
    table = read(tmp_path, b'name,notes\r\nA,"one\r\ntwo"\r\nB,x\r\n')

    assert table.rows == [(2, ["A", "one\r\ntwo"]), (3, ["B", "x"])]


def test_headers_may_be_empty_or_twice_and_commas_may_trail(tmp_path):
    table = read(tmp_path, b",name,name,\n0,A,B,\n1,C,,\n")

    assert table.header == ["", "name", "name"]
    assert table.rows == [(2, ["0", "A", "B"]), (3, ["1", "C"])]


def test_blank_lines_are_left_out_but_counted(tmp_path):
    assert read(tmp_path, b"\nname\n\nA\n,\nB\n").rows == [(4, ["A"]), (6, ["B"])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no rows"),
        (b"name\n", "no rows below"),
        (b'name,x\nA,"open\nB,y\n', "row 2"),
        (b"PK\x03\x04 but no archive", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "damaged|password"),
        (b"name\n" + b"," * 600 + b"x\n", "Row 2 has 601 columns"),
        ("名称\n".encode("utf-8-sig") + b"\xff\xfe\n", "Line 2"),
    ],
)
def test_what_is_broken_is_refused_with_the_place(tmp_path, content, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(tmp_path, content)


def test_a_stray_quotation_mark_is_taken_as_written(tmp_path):
    assert read(tmp_path, b'name,x\n"A" Ltd,1\n').rows == [(2, ["A Ltd", "1"])]


def test_a_sheet_is_read_from_where_it_begins(tmp_path):
    path = sheet(tmp_path / "a.xlsx", [], ["", "客户名称", "电话"], [], ["", "甲", 13800138000], ["", "乙", 1.5])

    table = read_table(path)

    assert table.header == ["", "客户名称", "电话"]
    assert table.rows == [(4, ["", "甲", "13800138000"]), (5, ["", "乙", "1.5"])]


def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path):
    path, changed = sheet(tmp_path / "a.xlsx", ["name", "x"], ["A", "1"]), tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for one in old.infolist():
            new.writestr(one.filename, re.sub(rb'dimension ref="[^"]+"', b'dimension ref="A1:A1"', old.read(one)))

    assert read_table(changed).rows == [(2, ["A", "1"])]


def test_a_cell_far_outside_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "far.xlsx"
    with Sheet(path, "x") as made:
        made.header(["name"])
        made.sheet.write_string(1_048_575, 16_383, "far")

    with pytest.raises(Unreadable, match="row 1048576"):
        read_table(path)


def test_an_archive_that_swells_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (301 * 1024 * 1024))

    with pytest.raises(Unreadable, match="larger than 300 MB"):
        read_table(path)


def test_an_archive_of_something_else_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("list.csv", "name\nA\n")

    with pytest.raises(Unreadable, match="archive"):
        read_table(path)


def test_trial_files_are_read_whole():
    assert len(read_table(trial("listed_companies.csv")).rows) == 2228
    gbk = read_table(trial("listed_gbk.csv"))
    assert (len(gbk.rows), gbk.header[0], gbk.reading["encoding"]) == (4347, "", "gb18030")
    leads = read_table(trial("leads_9240.csv"))
    assert (len(leads.rows), len(leads.header)) == (9240, 37)
    assert len(read_table(trial("google_contacts_129_columns.csv")).header) == 129


def test_columns_are_lettered_as_in_a_spreadsheet():
    assert [column_letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=6))
def test_what_is_written_as_csv_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    width = max(map(len, rows))
    header = [f"column {place}" for place in range(width)]
    marked = [["x", *row] for row in rows]

    write_csv(path, ["x", *header], marked)

    read_back = [line for _number, line in read_table(path).rows]
    assert read_back == [trimmed(row) for row in marked]


def trimmed(row):
    row = list(row)
    while row and not row[-1].strip():
        row.pop()
    return row


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "　=1", "  =1", "\u200b=1", "'=1"]
)
def test_no_cell_of_a_csv_file_begins_a_formula(text):
    assert escaped(text).startswith("'")
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize("text", ["", "海曙", "a=b", "'quoted'", "1-2"])
def test_plain_cells_stay_as_they_are(text):
    assert escaped(text) == text
