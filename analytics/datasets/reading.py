"""From the stored file of a dataset to a frame, its steps carried out."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from crm.common.errors import RefusedError
from customers.imports.reading import read_layout, read_rows

if TYPE_CHECKING:
    import pandas as pd

    from analytics.datasets.models import Dataset
    from analytics.methods.cleaning import StepReport

PREVIEW_ROWS = 20
LONGEST_CELL = 60
SHEETS = "sheets"  # among a frame's attributes


def load(
    dataset: Dataset, steps: Sequence[Mapping[str, Any]]
) -> tuple[pd.DataFrame, list[StepReport]]:
    """The table after ``steps``, and what each did.

    Raises
    ------
    DataProblem, FileRefusedError
        The file or a step, in one sentence.
    """
    with tempfile.TemporaryDirectory() as folder, dataset.file.open("rb") as stored:
        return load_file(stored, Path(folder), steps)


def load_file(
    stored: IO[bytes], folder: Path, steps: Sequence[Mapping[str, Any]]
) -> tuple[pd.DataFrame, list[StepReport]]:
    """As ``load``, of any open file; ``folder`` is for what is made on the way."""
    from analytics.methods.cleaning import clean
    from analytics.tables import read_table

    path, sheets = _local(stored, folder)
    frame, reports = clean(read_table(path), steps)
    frame.attrs[SHEETS] = sheets
    return frame, reports


def profile(frame: pd.DataFrame) -> tuple[list[dict[str, Any]], list[list[str]]]:
    """What each column holds (as ``describe`` tells), and the first rows as text."""
    from analytics.methods.describe import describe

    columns = describe(frame).to_dict()["columns"]
    head = frame.head(PREVIEW_ROWS)
    cells = head.astype(object).where(head.notna(), "")
    preview = [[_cell(value) for value in row] for row in cells.itertuples(index=False, name=None)]
    return columns, preview


def lines(dataset: Dataset) -> Iterator[str]:
    """The text of the file, a line at a time; also of one that cannot be read as a table."""
    from analytics.tables import text_encoding

    with tempfile.TemporaryDirectory() as folder:
        try:
            with dataset.file.open("rb") as stored:
                path, _sheets = _local(stored, Path(folder))
        except RefusedError:  # a workbook that cannot be read: nothing was shown of it either
            return
        with path.open(encoding=text_encoding(path), errors="replace") as stream:
            yield from stream


def _cell(value: Any) -> str:
    text = f"{value:.8g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _local(stored: IO[bytes], folder: Path) -> tuple[Path, list[str]]:
    """The file on this machine's disk, a workbook turned into text, and the names of its sheets
    where it has several, the one that is read first."""
    path = folder / "table"
    with path.open("wb") as local:
        shutil.copyfileobj(stored, local, 1 << 20)
    with path.open("rb") as stream:
        packed = stream.read(4) == b"PK\x03\x04"
    return _as_text(path, folder / "table.csv") if packed else (path, [])


def _as_text(path: Path, text: Path) -> tuple[Path, list[str]]:
    layout = read_layout(path)
    with text.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(layout.header)
        width = len(layout.header)
        for row in read_rows(path, layout):
            writer.writerow((row.cells + [""] * width)[: max(width, len(row.cells))])
    others = [name for name in layout.sheets if name != layout.sheet]
    return text, [layout.sheet, *others] if others else []
