"""Reads CSV files of any common shape in a stream, or refuses them with one sentence.

Python's ``csv`` alone lets one unclosed quote swallow the rows after it. Here a record over
several lines that does not fit the header is an error that names the line of the quote.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TextIO

from django.utils.translation import gettext as _

from crm.common.cells import plain_cell
from customers.imports.encoding import CODECS, FileRefusedError, detect_encoding

DELIMITERS = (",", ";", "\t", "|")
MAX_COLUMNS = 1_000
MAX_LINE = 1 << 20  # characters
SWALLOWED_LINES = 2


@dataclass(frozen=True)
class Layout:
    """How a file is written."""

    encoding: str
    delimiter: str
    header: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file; ``line`` is where it starts, the header being line 1."""

    line: int
    cells: list[str]


def read_layout(path: Path) -> Layout:
    """Encoding, delimiter and header.

    Raises
    ------
    FileRefusedError
        The file is no CSV, or its header cannot be used.
    """
    encoding = detect_encoding(path)
    with _open(path, encoding) as stream:
        tape = _Tape(stream, ",")
        first = next((line for line in tape if line.strip()), "")
    delimiter = _delimiter(first)
    header: list[str] | None = None
    with _open(path, encoding) as stream:
        for row in _records(stream, delimiter):
            header = [" ".join(cell.split()) for cell in row.cells]
            break
    if not header:
        raise FileRefusedError(_("The file is empty."))
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise FileRefusedError(
            _("Line 1: the column “%(name)s” appears twice.") % {"name": twice[:60]}
        )
    return Layout(encoding, delimiter, header)


def count_rows(path: Path, layout: Layout, see: Callable[[Row], None] | None = None) -> int:
    """The number of rows, after a look at all of them; ``see`` gets those of the right width.

    Raises
    ------
    FileRefusedError
        A quote is not closed, a line is too long, or there is no row at all.
    """
    found = 0
    for row in read_rows(path, layout):
        found += 1
        if see is not None and len(row.cells) == len(layout.header):
            see(row)
    if not found:
        raise FileRefusedError(_("The file has a header but no rows."))
    return found


def read_rows(path: Path, layout: Layout) -> Iterator[Row]:
    """The rows below the header, blank ones left out.

    A row with too many or too few cells comes as it is: the ledger rejects it.
    """
    width = len(layout.header)
    with _open(path, layout.encoding) as stream:
        rows = _records(stream, layout.delimiter, width)
        next(rows, None)
        for row in rows:
            if any(row.cells):
                yield Row(row.line, [plain_cell(cell) for cell in row.cells])


def _open(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=CODECS[encoding], newline="")


def _delimiter(line: str) -> str:
    """The delimiter that the header uses most, outside quotes."""
    outside = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


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


def _records(stream: TextIO, delimiter: str, width: int = 0) -> Iterator[Row]:
    """Every record that is not a blank line; with ``width``, swallowed rows are an error."""
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
        if width and len(tape.seen) > 1 and _swallows(cells, width, delimiter):
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
