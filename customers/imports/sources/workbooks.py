"""Reads Excel workbooks (.xlsx) as a stream of rows.

A workbook is a zip of XML: sizes, ratio and rows are judged before anything is parsed, so that
a bomb costs neither time nor memory.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from warnings import catch_warnings, simplefilter

from django.utils.translation import gettext as _

from customers.imports.encoding import FileRefusedError
from customers.imports.layout import (
    LOOKED_AT,
    MAX_COLUMNS,
    WORKBOOK,
    Layout,
    Row,
    Wish,
    lay_out,
)

MAGIC = b"PK\x03\x04"
MAX_RATIO = 50
MAX_PARTS = 1_000
MAX_SHEET = 1 << 30  # bytes of XML
# All distinct texts stand in memory while a workbook is read.
MAX_TEXTS = 64 << 20
MAX_ROWS = 1_048_576  # Excel's own limit
BLOCK = 1 << 20

_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row[^>]*?\sr=\"(\d+)\"")
# A cell whose formula has no result beside it, as programs other than Excel write it.
_UNSOLVED = re.compile(
    rb'<(?:\w+:)?c (?![^>]*\bt="str")(?:[^>]*?\br="([A-Z]+\d+)")?[^>]*>\s*'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_SUSPICIOUS = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_TEXTS = "sharedstrings.xml"


def read_layout(path: Path, wish: Wish) -> Layout:
    """The sheet (the first one that holds a table, else anything; hidden ones last), its header."""
    with _book(path) as book:
        by_sight = sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
        names = [sheet.title for sheet in by_sight]
        if not names:
            raise FileRefusedError(_("The workbook has no sheet."))
        chosen = [wish.sheet] if wish.sheet in names else names
        line = wish.header_line
        looked_at = max(LOOKED_AT, (line or 0) + 1)
        name, rows = chosen[0], list[Row]()
        for sheet in chosen:
            found = list(islice(_rows(book[sheet]), looked_at))
            if _is_table(found) or not rows:
                name, rows = sheet, found
            if _is_table(found):
                break
    rows = [row for row in rows if line is None or row.line >= line] or rows
    width = max((len(row.cells) for row in rows), default=0)
    rows = [Row(row.line, row.cells + [""] * (width - len(row.cells))) for row in rows]
    return lay_out(rows, line, format=WORKBOOK, sheet=name, sheets=names)


def _is_table(rows: Sequence[Row]) -> bool:
    """Whether there are several rows of several cells; a note before the data is none."""
    return sum(1 for row in rows if len(row.cells) > 1) > 1


def read_rows(path: Path, layout: Layout) -> Iterator[Row]:
    width = len(layout.header)
    with _book(path) as book:
        if layout.sheet not in book.sheetnames:
            raise FileRefusedError(_("The workbook has no sheet “%(n)s”.") % {"n": layout.sheet})
        for row in _rows(book[layout.sheet]):
            if row.line > layout.header_line:
                # Empty cells at a row's end are not written by every program.
                missing = width - len(row.cells)
                cells = row.cells + [""] * missing if missing > 0 else row.cells
                # A text of a workbook is a text: nothing was put before it, as in CSV files.
                yield Row(row.line, cells)


def _rows(sheet: Any) -> Iterator[Row]:
    """The rows that hold something; trailing empty cells are cut off."""
    sheet.reset_dimensions()
    found = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
    try:
        for line, values in enumerate(found, 1):
            cells = [_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > MAX_COLUMNS:
                raise FileRefusedError(
                    _("Line %(line)s has more than %(limit)s columns.")
                    % {"line": line, "limit": MAX_COLUMNS}
                )
            if cells:
                yield Row(line, cells)
    except (ValueError, KeyError, IndexError, TypeError, SyntaxError, zipfile.BadZipFile) as error:
        raise _damaged() from error


def _text(value: Any) -> str:
    """A cell as a CSV file would have it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        whole = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if whole else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


@contextmanager
def _book(path: Path) -> Iterator[Any]:
    """The workbook, after its parts have been judged by their sizes."""
    with path.open("rb") as stream:
        book = _opened(stream)
        try:
            yield book
        finally:
            book.close()


def _opened(stream: BinaryIO) -> Any:
    from openpyxl import load_workbook  # a quarter second that every process would spend

    try:
        with zipfile.ZipFile(stream) as parts:
            _judge(parts)
        stream.seek(0)
        with catch_warnings():
            # Styles and extensions that are not understood do not matter here.
            simplefilter("ignore", UserWarning)
            return load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except FileRefusedError:
        raise
    except (OSError, ValueError, KeyError, IndexError, TypeError, SyntaxError, EOFError,
            zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise _damaged() from error


def _judge(parts: zipfile.ZipFile) -> None:
    """Raise FileRefusedError for a bomb, or for more than can be read."""
    infos = parts.infolist()
    names = {info.filename.casefold() for info in infos}
    if "xl/workbook.xml" not in names:
        raise FileRefusedError(_("This is no Excel workbook; CSV, .xlsx and vCard are read."))
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > MAX_PARTS or unpacked > MAX_RATIO * max(packed, 1) or unpacked > MAX_SHEET:
        raise FileRefusedError(
            _("The workbook unpacks to far more than its size; save it as “CSV UTF-8” instead.")
        )
    for info in infos:
        name = info.filename.casefold()
        if name.endswith(_TEXTS) and info.file_size > MAX_TEXTS:
            raise FileRefusedError(
                _("The workbook holds too much text to be read; save it as “CSV UTF-8” instead.")
            )
        if name.endswith((".xml", ".rels")):
            _scan(parts, info, rows="worksheets/" in name)


def _scan(parts: zipfile.ZipFile, info: zipfile.ZipInfo, *, rows: bool) -> None:
    """Look through a part's text for entities, and for a row number beyond Excel's own limit."""
    tail = b""
    with parts.open(info) as stream:
        while block := stream.read(BLOCK):
            text = tail + block
            if _SUSPICIOUS.search(text):
                raise _damaged()
            if rows:
                _judge_rows(text)
            tail = block[-1024:]


def _judge_rows(text: bytes) -> None:
    if any(int(n) > MAX_ROWS for n in _ROW_NUMBER.findall(text)):
        raise FileRefusedError(_("The sheet has more than %(limit)s rows.") % {"limit": MAX_ROWS})
    if (b"<f" in text or b":f" in text) and (found := _UNSOLVED.search(text)):
        raise FileRefusedError(
            _("Cell %(cell)s holds a formula without its result; open the workbook in Excel and "
              "save it again.")
            % {"cell": (found[1] or b"?").decode()}
        )  # fmt: skip


def _damaged() -> FileRefusedError:
    return FileRefusedError(
        _("The workbook is damaged or protected; open it in Excel and save it again.")
    )
