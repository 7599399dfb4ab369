"""Figures as the reader's language writes them, and as charts take them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import pgettext

from crm.common import formats

HOUR = 3600


def said(value: Any, unit: str) -> str:
    """A figure in words; “–” where there is nothing to measure."""
    if value is None:
        return "–"
    if unit == "money":
        return formats.money(round(value) if abs(value) >= 1000 else value, settings.BASE_CURRENCY)
    if unit == "share":
        return formats.percent(value, 1)
    if unit == "seconds":
        return formats.duration(value)
    return formats.number(value, 2 if unit == "score" else 0)


def drawn(value: Any, unit: str) -> float | None:
    """A figure on a chart's axis: shares in per cent, times in hours."""
    if value is None:
        return None
    if unit == "share":
        return round(100 * float(value), 2)
    if unit == "seconds":
        return round(float(value) / HOUR, 2)
    return float(value)


def axis(unit: str) -> str:
    """What stands with the figures of a chart."""
    if unit == "money":
        return formats.symbol(settings.BASE_CURRENCY)
    return {"share": "%", "seconds": pgettext("unit", "h")}.get(unit, "")


def change_of(now: Any, then: Any) -> float | None:
    """now / then - 1; None without both."""
    return float(now) / float(then) - 1 if now is not None and then else None


def change_said(change: float | None) -> str:
    if change is None:
        return ""
    return ("+" if change > 0 else "") + formats.percent(change, 1)


def direction(change: float | None) -> str:
    return "up" if (change or 0) > 0 else "down" if (change or 0) < 0 else "flat"
