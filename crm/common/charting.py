"""A chart: a spec for the browser and the same data as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from crm.common import formats


@dataclass(frozen=True)
class Chart:
    """A picture and its data.

    ``columns`` and ``rows`` are the data table and the CSV: raw values, formatted by ``cells``.
    """

    id: str
    title: str
    spec: dict[str, Any]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    summary: str = ""
    note: str = ""
    height: str = "md"
    links: dict[str, str] = field(default_factory=dict)
    said: Sequence[Sequence[Any]] | None = None  # the cells, where they are not those of the rows

    @property
    def spec_json(self) -> str:
        return json.dumps(self.spec, cls=DjangoJSONEncoder)

    @property
    def cells(self) -> list[list[str]]:
        """The rows as the reader's language writes them."""
        if self.said is not None:
            return [list(row) for row in self.said]
        return [[_cell(value) for value in row] for row in self.rows]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return formats.number(value)
    if isinstance(value, float):
        whole = abs(value) >= 1000 or value == 0
        return formats.number(value, 0 if whole else 3 if abs(value) < 10 else 1)
    return str(value)
