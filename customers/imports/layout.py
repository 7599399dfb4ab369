"""How a file is written: its format, where its header stands, what its columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _

from customers.imports.encoding import FileRefusedError

CSV, WORKBOOK, CARDS = "csv", "xlsx", "vcard"
GROUP = "KIND:group"  # the only cell of a group of cards
MAX_COLUMNS = 1_000
# Titles may stand above the header.
LOOKED_AT = 30
HEADER_SHARE = 0.6

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FIGURE = re.compile(r"[-+¥$€£(]*[\d][\d\s.,:/()-]*(?:[ T]\d\d:.*)?%?")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file; ``line`` is where it starts, the first line being 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Wish:
    """What a person said about how a file is written; None is to be found out."""

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    sheet: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """The wish that a batch's options keep."""
        return cls(**options.get("reading", {}))

    def stored(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Layout:
    """How a file is written. ``header_line`` 0: the first row is data already."""

    format: str
    header: list[str]
    header_line: int = 1
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        """The header with a name for columns that have none."""
        return [
            name or _("Column %(n)s") % {"n": place} for place, name in enumerate(self.header, 1)
        ]


def lay_out(rows: Sequence[Row], header_line: int | None, **how: Any) -> Layout:
    """The layout of a file that begins with ``rows``.

    Raises
    ------
    FileRefusedError
        There is no row, or none at ``header_line``.
    """
    if not rows:
        raise FileRefusedError(_("The file is empty."))
    line = find_header(rows) if header_line is None else header_line
    if line == 0:
        width = max(len(row.cells) for row in rows)
        return Layout(header=[""] * width, header_line=0, **how)
    head = next((row for row in rows if row.line >= line), None)
    if head is None or not any(head.cells):
        raise FileRefusedError(_("Line %(line)s holds no header.") % {"line": line})
    return Layout(header=_distinct(head.cells), header_line=head.line, **how)


def find_header(rows: Sequence[Row]) -> int:
    """The line of the header: the first row about as wide as the table; 0 when it is data.

    The table is what holds most cells: a report may have more lines above it than rows in it.
    """
    filled = [sum(1 for cell in row.cells if cell.strip()) for row in rows]
    widths = Counter(filled)
    usual = max(widths, key=lambda width: (widths[width] * width, width))
    if usual == 0:
        return rows[0].line
    for row, width in zip(rows, filled, strict=True):
        if width >= max(min(2, usual), usual * HEADER_SHARE):
            return 0 if _is_data(row.cells) else row.line
    return rows[0].line


def _is_data(cells: Sequence[str]) -> bool:
    """Whether a row holds values rather than names of columns."""
    said = [cell.strip() for cell in cells if cell.strip()]
    if any(_MAIL.fullmatch(cell) for cell in said):
        return True
    figures = sum(1 for cell in said if _FIGURE.fullmatch(cell))
    return figures * 2 > len(said)


def _distinct(cells: Sequence[str]) -> list[str]:
    """Names without needless blanks; a name that comes again is numbered."""
    seen: Counter[str] = Counter()
    names = []
    for cell in cells:
        name = " ".join(cell.split())
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return names
