"""Opens a file of any format that can be imported as one stream of rows.

Importers see rows of cells and nothing of encodings, workbooks or cards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from django.utils.translation import gettext as _

from customers.imports.encoding import FileRefusedError
from customers.imports.layout import CARDS, CSV, WORKBOOK, Layout, Row, Wish
from customers.imports.sources import cards, csv_files, workbooks

_SOURCES: dict[str, ModuleType] = {CSV: csv_files, WORKBOOK: workbooks, CARDS: cards}


def read_layout(path: Path, wish: Wish | None = None) -> Layout:
    """How the file is written, as far as ``wish`` does not say.

    Raises
    ------
    FileRefusedError
        It cannot be read; the message is one sentence with the line and the cause.
    """
    return _SOURCES[_format(path)].read_layout(path, wish or Wish())


def read_rows(path: Path, layout: Layout) -> Iterator[Row]:
    """The rows below the header, blank ones left out.

    A row with too many or too few cells comes as it is: the ledger rejects it.
    """
    return _SOURCES[layout.format].read_rows(path, layout)


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


def _format(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(2048)
    if head.startswith(workbooks.MAGIC):
        return WORKBOOK
    return CARDS if cards.starts(head) else CSV
