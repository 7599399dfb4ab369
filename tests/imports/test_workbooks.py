"""Excel workbooks: read as a CSV file would be, or refused before they cost anything."""

from __future__ import annotations

import resource
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from customers.imports.encoding import FileRefusedError
from customers.imports.layout import Wish
from customers.imports.reading import count_rows, read_layout, read_rows
from customers.models import Customer, ImportBatch
from tests.imports.conftest import sums

BringIn = Callable[..., ImportBatch]
NINE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC).replace(tzinfo=None)  # a workbook has no zones
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """``book([["a"], [1]], other=[["x"]])``: a workbook with these sheets."""

    def make(*rows: list[Any], **sheets: list[list[Any]]) -> Path:
        made = Workbook()
        first: Any = made.active
        for row in rows:
            first.append(row)
        for name, more in sheets.items():
            sheet = made.create_sheet(name)
            for row in more:
                sheet.append(row)
        path = tmp_path / "book.xlsx"
        made.save(path)
        return path

    return make


def read(path: Path, wish: Wish | None = None) -> list[list[str]]:
    return [row.cells for row in read_rows(path, read_layout(path, wish))]


def test_it_reads_cells_as_people_see_them(book: Callable[..., Path]) -> None:
    path = book(
        ["名称", "电话", "数量", "日期", "时间", "好"],
        ["云海", 13800138000, 1.5, date(2026, 3, 1), NINE, True],
        ["远帆", None, 2.0, None, None, False],
    )
    assert read_layout(path).header == ["名称", "电话", "数量", "日期", "时间", "好"]
    assert read(path) == [
        ["云海", "13800138000", "1.5", "2026-03-01", "2026-03-01 09:30:00", "TRUE"],
        ["远帆", "", "2", "", "", "FALSE"],
    ]


def test_it_finds_the_header_below_a_title_and_leaves_blank_rows_out(
    book: Callable[..., Path],
) -> None:
    path = book(["Report of May"], [], ["name", "city", "phone"], ["A", "Bonn", "1"], [], ["B"])
    layout = read_layout(path)
    assert (layout.header_line, layout.header) == (3, ["name", "city", "phone"])
    assert [row.line for row in read_rows(path, layout)] == [4, 6]
    assert read(path)[1] == ["B", "", ""]


def test_it_reads_the_sheet_that_was_chosen(book: Callable[..., Path]) -> None:
    path = book(["name"], ["A"], 客户=[["名称"], ["云海"]])
    assert read_layout(path).sheets == ["Sheet", "客户"]
    assert read(path, Wish(sheet="客户")) == [["云海"]]


def test_it_passes_by_a_sheet_with_a_note(book: Callable[..., Path]) -> None:
    path = book(
        ["About this file"], [], ["Made on Monday"], 数据=[["名称", "城市"], ["云海", "北京"]]
    )
    assert read_layout(path).sheet == "数据"
    assert read(path, Wish(sheet="Sheet")) == [["Made on Monday"]]


def test_it_tells_formulas_whose_results_are_missing(book: Callable[..., Path]) -> None:
    path = book(["名称", "数量"], ["云海", "=1+1"])
    with pytest.raises(FileRefusedError, match="Cell B2 holds a formula without its result"):
        read_layout(path)
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read(SHEET)
    for kept, cell in ((b'"><f>1+1</f><v>2</v>', "2"), (b'" t="str"><f>1+1</f><v></v>', "")):
        solved = repack(path, SHEET, sheet.replace(b'"><f>1+1</f><v />', kept))
        assert read(solved) == [["云海", cell]]


def test_it_passes_by_a_hidden_sheet(tmp_path: Path) -> None:
    made = Workbook()
    hidden: Any = made.active
    for sheet, name in ((hidden, "A"), (made.create_sheet("客户"), "云海")):
        sheet.append(["名称", "城市"])
        sheet.append([name, "北京"])
    hidden.sheet_state = "hidden"
    made.save(path := tmp_path / "book.xlsx")
    assert (read_layout(path).sheet, read(path)) == ("客户", [["云海", "北京"]])


@pytest.mark.django_db
def test_it_imports_a_workbook(book: Callable[..., Path], bring_in: BringIn) -> None:
    path = book(["客户名称", "电话"], ["云海", 13800138000], ["远帆", "+86 139 0013 9000"])
    assert sums(bring_in(path)) == (2, 2, 0, 0, 0)
    phones = Customer.objects.order_by("pk").values_list("phone", flat=True)
    assert list(phones) == ["+8613800138000", "+8613900139000"]


def repack(path: Path, name: str, content: bytes) -> Path:
    """The workbook with one of its parts replaced."""
    made = path.with_name("bad.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    return made


def sheet(inside: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="' + space + b'"><sheetData>' + inside + b"</sheetData></worksheet>"


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "ratio": (SHEET, lambda: sheet(b" " * 400_000_000), "unpacks to far more than its size"),
    "rows": (
        SHEET,
        lambda: sheet(b'<row r="999999999"><c r="A999999999" t="n"><v>1</v></c></row>'),
        "more than 1048576 rows",
    ),
    "entities": (
        SHEET,
        lambda: b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>' + sheet(b"<row/>"),
        "damaged or protected",
    ),
    "broken": (SHEET, lambda: b"<worksheet", "damaged or protected"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_it_refuses_a_bomb_at_once(book: Callable[..., Path], bomb: str) -> None:
    part, content, sentence = BOMBS[bomb]
    path = repack(book(["name"], ["A"]), part, content())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with pytest.raises(FileRefusedError, match=sentence):
        count_rows(path, read_layout(path))
    assert time.monotonic() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_it_refuses_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.txt", "a")
    with pytest.raises(FileRefusedError, match="no Excel workbook"):
        read_layout(path)


def test_it_refuses_more_columns_than_can_be_meant(book: Callable[..., Path]) -> None:
    with pytest.raises(FileRefusedError, match="more than 1000 columns"):
        read_layout(book(["x"] * 1_001))
