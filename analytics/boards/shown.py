"""A card with its content, ready for page, paper, mail and file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from analytics.boards.drawings import Spark
from analytics.boards.looks import Look
from analytics.boards.models import BoardCard
from crm.common.charting import Chart


@dataclass(frozen=True)
class Shown:
    """``kind`` is metric, chart, table or gone; ``url`` leads to the records behind it.

    ``rows`` are raw values for files, ``cells`` the same as the reader's language writes them.
    ``as_of`` is when a stored result was computed; ``raw`` the figure itself.
    """

    card: BoardCard
    title: str
    kind: str
    url: str = ""
    raw: Any = None
    value: str = ""
    change: str = ""
    direction: str = ""
    good: bool | None = None
    then: str = ""
    spark: Spark | None = None
    chart: Chart | None = None
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    cells: Sequence[Sequence[Any]] = ()
    about: str = ""
    notes: Sequence[str] = field(default_factory=list)
    as_of: datetime | None = None
    more_url: str = ""
    numbers: bool = False  # the columns after the first are numbers
    is_empty: bool = False
    nothing: str = ""

    @property
    def chart_id(self) -> str:
        """Unique on a page, whatever charts its cards show."""
        return f"chart-{self.card.pk}"

    @property
    def data(self) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        """Columns and raw rows, as files hold them."""
        if self.chart is not None:
            return self.chart.columns, self.chart.rows
        if self.kind == "metric":
            return [self.title], [[self.raw]]
        return self.columns, self.rows


def deaf_to(look: Look, obeys: Collection[str]) -> list[str]:
    """Which of the chosen filters the card cannot obey, in words."""
    unheard = [text for name, text in look.named.items() if name not in obeys]
    if not unheard:
        return []
    return [_("Not narrowed by: %(filters)s") % {"filters": "; ".join(unheard)}]
