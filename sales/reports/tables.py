"""The table of a report: rows with their figures, a total that adds up, and what was before.

A fixed number of queries: groups and total, those of the period compared with, the total by itself
where there are columns, and the names of the groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from sales import measures
from sales.reports import periods
from sales.reports.dimensions import NOTHING, Dimension, Step, step_expression
from sales.reports.query import DAYS, ReportQuery

MOST_ROWS = 500
MOST_COLUMNS = 12
FEW = 5  # below it, mean and spread say little
SPREAD = ("mean", "median", "variance", "sd", "least", "most")
UNTOLD = {"variance", "sd", "least", "most"}  # of the total, where there are columns
OTHERS = "\x00others"  # the key of what is left over; no value has it


@dataclass(frozen=True)
class Figures:
    """Of one group. ``count`` sales or deals, ``total`` their amount less refunds.

    Mean, median, variance, deviation, least and most are those of the sales or deals; None where
    there are too few (a variance needs two). Money is in the base currency.
    """

    count: int = 0
    total: Decimal = Decimal(0)
    refunds: int = 0
    mean: Decimal | None = None
    median: Decimal | None = None
    variance: Decimal | None = None
    sd: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def few(self) -> bool:
        return 0 < self.count < FEW


@dataclass
class Row:
    """A group: its key and name, its figures, its share of the total, its change."""

    key: Any
    label: str
    figures: Figures
    share: float | None = None
    previous: Decimal | None = None
    change: float | None = None
    cells: dict[Any, Figures] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportTable:
    query: ReportQuery
    rows: Sequence[Row]
    total: Row
    columns: Sequence[tuple[Any, str]]
    compared: tuple[date, date] | None

    @property
    def is_empty(self) -> bool:
        """Nothing happened: neither a sale nor a refund nor a deal."""
        return not (self.total.figures.count or self.total.figures.refunds)


def build(query: ReportQuery) -> ReportTable:
    """The figures of the question, as its user may see them."""
    read = _read(query)
    total = Row(None, _("Total"), read[()].get((), Figures()))
    before = query.compared
    past: dict[Any, Decimal] = {}
    if before is not None:
        past = _past(before, total)
    found = {key: figures for (key,), figures in read[("row",)].items()}
    rows = _rows(query, found, past, before)
    columns: list[tuple[Any, str]] = []
    if query.across is not None:
        columns = _add_cells(query.across, read, rows, total)
    for row in (*rows, total):
        row.share = _ratio(row.figures.total, total.figures.total)
        if before is not None:
            row.change = _change(row.figures.total, row.previous)
    rows = _sorted(query, rows)
    period = (before.start, before.end) if before is not None else None
    return ReportTable(query, rows, total, columns, period)  # type: ignore[arg-type]  # compared periods have bounds


Sets = dict[tuple[str, ...], dict[tuple[Any, ...], Figures]]


def _read(query: ReportQuery) -> Sets:
    """The figures by key, for each set of keys: ("row",) and (), with columns also theirs.

    Everything is read once. Only with columns is the total read by itself: its spread is shown,
    that of rows and cells is not, and costs sorting.
    """
    records, names, across = query.records(), _names(query), query.across
    if across is None:
        return _grouped(query, records, {"row": query.by}, [("row",), ()], names)
    shown = {name: names[name] for name in dict.fromkeys(("total", query.figure))}
    sets = [("row",), ("col",), ("row", "col")]
    told = {ours: theirs for ours, theirs in names.items() if ours not in UNTOLD}
    return {
        **_grouped(query, records, {"row": query.by, "col": across}, sets, shown),
        (): {(): _figures(query, measures.over(records, *told.values()))},
    }


def _names(query: ReportQuery) -> dict[str, str]:
    """Our figures' names → those of ``sales.measures``."""
    spread = {name: name for name in SPREAD}
    if query.what != "orders":
        return {"count": "deals", "total": "amount", **spread}
    refunds = {} if query.of_lines else {"refunds": "refunds"}
    return {"count": "orders", "total": "revenue", **refunds, **spread}


def _expression(query: ReportQuery, dimension: Dimension) -> Any:
    if not isinstance(dimension, Step):
        return dimension.expression(lines=query.of_lines)
    days, is_day = DAYS[query.what]
    path = f"order__{days}" if query.of_lines else days
    return step_expression(dimension.key, path, is_day=is_day)


def _grouped(
    query: ReportQuery, records: Any, by: Mapping[str, Dimension],
    sets: Sequence[tuple[str, ...]], names: Mapping[str, str],
) -> Sets:  # fmt: skip
    keys = {name: _expression(query, dimension) for name, dimension in by.items()}
    found: Sets = {one: {} for one in sets}
    for one, values in measures.by_sets(records, keys, sets, *names.values()):
        found[one][tuple(values[name] for name in one)] = _figures(query, values)
    return found


def _figures(query: ReportQuery, values: Mapping[str, Any]) -> Figures:
    return Figures(**{ours: values[theirs] for ours, theirs in _names(query).items()
                      if theirs in values})  # fmt: skip


def _past(before: ReportQuery, total: Row) -> dict[Any, Decimal]:
    """The totals of the period compared with, by key; the whole one is put into ``total``.

    From the sums that are kept by day where they can tell. Every record is in one group, so the
    whole is their sum.
    """
    kept = before.kept_days()
    if kept is None:
        records, key = before.records(), _expression(before, before.by)
    else:
        records, key = kept, before.by.of_days()
    name = _names(before)["total"]
    past = {row["row"]: row[name] for row in measures.grouped(records, {"row": key}, name)}
    total.previous = sum(past.values(), Decimal(0))
    return past


def _rows(
    query: ReportQuery, found: dict[Any, Figures], past: dict[Any, Decimal],
    before: ReportQuery | None,
) -> list[Row]:  # fmt: skip
    by = query.by
    if isinstance(by, Step):
        rows = _step_rows(query, by, found)
        if before is not None:
            _match_steps(by, rows, query, past, before)
        return rows
    keys = [*found, *(key for key in past if key not in found)]
    labels = by.labels(keys)
    rows = [Row(key, _label(key, labels), found.get(key, Figures())) for key in keys]
    if before is not None:
        for row in rows:
            row.previous = past.get(row.key, Decimal(0))
    return _cut(rows)


def _label(key: Any, labels: Mapping[Any, str]) -> str:
    return labels.get(key) or str(NOTHING if key in ("", None) else key)


def _step_rows(query: ReportQuery, by: Step, found: dict[Any, Figures]) -> list[Row]:
    """Every step of the period, also those without records; the days without a date last."""
    keys = sorted(key for key in found if key is not None)
    start, end = query.start, query.end
    if keys and (start is None or end is None):
        start, end = keys[0], keys[-1] + periods.DAY
    if start is not None and end is not None:
        steps = periods.steps_between(by.key, start, end)
        if len(steps) <= periods.MOST_STEPS:
            keys = sorted({*steps, *keys})
    rows = [Row(key, by.label_of(key), found.get(key, Figures())) for key in keys]
    if None in found:
        rows.append(Row(None, by.label_of(None), found[None]))
    return rows


def _match_steps(
    by: Step, rows: Sequence[Row], query: ReportQuery, past: dict[Any, Decimal],
    before: ReportQuery,
) -> None:  # fmt: skip
    """Give each step the total of the step at the same place of the period before."""
    if before.start is None or before.end is None:
        return
    steps = periods.steps_between(by.key, before.start, before.end)
    for row, step in zip(rows, steps, strict=False):
        row.previous = past.get(step, Decimal(0))


def _cut(rows: list[Row]) -> list[Row]:
    """The largest rows, and one for what is left over, so that the total adds up."""
    if len(rows) <= MOST_ROWS:
        return rows
    rows.sort(key=lambda row: row.figures.total, reverse=True)
    rest = rows[MOST_ROWS:]
    previous = sum((row.previous or Decimal(0) for row in rest), Decimal(0))
    left = Row(OTHERS, _("Others (%(n)s)") % {"n": len(rest)}, _together(rest))
    left.previous = previous if rest[0].previous is not None else None
    return [*rows[:MOST_ROWS], left]


def _together(rows: Sequence[Row]) -> Figures:
    return Figures(
        count=sum(row.figures.count for row in rows),
        total=sum((row.figures.total for row in rows), Decimal(0)),
        refunds=sum(row.figures.refunds for row in rows),
    )


def _add_cells(
    across: Dimension, read: Sets, rows: Sequence[Row], total: Row
) -> list[tuple[Any, str]]:
    """Put the figures of each row and column into the rows; gives the columns in their order."""
    sums = {key: figures for (key,), figures in read[("col",)].items()}
    columns = _columns(across, sums)
    shown = {key for key, _label in columns}
    total.cells = _fold(sums, shown)
    by_row: dict[Any, dict[Any, Figures]] = {}
    for (row, column), figures in read[("row", "col")].items():
        by_row.setdefault(row, {})[column] = figures
    for one in rows:
        if one.key == OTHERS:
            kept = {row.key for row in rows}
            left: dict[Any, Figures] = {}
            for key, found in by_row.items():
                if key not in kept:
                    for column, figures in found.items():
                        left[column] = _added(left.get(column), figures)
            one.cells = _fold(left, shown)
        else:
            one.cells = _fold(by_row.get(one.key, {}), shown)
    return columns


def _columns(across: Dimension, sums: dict[Any, Figures]) -> list[tuple[Any, str]]:
    """The columns with their names: steps in their order, others the largest first."""
    keys = [key for key in sums if key is not None]
    if isinstance(across, Step):
        keys.sort()
        shown = keys[-MOST_COLUMNS:]
        columns = [(key, across.label_of(key)) for key in shown]
        if None in sums:
            columns.append((None, across.label_of(None)))
    else:
        everything = sorted(sums, key=lambda key: sums[key].total, reverse=True)
        shown = everything[:MOST_COLUMNS]
        labels = across.labels(shown)
        columns = [(key, _label(key, labels)) for key in shown]
    if set(sums) - {key for key, _name in columns}:
        columns.append((OTHERS, _("Others")))
    return columns


def _fold(found: Mapping[Any, Figures], shown: set[Any]) -> dict[Any, Figures]:
    """The cells by column, those without a column of their own put together."""
    cells: dict[Any, Figures] = {}
    for key, figures in found.items():
        place = key if key in shown else OTHERS
        cells[place] = figures if place == key else _added(cells.get(OTHERS), figures)
    return cells


def _added(one: Figures | None, other: Figures) -> Figures:
    if one is None:
        return Figures(other.count, other.total, other.refunds)
    return Figures(one.count + other.count, one.total + other.total, one.refunds + other.refunds)


def _ratio(part: Decimal, whole: Decimal) -> float | None:
    return float(part / whole) if whole > 0 else None


def _change(now: Decimal, then: Decimal | None) -> float | None:
    return float(now / then - 1) if then is not None and then > 0 else None


def _sorted(query: ReportQuery, rows: list[Row]) -> list[Row]:
    """In the order asked for; rows without the figure, and what is left over, come last."""
    key, descending = query.sort.lstrip("-"), query.sort.startswith("-")
    last = [row for row in rows if row.key == OTHERS]
    rest = [row for row in rows if row.key != OTHERS]
    if key == "label" and isinstance(query.by, Step):
        ordered = list(reversed(rest)) if descending else rest
        return [*ordered, *last]

    def value(row: Row) -> Any:
        if key == "label":
            return row.label
        return getattr(row, key) if key in {"share", "change"} else getattr(row.figures, key)

    known = sorted((r for r in rest if value(r) is not None), key=value, reverse=descending)
    return [*known, *(row for row in rest if value(row) is None), *last]
