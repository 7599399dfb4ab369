"""Tables with a column for each month, week or day, as plans and stock lists are kept."""

from __future__ import annotations

import pandas as pd

from analytics.methods.errors import DataProblem, Notice
from analytics.methods.written_dates import read_dates

# Two or three columns named after years are figures to compare, no history.
LEAST = 4
PERIOD = "period"


def periods_as_rows(
    frame: pd.DataFrame, value: str, date: str | None, group: str | None
) -> tuple[pd.DataFrame, str | None, list[Notice]]:
    """Return the table with a row for each period, and the column of its dates.

    A table is turned where ``value`` is one of at least four columns that are named after
    different days, weeks, months, quarters or years, and no ``date`` is given.

    Raises
    ------
    DataProblem
        Several rows, and no ``group`` that names them: which go together is not known.
    """
    names = pd.Series([str(name) for name in frame.columns if str(name) != group])
    periods = read_dates(names)[0].dropna()
    columns = names[periods.sort_values().index].tolist()
    if date or value not in columns or len(columns) < LEAST or periods.duplicated().any():
        return frame, date, []
    ends = {"first": columns[0], "last": columns[-1]}
    if group is None and len(frame) > 1:
        raise DataProblem("which_series", ends)
    kept = [group] if group else []
    rows = frame[[*kept, *columns]].rename(columns={group: "group"} if group else {})
    rows = rows.melt(id_vars=["group"] if group else [], var_name=PERIOD, value_name="figure")
    named = {"figure": value} | ({"group": group} if group else {})
    turned = rows.rename(columns=named)
    return turned, PERIOD, [Notice("periods_turned", {**ends, "periods": len(columns)})]
