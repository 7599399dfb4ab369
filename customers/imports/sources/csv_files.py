"""Reads CSV files of any common shape in a stream, or refuses them with one sentence.

Python's ``csv`` alone lets one unclosed quote swallow the rows after it. Here a record over
several lines that does not fit the header is an error that names the line of the quote.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Self, TextIO

from django.utils.translation import gettext as _

from crm.common.cells import plain_cell
from customers.imports.encoding import CODECS, FileRefusedError, check_encoding, detect_encoding
from customers.imports.layout import CSV, LOOKED_AT, MAX_COLUMNS, Layout, Row, Wish, lay_out

DELIMITERS = (",", ";", "\t", "|")
MAX_LINE = 1 << 20  # characters
SWALLOWED_LINES = 2


def read_layout(path: Path, wish: Wish) -> Layout:
    """Encoding, delimiter and header."""
    if wish.encoding is None:
        encoding = detect_encoding(path)
    else:
        encoding = check_encoding(path, wish.encoding)
    delimiter = wish.delimiter or _delimiter(path, encoding)
    line = wish.header_line
    with _open(path, encoding) as stream:
        records = _records(stream, delimiter)
        rows = list(islice(records, LOOKED_AT))
        if line is not None and rows and line > rows[-1].line:
            rows += [row for row in islice(records, line) if row.line >= line][:1]
    return lay_out(rows, line, format=CSV, encoding=encoding, delimiter=delimiter)


def read_rows(path: Path, layout: Layout) -> Iterator[Row]:
    width = len(layout.header)
    with _open(path, layout.encoding) as stream:
        for row in _records(stream, layout.delimiter, width, layout.header_line):
            if row.line > layout.header_line and any(map(str.strip, row.cells)):
                yield Row(row.line, [plain_cell(cell) for cell in _fitted(row.cells, width)])


def _fitted(cells: list[str], width: int) -> list[str]:
    """Without blank cells beyond the header, which some programs write at a row's end."""
    if len(cells) > width and not any(map(str.strip, cells[width:])):
        return cells[:width]
    return cells


def _open(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=CODECS[encoding], newline="")


def _delimiter(path: Path, encoding: str) -> str:
    """What divides the first lines most evenly, outside quotes."""
    with _open(path, encoding) as stream:
        lines = [line for line in islice(_Tape(stream, ","), LOOKED_AT) if line.strip()]
    outside = ["".join(line.split('"')[::2]) for line in lines]

    def evenness(delimiter: str) -> tuple[int, int]:
        counts = Counter(line.count(delimiter) for line in outside)
        counts.pop(0, None)
        usual = max(counts, key=lambda n: (counts[n], n), default=0)
        return counts[usual], usual

    return max(DELIMITERS, key=evenness)


class _Tape:
    """The lines of a file, remembering those of the record at hand."""

    def __init__(self, stream: TextIO, delimiter: str) -> None:
        self.number = 0
        self.seen: list[str] = []
        self._stream = stream
        self._delimiter = delimiter

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > MAX_LINE:
            self._refuse_long(line)
        self.seen.append(line)
        return line

    def _refuse_long(self, line: str) -> None:
        if line.count(self._delimiter) >= MAX_COLUMNS:
            raise _too_wide(self.number)
        raise FileRefusedError(
            _("Line %(line)s is longer than %(limit)s characters.")
            % {"line": self.number, "limit": MAX_LINE}
        )

    @property
    def start(self) -> int:
        """The line on which the record at hand starts."""
        return self.number - len(self.seen) + 1


def _records(stream: TextIO, delimiter: str, width: int = 0, after: int = 0) -> Iterator[Row]:
    """Every record that is not a blank line.

    With ``width``, swallowed rows below line ``after`` are an error.
    """
    tape = _Tape(stream, delimiter)
    reader = csv.reader(tape, delimiter=delimiter, strict=True)
    while True:
        tape.seen = []
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _broken(tape, delimiter) from error
        if cells is None:
            return
        if len(cells) > MAX_COLUMNS:
            raise _too_wide(tape.start)
        below = width and tape.start > after
        if below and len(tape.seen) > 1 and _swallows(cells, width, delimiter):
            raise _unclosed(_quote_line(tape, delimiter))
        if cells:
            yield Row(tape.start, cells)


def _swallows(cells: list[str], width: int, delimiter: str) -> bool:
    """Whether a record over several lines ate rows: it does not fit, or a cell holds whole rows."""
    if len(cells) != width:
        return True
    for cell in cells:
        inner = cell.splitlines()[1:-1]
        rows = [line for line in inner if line.count(delimiter) >= width - 1 > 0]
        if len(rows) >= SWALLOWED_LINES and len(rows) == len(inner):
            return True
    return False


def _broken(tape: _Tape, delimiter: str) -> FileRefusedError:
    opened = _quote_line(tape, delimiter)
    if opened < tape.number or _still_open(tape, delimiter):
        return _unclosed(opened)
    if sum(map(len, tape.seen)) > csv.field_size_limit():
        return FileRefusedError(
            _("Line %(line)s has a cell of more than %(limit)s characters.")
            % {"line": opened, "limit": csv.field_size_limit()}
        )
    return FileRefusedError(
        _("Line %(line)s has text after a closing quote; a quote inside quotes is written twice.")
        % {"line": opened}
    )


def _unclosed(line: int) -> FileRefusedError:
    return FileRefusedError(_("Line %(line)s opens a quote that is never closed.") % {"line": line})


def _too_wide(line: int) -> FileRefusedError:
    return FileRefusedError(
        _("Line %(line)s has more than %(limit)s columns.") % {"line": line, "limit": MAX_COLUMNS}
    )


def _quote_line(tape: _Tape, delimiter: str) -> int:
    """The line of the quote that first runs over its line's end, else of the last one opened."""
    opened, _open_at_end = _walk(tape, delimiter)
    return opened


def _still_open(tape: _Tape, delimiter: str) -> bool:
    return _walk(tape, delimiter)[1]


def _walk(tape: _Tape, delimiter: str) -> tuple[int, bool]:
    """(line of the quote in doubt, is it open at the end) for the record at hand."""
    inside, opened = False, tape.start
    for number, line in enumerate(tape.seen, tape.start):
        if inside:
            pieces = line.replace('""', "").split('"')
            if len(pieces) > 1 and pieces[1][:1] not in {delimiter, "\r", "\n", ""}:
                return opened, False
        for position, character in enumerate(line):
            if character != '"':
                continue
            if inside:
                inside = False
            elif position and line[position - 1] == '"':
                inside = True  # a doubled quote: still the same cell
            elif position == 0 or line[position - 1] == delimiter:
                inside, opened = True, number
    return opened, inside
