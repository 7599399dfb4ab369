"""A workbook (XLSX) as a stream: one sheet, rows as they come, constant memory.

Written here because the libraries keep the file on disk until its end and take six to ten times
as long (docs/benchmarks.md); the format is Office Open XML, ECMA-376 part 1, 18.3 and 12.3.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from html import escape
from itertools import islice
from typing import Any

from isal import isal_zlib

ROWS_AT_ONCE = 200  # as in ``exporting``
MOST_ROWS = 1_048_575  # below the header
MOST_TEXT = 32_767  # characters of a cell
_DAY_0 = datetime(1899, 12, 30, tzinfo=UTC)
_EPOCH = _DAY_0.toordinal()
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEEDS_CARE = ("&", "<", ">", "| ", " |")  # in cells joined by "|"
# As other writers do: shorter than inline strings, and read everywhere.
_PLAIN, _END = '<c t="str"><v>', "</v></c>"
_TOLD_APART = {str, date, type(None)}  # moments hardly repeat, and hashing them asks their zone
_BOLD, _DAY = 1, 2
# How the numbers of a column look. A moment's are days since 1899-12-30.
GENERAL, MOMENT, WHOLE, AMOUNT, SHARE, CHANGE = 0, 3, 4, 5, 6, 7
_WIDTH = 16  # of a column, in characters

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
        '<sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="4">'
        '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>'
        '<numFmt numFmtId="166" formatCode="0.0%"/>'
        '<numFmt numFmtId="167" formatCode="+0.0%;-0.0%;0.0%"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        '</cellStyleXfs><cellXfs count="8">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="167" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
        "</cellStyles></styleSheet>"
    ),
}
_SHEET_START = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews>"
)
_SHEET_END = "</sheetData></worksheet>"


class _Outlet:
    """Where the archive writes to and the stream reads from; it cannot be rewound."""

    def __init__(self) -> None:
        self._bytes: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._bytes.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Everything is out already."""

    def taken(self) -> bytes:
        data = b"".join(self._bytes)
        self._bytes.clear()
        return data


def xlsx_chunks(
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    zone: tzinfo,
    looks: Sequence[int] = (),
) -> Iterator[bytes]:
    """The file in pieces. Cells are None, text, numbers, days or aware times (shown in ``zone``).

    ``looks`` says of each column how its numbers look. Rows beyond what a sheet can hold are left
    out.
    """
    outlet: Any = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, _HEAD + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            # A third of zlib's time for the same size.
            fast = isal_zlib.compressobj(1, isal_zlib.DEFLATED, -15)
            sheet._compressor = fast  # type: ignore[attr-defined]  # zipfile has no word for it
            widths = f'<col min="1" max="{len(header)}" width="{_WIDTH}" customWidth="1"/>'
            sheet.write(f"{_SHEET_START}<cols>{widths}</cols><sheetData>".encode())
            heads = "".join(_text(name, _BOLD) for name in header)
            sheet.write(f"<row>{heads}</row>".encode())
            cells = [_cells(zone, look) for look in looks or [GENERAL] * len(header)]
            left = islice(rows, MOST_ROWS)
            while chunk := list(islice(left, ROWS_AT_ONCE)):
                columns = zip(zip(*chunk, strict=True), cells, strict=True)
                written = [_written(column, made) for column, made in columns]
                texts = ["".join(row) for row in zip(*written, strict=True)]
                sheet.write(f"<row>{'</row><row>'.join(texts)}</row>".encode())
                yield outlet.taken()
            sheet.write(_SHEET_END.encode())
    yield outlet.taken()


def _written(column: Sequence[Any], cells: Mapping[type, Callable[[Any], str]]) -> Sequence[str]:
    """The cells of a column; its text with one look at the whole, where none of it needs care."""
    if set(map(type, column)) == {str}:
        whole = "|".join(column)
        harmless = whole.isprintable() and not any(mark in whole for mark in _NEEDS_CARE)
        if harmless and whole == whole.strip() and len(whole) <= MOST_TEXT:
            return [f"{_PLAIN}{text}{_END}" if text else "<c/>" for text in column]
    return written_column(column, cells, _text)


def written_column(
    column: Sequence[Any], texts: Mapping[type, Callable[[Any], str]], other: Callable[[Any], str]
) -> Sequence[Any]:
    """The cells of a column as text. Columns often say the same: each text is made once.

    Numbers are not looked up in this way, since 1.50 and 1.5 are equal and written differently.
    """
    kinds = set(map(type, column))
    if kinds <= _TOLD_APART:
        made = {value: texts[type(value)](value) for value in set(column)}
        return [made[value] for value in column]
    if len(kinds) == 1:
        return list(map(texts.get(kinds.pop(), other), column))
    return [texts.get(type(value), other)(value) for value in column]


def _cells(zone: tzinfo, look: int) -> dict[type, Callable[[Any], str]]:
    """How each type of value becomes a cell."""
    number = f'<c s="{look}"><v>' if look else "<c><v>"
    precision = ".8f" if look == MOMENT else ""

    def moment(value: datetime) -> str:
        shown = value.astimezone(zone).replace(tzinfo=UTC, microsecond=0)
        return f'<c s="{MOMENT}"><v>{(shown - _DAY_0) / timedelta(days=1):.8f}</v></c>'

    return {
        type(None): lambda value: "<c/>",
        str: _text,
        int: lambda value: f"{number}{value}</v></c>",
        bool: lambda value: f'<c t="b"><v>{int(value)}</v></c>',
        float: lambda value: f"{number}{value:{precision}}</v></c>",
        Decimal: lambda value: f"{number}{value:f}</v></c>",
        date: lambda value: f'<c s="{_DAY}"><v>{value.toordinal() - _EPOCH}</v></c>',
        datetime: moment,
    }


def _text(value: Any, style: int = 0) -> str:
    text = str(value)[:MOST_TEXT]
    if not text.isprintable():  # the quick look: most text is
        text = _NO_XML.sub("", text)
    text = escape(text, quote=False)
    if not text:
        return "<c/>"
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    styled = f' s="{style}"' if style else ""
    return f'<c t="str"{styled}><v{kept}>{text}{_END}'
