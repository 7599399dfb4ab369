"""Pictures of what is bought together: rules as bars and as a graph."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.charting import Chart

SHOWN = 15
LINKED = 20


def bars(found: list[dict[str, Any]]) -> Chart:
    """The first rules by lift; all of them in the table."""
    shown = found[:SHOWN]
    spec = {
        "type": "hbar", "unit": "×",
        "labels_y": [f"{joined(rule['lhs'])} → {rule['rhs']}" for rule in shown],
        "values": [round(rule["lift"], 2) for rule in shown],
        "texts": [
            f"{formats.number(rule['lift'], 1)} · {formats.percent(rule['confidence'])}"
            for rule in shown
        ],
    }  # fmt: skip
    columns = [
        _("Bought"), _("Bought with it"), _("Orders"), _("Share of orders (%)"),
        _("Confidence (%)"), _("Lift"),
    ]  # fmt: skip
    rows = [
        [joined(rule["lhs"]), rule["rhs"], rule["count"], round(100 * rule["support"], 2),
         round(100 * rule["confidence"], 1), round(rule["lift"], 2)]
        for rule in found
    ]  # fmt: skip
    title = _("Rules by lift: how many times as often as usual")
    height = "xl" if len(shown) > 10 else "lg"
    return Chart("rules", title, spec, columns, rows, height=height)


def network(found: list[dict[str, Any]]) -> Chart:
    """What leads to what: items as points, rules as arrows, as wide as their lift."""
    shown = found[:LINKED]
    orders: dict[str, int] = {}
    for rule in shown:
        for item in (joined(rule["lhs"]), rule["rhs"]):
            orders[item] = max(orders.get(item, 0), rule["count"])
    greatest = max(orders.values(), default=1)
    spec = {
        "type": "network", "unit": "×",
        "nodes": [
            {"name": item, "size": round(8 + 16 * n / greatest)} for item, n in orders.items()
        ],
        "links": [
            {"source": joined(rule["lhs"]), "target": rule["rhs"],
             "weight": round(rule["lift"], 2)}
            for rule in shown
        ],
    }  # fmt: skip
    rows = [
        [joined(rule["lhs"]), rule["rhs"], rule["count"], round(rule["lift"], 2)] for rule in shown
    ]
    columns = [_("Bought"), _("Bought with it"), _("Orders"), _("Lift")]
    note = _("Arrows lead from what is bought to what is bought with it; wider means more lift.")
    return Chart("graph", _("What leads to what"), spec, columns, rows, note=note, height="xl")


def joined(names: list[str]) -> str:
    return " + ".join(names)
