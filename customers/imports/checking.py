"""A look at a file before anything is written: what it holds, and whether it can be read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from customers.imports.encoding import FileRefusedError
from customers.imports.guessing import SAMPLE, kind_marks
from customers.imports.layout import CARDS, Layout, Wish
from customers.imports.mapped import MappedImporter
from customers.imports.reading import count_rows, read_layout, read_rows
from customers.imports.registry import Importer, importers, kinds_for

REP_MAX_ROWS = 5_000


def import_check(
    *, path: Path, kind: str, actor: Any, complete: bool = True, wish: Wish | None = None
) -> tuple[str, Layout, int | None]:
    """Look a file through before anything is written: its kind, layout and rows.

    Parameters
    ----------
    path
        The file.
    kind
        A registered kind, or "" to tell it by the header.
    actor
        Who imports; None for the system.
    complete
        Read every row; else only encoding and header, and the number of rows is None.
    wish
        What the person said about how the file is written.

    Raises
    ------
    FileRefusedError
        One sentence with the line and the cause.
    """
    if path.stat().st_size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // (1024 * 1024)
        raise FileRefusedError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
    layout = read_layout(path, wish)
    offered = kinds_for(actor)
    kind = kind or guess_kind(layout, offered)
    if not kind:
        raise FileRefusedError(
            _("The columns fit nothing that can be imported; choose what the file holds.")
        )
    chosen = importers.get(kind)
    if chosen is None or chosen not in offered:
        raise PermissionDenied
    if not issubclass(chosen, MappedImporter):
        chosen.places(layout.header)
    rows = None
    if complete:
        rows = count_rows(path, layout)
        refuse_too_many(rows, actor)
    return kind, layout, rows


def guess_kind(layout: Layout, kinds: Sequence[type[Importer]]) -> str:
    """What the header speaks for; "" when nothing fits.

    A fixed layout whose columns are all there comes first, the most demanding of several.
    """
    fits = [(len(found), kind.kind) for kind in kinds if (found := _fixed_fit(kind, layout))]
    if fits:
        return max(fits)[1]
    mapped = [kind for kind in kinds if issubclass(kind, MappedImporter)]
    if layout.format == CARDS:
        mapped.sort(key=lambda kind: kind.kind != "contacts")
        return mapped[0].kind if mapped else ""
    usable = [kind for kind in mapped if _names_somebody(kind, layout)]
    if not usable:
        return ""
    return max(usable, key=lambda kind: _marks(kind, layout)).kind


def _marks(kind: type[MappedImporter], layout: Layout) -> int:
    """How much speaks for a kind; a name beside a customer's is of somebody who works there."""
    marks = kind_marks(kind.kind, layout.header)
    keys = set(kind.guess(layout.header, None).values())
    beside = kind.kind == "contacts" and "customer" in keys
    return marks + bool(beside and keys & {"name", "first_name", "last_name"})


def _fixed_fit(kind: type[Importer], layout: Layout) -> dict[str, int]:
    if issubclass(kind, MappedImporter):
        return {}
    try:
        return kind.places(layout.header)
    except FileRefusedError:
        return {}


def _names_somebody(kind: type[MappedImporter], layout: Layout) -> bool:
    mapping = kind.guess(layout.header, None)
    return not kind.missing(mapping.values())


def sample_rows(path: Path, layout: Layout, most: int = SAMPLE) -> list[list[str]]:
    """The first rows of the right width."""
    width = len(layout.header)
    rows = islice(read_rows(path, layout), most)
    return [row.cells for row in rows if len(row.cells) == width]


def refuse_too_many(rows: int, actor: Any) -> None:
    if actor is not None and actor.is_rep and rows > REP_MAX_ROWS:
        raise FileRefusedError(
            _("The file has %(rows)s rows; a sales rep may import %(limit)s at a time.")
            % {"rows": rows, "limit": REP_MAX_ROWS}
        )
