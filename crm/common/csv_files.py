"""Small tables as CSV: UTF-8 with a mark, which spreadsheets like, and no cell that runs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from crm.common.cells import safe_cell


def csv_file(name: str, columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The download ``name``.csv of raw values: text, numbers, days, None for empty cells."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([safe_cell(str(column)) for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return answer


def _cell(value: Any) -> Any:
    if isinstance(value, int | float) or value is None:
        return value
    text = str(value)
    return text if text[1:2].isdigit() and text[:1] == "-" else safe_cell(text)
