"""Forecasts of many groups: on a Dask cluster, over the Celery workers, or on our own cores.

The figures are the same at all three: each group is one call of the same pure function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings

from crm.jobs.context import JobContext

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.forecast_groups import GroupPlan

PART_KIND = "forecast_part"
# A part loads the table again: not for fewer groups than take some seconds, nor in too many parts.
GROUPS_PER_PART = 4
MOST_PARTS = 32


def forecast_answer(
    frame: pd.DataFrame, options: Mapping[str, Any], work: Any = None
) -> dict[str, Any]:
    """The answer of ``analyze forecast``, computed here or on the cluster that is set.

    Raises DataProblem for data that cannot be forecast, RefusedError when the cluster cannot work.
    """
    from analytics.methods.forecast import forecast
    from analytics.methods.forecast_groups import answer

    given = dict(options)
    if given.get("group") and settings.FORECAST_ENGINE == "dask":
        from analytics.dask_engine import pieces

        plan = _plan(frame, options)
        return answer(plan.facts(), pieces(plan.series, int(given["horizon"]), work))
    return forecast(frame, given.pop("value"), **given).to_dict()


def forecast_by_workers(
    load: Callable[[], pd.DataFrame],
    options: Mapping[str, Any],
    work: JobContext,
    params: Mapping[str, Any],
) -> dict[str, Any]:
    """The same, the groups in parts that are jobs of their own (``PART_KIND``, with ``params``).

    Called twice by the job that ``work`` is: the first call ends with ``JobSplitError``.
    """
    from analytics.methods.forecast_groups import answer, piece

    horizon = int(options["horizon"])
    if "facts" not in work.checkpoint:
        plan = _plan(load(), options)
        if len(plan.series) < 2 * GROUPS_PER_PART:
            with work.interruptible():
                made = [piece(name, one, horizon) for name, one in plan.series.items()]
            return answer(plan.facts(), made)
        work.set_checkpoint({"facts": plan.facts(), "groups": len(plan.series)})
    groups = int(work.checkpoint["groups"])
    count = min(MOST_PARTS, groups // GROUPS_PER_PART)
    parts = [
        ({**params, "part": k, "of": count}, len(range(k, groups, count))) for k in range(count)
    ]
    results = work.in_parts(PART_KIND, parts)
    made = [results[k % count]["pieces"][k // count] for k in range(groups)]
    return answer(work.checkpoint["facts"], made)


def forecast_part(
    frame: pd.DataFrame, options: Mapping[str, Any], work: JobContext
) -> dict[str, Any]:
    """One part's share of the groups: every ``of``-th, from ``part`` on."""
    from analytics.methods.forecast_groups import piece

    series = list(_plan(frame, options).series.items())
    mine = series[work.params["part"] :: work.params["of"]]
    made = []
    for done, (name, one) in enumerate(mine):
        work.progress(done, len(mine))
        with work.interruptible():
            made.append(piece(name, one, int(options["horizon"])))
    work.progress(len(mine), len(mine))
    return {"pieces": made}


def _plan(frame: pd.DataFrame, options: Mapping[str, Any]) -> GroupPlan:
    from analytics.methods.forecast_groups import plan_groups
    from analytics.table_edges import edge_notices

    given = {name: value for name, value in options.items() if name not in {"value", "horizon"}}
    plan = plan_groups(frame, options["value"], **given)
    return replace(plan, notices=(*edge_notices(frame), *plan.notices))
