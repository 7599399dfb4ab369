"""Who moved between the segments since they were last written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from analytics.charts import segment_label
from analytics.segments import NOWHERE
from crm.common import formats
from crm.common.charting import Chart

SHOWN = 12


def stayed(drift: dict[str, Any]) -> str:
    """The share of those who were and are in a segment and did not move."""
    known = drift["moved"] + drift["stayed"]
    return formats.percent(drift["stayed"] / known) if known else "–"


def drift(result: dict[str, Any]) -> Chart:
    """The largest moves as bars; the table holds all, and those who stayed."""
    found = result["drift"]
    moves = [flow for flow in found["flows"] if flow[0] != flow[1]]
    moves.sort(key=lambda flow: -flow[2])
    shown = moves[:SHOWN]
    spec = {
        "type": "hbar", "labels_y": [_words(result, flow) for flow in shown],
        "values": [flow[2] for flow in shown],
        "texts": [formats.number(flow[2]) for flow in shown],
    }  # fmt: skip
    rows = [[_was(result, old), _now(result, new), n] for old, new, n in found["flows"]]
    columns = [_("Segment before"), _("Segment now"), _("Customers")]
    since = formats.moment(datetime.fromisoformat(found["since"])) if found["since"] else "–"
    note = _("Since %(when)s: %(moved)s moved to another segment, %(stayed)s stayed.") % {
        "when": since,
        "moved": formats.number(found["moved"]),
        "stayed": formats.number(found["stayed"]),
    }
    return Chart("drift", _("Who moved since the last run"), spec, columns, rows, note=note)


def _words(result: dict[str, Any], flow: list[int]) -> str:
    return f"{_was(result, flow[0])} → {_now(result, flow[1])}"


def _was(result: dict[str, Any], key: int) -> str:
    if key == NOWHERE:
        return _("no segment")
    name, english = result["drift"]["names"][str(key)]
    return str(name if formats.is_chinese() else english or name)


def _now(result: dict[str, Any], key: int) -> str:
    return _("no segment") if key == NOWHERE else segment_label(result, key)
