"""Whether a result that was computed again is the same, and if not, in what and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.comparing.sides import Side, side_of
from analytics.datasets.models import Analysis
from analytics.models import Run
from crm.common import formats

# Written of people and their moves at the time of a run, or counting runs: not found in the data.
_ASIDE = frozenset({
    "drift", "segments", "moved", "looks", "interim", "seconds", "seconds_training", "warnings",
    "run",
})  # fmt: skip
# Sums in another order of the processor's threads differ from here on.
TOLERANCE = 1e-9
SHOWN = 20


@dataclass(frozen=True)
class Difference:
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Verdict:
    """``same`` when all ``count`` figures are; else the first ``differences`` and the causes."""

    same: bool
    count: int
    differing: int
    differences: list[Difference]
    causes: list[str]


def reproduced(record: Run | Analysis) -> dict[str, Any]:
    """For the page of a result that does another one again: ``verdict``, ``origin`` and the
    address that compares the two; else nothing."""
    origin = record.reproduces
    if origin is None or record.state == Run.State.RUNNING:
        return {}
    return {
        "verdict": verdict(side_of(origin), side_of(record)), "origin": origin,
        "compare_url": f"{_compare_address(record)}?run={origin.pk}&run={record.pk}",
    }  # fmt: skip


def _compare_address(record: Run | Analysis) -> str:
    if isinstance(record, Run):
        return reverse("analytics:run_compare", args=[record.method])
    return reverse("analytics:analysis_compare", args=[record.dataset_id, record.method])


def verdict(origin: Side, again: Side) -> Verdict:
    """Compare what was found, figure by figure."""
    before, after = dict(_figures(origin)), dict(_figures(again))
    names = [*before, *(name for name in after if name not in before)]
    unlike = [name for name in names if not _equal(before.get(name), after.get(name))]
    shown = [
        Difference(name, _said(before.get(name)), _said(after.get(name))) for name in unlike[:SHOWN]
    ]
    causes = _causes(origin, again) if unlike else []
    return Verdict(not unlike, len(names), len(unlike), shown, causes)


def _figures(side: Side) -> Iterator[tuple[str, Any]]:
    """What was found, flat: “backtest.mase”, “models.0.auc” …; a refusal by its cause."""
    if side.problem:
        yield "refused", side.problem
    kept = {key: value for key, value in side.result.items() if key not in _ASIDE}
    yield from _flat("", kept)


def _flat(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{place}{key}.", item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _flat(f"{place}{number}.", item)
    else:
        yield place.rstrip("."), value


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        numbers = isinstance(one, int | float) and isinstance(other, int | float)
        return numbers and isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-12)
    return bool(one == other)


def _said(value: Any) -> str:
    if isinstance(value, float):
        return formats.number(value, 6)
    return "–" if value is None else str(value)


def _causes(origin: Side, again: Side) -> list[str]:
    causes = []
    if origin.fingerprint != again.fingerprint:
        rows = {"before": formats.number(_all(origin)), "after": formats.number(_all(again))}
        causes.append(
            _("The data changed: %(before)s rows then, %(after)s now.") % rows
            if _all(origin) != _all(again)
            else _("The data changed: values in the rows are others than then.")
        )
    changed = [
        f"{name} {number} → {again.versions.get(name, '–')}"
        for name, number in origin.versions.items()
        if again.versions.get(name) != number
    ]
    if changed:
        causes.append(_("Libraries changed: %(names)s.") % {"names": ", ".join(changed)})
    return causes or [
        _("Neither rows nor libraries changed: the program did, or what it reads beside the rows.")
    ]


def _all(side: Side) -> int:
    return sum(count or 0 for count in side.rows)
