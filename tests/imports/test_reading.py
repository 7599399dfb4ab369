"""Files as people send them: read as they are, or refused with one sentence."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from customers.imports.encoding import FileRefusedError
from customers.imports.reading import count_rows, read_layout, read_rows

Write = Callable[..., Path]


def refusal(path: Path) -> str:
    with pytest.raises(FileRefusedError) as caught:
        count_rows(path, read_layout(path))
    return caught.value.message


def read(path: Path) -> list[list[str]]:
    return [row.cells for row in read_rows(path, read_layout(path))]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_it_reads_chinese_in(write: Write, encoding: str) -> None:
    path = write("名称,城市\n北京云海科技,北京\n", encoding=encoding)
    assert read_layout(path).header == ["名称", "城市"]
    assert read(path) == [["北京云海科技", "北京"]]


def test_it_tells_big5_from_gb18030(write: Write) -> None:
    rows = [["臺灣積體電路製造股份有限公司", "新竹市東區"], ["國泰世華銀行", "臺北市"]]
    text = "客戶名稱,地址\n" + "".join(f"{name},{place}\n" for name, place in rows)
    for encoding, name in (("cp950", "Big5"), ("gb18030", "GB18030")):
        path = write(text, encoding=encoding)
        assert (read_layout(path).encoding, read(path)) == (name, rows)


@pytest.mark.parametrize("place", ["Zürich", "Café “Noël” — 5 €", "Ähre, Ästhetik, Åsa, Ärger"])
def test_it_reads_the_western_encoding_of_salesforces_reports(write: Write, place: str) -> None:
    path = write(f'name,city\r\nMüller & Söhne,"{place}"\r\n', encoding="cp1252")
    assert read(path) == [["Müller & Söhne", place]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_it_finds_the_delimiter(write: Write, delimiter: str) -> None:
    path = write(f'name{delimiter}"a, b; c"\n1{delimiter}2\n')
    assert read(path) == [["1", "2"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_takes_any_line_end(write: Write, end: str) -> None:
    assert read(write(end.join(["a,b", "1,2", "3,4", ""]))) == [["1", "2"], ["3", "4"]]


def test_it_keeps_line_breaks_and_quotes_inside_quotes(write: Write) -> None:
    path = write('a,b\n"one\ntwo ""three""",4\n5,6\n')
    rows = list(read_rows(path, read_layout(path)))
    assert [row.cells for row in rows] == [['one\ntwo "three"', "4"], ["5", "6"]]
    assert [row.line for row in rows] == [2, 4]


def test_it_leaves_blank_lines_out(write: Write) -> None:
    assert read(write("a,b\n\n1,2\n,\n\n")) == [["1", "2"]]


def test_it_undoes_what_keeps_spreadsheets_from_calculating(write: Write) -> None:
    assert read(write("a,b\n'+8613800138000,'quoted'\n")) == [["+8613800138000", "'quoted'"]]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ('1,2,3\n4,"5,6\n7,8,9\n1,2,3\n', 3),
        ('1,2,3\n4,"5,6\n7,8,9\n1,"two",3\n', 3),
        ('1,2,3\n4,"5,6\n7,8,9\n1,2,"\n', 3),
        ('"a\nb",2,3\n4,"5,6\n7,8,9\n', 4),
        ('1,"x ""y"" z,3\n4,5,6\n', 2),
        ('1,2,3\n"lone,5,6\n7,8,9\n1,2,3\n4,5,6\nend",5,6\n', 3),
    ],
)
def test_it_names_the_line_of_an_unclosed_quote(write: Write, body: str, line: int) -> None:
    assert refusal(write("a,b,c\n" + body)).startswith(f"Line {line} opens a quote")


def test_it_finds_the_quote_that_swallows_thousands_of_rows(write: Write) -> None:
    lines = [f"{n},text {n},{n}" for n in range(20_000)]
    lines[700] = '700,"text 700,700'
    assert refusal(write("id,text,n\n" + "\n".join(lines))).startswith("Line 702 opens a quote")


def test_it_refuses_text_after_a_closing_quote(write: Write) -> None:
    assert refusal(write('a,b\n1,2\n"RETRO" SPOT,4\n')).startswith("Line 3 has text after")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (b"a,b\n", "The file has a header but no rows."),
        (b"a,b\n1,2\n3,\x004\n", "Line 3 holds a NUL byte"),
        (b"a,b\n1,2\n3,\xff\xff\n", "Line 3 (byte 11) is neither UTF-8 nor GB18030"),
        ("name,city\nA,B\nЗаказ,Київ\n".encode("cp1251"), "Line 3 (byte"),
        (b"PK\x03\x04rest", "The workbook is damaged or protected"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is a workbook of Excel 2003 or older"),
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "The workbook is protected by a password",
        ),
        ("a,b\n".encode("utf-16"), "The file has a header but no rows."),
        ("名称\n云海\n远帆\n".encode()[:-2], "Line 3 (byte 19) is not UTF-8."),
        (b"%PDF-1.7", "This is no text file"),
        (b"\n<html><table><tr><td>Name</td></tr></table>", "This is a web page"),
    ],
)
def test_it_says_why_a_file_is_refused(write: Write, content: bytes, sentence: str) -> None:
    assert refusal(write(content)).startswith(sentence)


@pytest.mark.parametrize(
    "content",
    [b"a," * 1_000_000 + b"\n1\n", b"a,b\n" + b"1," * 1_000_000, b"x" * 60_000_000],
    ids=["wide header", "wide row", "one long line"],
)
def test_it_refuses_a_bomb_at_once(write: Write, content: bytes) -> None:
    path = write(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    assert refusal(path).startswith("Line ")
    assert time.monotonic() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_it_lets_ragged_rows_pass_for_the_ledger_to_reject(write: Write) -> None:
    assert read(write("a,b\n1\n1,2,3\n1,2\n")) == [["1"], ["1", "2", "3"], ["1", "2"]]
