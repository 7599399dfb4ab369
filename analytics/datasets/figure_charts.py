"""Pictures of plain figures of a table: columns described, groups compared, pairs correlated."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.datasets.terms import label
from crm.common import formats
from crm.common.charting import Chart

COLUMNS = 4
PAIRS = 20


def described(answer: dict[str, Any]) -> list[Chart]:
    """The spread of each number by group, or how often each text occurs."""
    rows = answer["columns"]
    if answer["by"]:
        numbers = list(dict.fromkeys(row["column"] for row in rows if row["kind"] == "number"))
        return [
            _spread(place, name, [row for row in rows if row["column"] == name])
            for place, name in enumerate(numbers[:COLUMNS])
        ]
    texts = [row for row in rows if row["kind"] != "number" and row["top"]]
    return [_frequent(place, row) for place, row in enumerate(texts[:COLUMNS])]


def _spread(place: int, name: str, rows: list[dict[str, Any]]) -> Chart:
    """The median of each group, with the span that holds the middle half of its rows."""
    known = [row for row in rows if row["median"] is not None]
    points = [(row["median"], row["quantiles"]["0.25"], row["quantiles"]["0.75"]) for row in known]
    names = [_group(row["group"]) for row in known]
    middle, low, high = ([point[k] for point in points] for k in range(3))
    spec = {
        "type": "coefficients", "x_name": name, "labels_y": names, "estimate": middle,
        "lo": low, "hi": high, "labels": {"interval95": _("Middle half of the rows")},
    }  # fmt: skip
    columns = [
        pgettext("analysis", "Group"), _("Rows"), _("Mean"), label("median"), _("Quarter below"),
        _("Quarter above"),
    ]  # fmt: skip
    table = [
        [shown, row["n"], row["mean"], *point]
        for shown, row, point in zip(names, known, points, strict=True)
    ]
    return Chart(f"spread{place}", name, spec, columns, table)


def _group(found: Any) -> str:
    if isinstance(found, dict):
        return " · ".join(str(value) for value in found.values())
    return " · ".join(map(str, found)) if isinstance(found, list) else str(found)


def _frequent(place: int, row: dict[str, Any]) -> Chart:
    names = [str(value) for value, _n in row["top"]]
    counts = [n for _value, n in row["top"]]
    spec = {
        "type": "hbar", "labels_y": names, "values": counts,
        "texts": [formats.number(n) for n in counts],
    }  # fmt: skip
    columns = [row["column"], _("Rows")]
    table = [list(pair) for pair in zip(names, counts, strict=True)]
    title = _("%(column)s: most frequent") % {"column": row["column"]}
    return Chart(f"top{place}", title, spec, columns, table)


def compared(answer: dict[str, Any]) -> list[Chart]:
    """The differences between groups, and where each stands."""
    made = []
    if answer["pairs"] and "difference" in answer["pairs"][0]:
        made.append(_differences(answer))
    if answer["groups"] and answer["groups"][0].get("mean") is not None:
        made.append(_means(answer))
    return made


def _differences(answer: dict[str, Any]) -> Chart:
    pairs = answer["pairs"][:PAIRS]
    names = [f"{one['b']} − {one['a']}" for one in pairs]
    spec = {
        "type": "coefficients", "zero": 0, "x_name": answer["value"], "labels_y": names,
        **{
            key: [one[name] for one in pairs]
            for key, name in (("estimate", "difference"), ("lo", "lo"), ("hi", "hi"))
        },
    }  # fmt: skip
    columns = [
        _("Groups"), _("Difference"), _("Low (95%)"), _("High (95%)"), "p", _("p, corrected"),
    ]  # fmt: skip
    rows = [
        [name, one["difference"], one["lo"], one["hi"], one["p"], one["p_adjusted"]]
        for name, one in zip(names, pairs, strict=True)
    ]
    note = _("Where the interval holds 0, the two may be alike.")
    title = _("Differences between the groups")
    return Chart("differences", title, spec, columns, rows, note=note)


def _means(answer: dict[str, Any]) -> Chart:
    groups = answer["groups"]
    names = [str(one["group"]) for one in groups]
    means = [one["mean"] for one in groups]
    spec = {
        "type": "hbar", "labels_y": names, "values": [round(mean, 4) for mean in means],
        "texts": [
            f"{formats.number(mean, 2)} · {formats.number(one['n'])}"
            for mean, one in zip(means, groups, strict=True)
        ],
    }  # fmt: skip
    columns = [pgettext("analysis", "Group"), _("Rows"), _("Mean")]
    rows = [[name, one["n"], mean] for name, one, mean in zip(names, groups, means, strict=True)]
    title = _("Mean of %(column)s by group") % {"column": answer["value"]}
    return Chart("means", title, spec, columns, rows)


def correlated(answer: dict[str, Any]) -> list[Chart]:
    """The strongest pairs with their intervals."""
    known = [one for one in answer["pairs"] if one["value"] is not None]
    pairs = sorted(known, key=lambda one: -abs(one["value"]))[:PAIRS]
    if not pairs:
        return []
    names = [f"{one['a']} × {one['b']}" for one in pairs]
    ends = {
        key: [one["value"] if one[key] is None else one[key] for one in pairs]
        for key in ("lo", "hi")
    }
    spec = {
        "type": "coefficients", "zero": 0, "x_name": _("Strength (−1 to 1)"), "labels_y": names,
        "estimate": [one["value"] for one in pairs], **ends,
    }  # fmt: skip
    columns = [
        _("Columns"), _("Measure"), _("Strength"), _("Low (95%)"), _("High (95%)"), "q",
    ]  # fmt: skip
    rows = [
        [name, one["measure"], one["value"], one["lo"], one["hi"], one["q"]]
        for name, one in zip(names, pairs, strict=True)
    ]
    height = "xl" if len(pairs) > 10 else "md"
    title = _("What goes together most")
    return [Chart("pairs", title, spec, columns, rows, height=height)]
