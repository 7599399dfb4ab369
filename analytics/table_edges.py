"""What stands above and below the rows of a report: its titles, and the sum of its rows."""

from __future__ import annotations

import csv
import re
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.methods.columns import as_numbers
from analytics.methods.errors import Notice

SUM_ROW, THOUSANDS = "sum_row", "thousands"  # among a frame's attributes
_LOOKED_AT = 20
_SUMS = re.compile(
    r"(?:grand |sub|overall )?totals?|sum|(?:zwischen)?summe|gesamt(?:summe)?|insgesamt|somme|suma"
    r"|totale|总计|合计|小计|汇总|总和|总共",
    re.IGNORECASE,
)


def titles_above(file: Path, encoding: str, delimiter: str) -> int:
    """How many lines stand above the header: titles, padded to its width as spreadsheets do."""
    with file.open(encoding=encoding, errors="replace", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            rows = [(row, reader.line_num) for row in islice(reader, _LOOKED_AT)]
        except csv.Error:
            return 0
    above = 0
    for row, line in rows:
        filled = [k for k, cell in enumerate(row) if cell.strip()]
        if len(filled) > 1:
            return above
        if filled not in ([], [0]) or len(row) == 1:
            return 0
        above = line
    return 0


def without_sum(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out a last row that is named a sum and is one, and remember its name."""
    if len(frame) < 3:
        return frame
    name = next((str(cell).strip() for cell in frame.iloc[-1] if pd.notna(cell)), "")
    if not _SUMS.fullmatch(name.rstrip(":：")) or not any(map(_summed, _columns(frame))):
        return frame
    rows = frame.iloc[:-1].copy()
    rows.attrs[SUM_ROW] = name
    return rows


def _columns(frame: pd.DataFrame) -> list[pd.Series]:
    return [as_numbers(frame[name])[0] for name in frame]


def _summed(numbers: pd.Series) -> bool:
    total, parts = numbers.iloc[-1], numbers.iloc[:-1].dropna()
    several = len(parts) > 1 and bool((parts != 0).sum() > 1)
    return several and bool(np.isclose(total, parts.sum(), rtol=1e-6, atol=0.0))


def edge_notices(frame: pd.DataFrame) -> list[Notice]:
    """What is to be said of how the file was read."""
    sums, grouped = frame.attrs.get(SUM_ROW), frame.attrs.get(THOUSANDS)
    told = [Notice("sum_row_left_out", {"name": sums})] if sums else []
    return told + ([Notice("points_are_thousands", {"columns": grouped})] if grouped else [])


def with_edges_told(answer: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    """The answer of a method, its warnings begun by what is to be said of the table."""
    told = [notice.text for notice in edge_notices(frame)]
    warnings = [text for text in answer["warnings"] if text not in told]
    return {**answer, "warnings": told + warnings}
