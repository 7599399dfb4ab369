"""A chart as SVG for paper: bars or lines over time with a scale.

Pictures of half a page have half the units of whole ones, so that their texts are as large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from crm.common import formats
from crm.common.pdf import CHINESE_FONTS

HALF, WHOLE = (440, 190), (900, 270)
LEFT, RIGHT, TOP, BOTTOM = 60, 8, 10, 24
LABEL = 90  # units that a label of the time may need
OVER_TIME = frozenset({"line", "area", "bar", "stacked", "fan"})
BARS = frozenset({"hbar", "funnel", "donut"})


COLOURS = ("#066fd1", "#d9730d", "#2b8a3e", "#7048b6", "#0b7285", "#c2255c", "#8a6d00", "#8593a5")


def colour_of(series: int) -> str:
    return COLOURS[series % len(COLOURS)]


@dataclass(frozen=True)
class Mark:
    """A rectangle of a series, in its colour."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True)
class Line:
    points: str
    colour: str
    dashed: bool


@dataclass(frozen=True)
class Tick:
    """A value of the scale at the height ``place``, or a label; its text stands at (x, y)."""

    place: float
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    """``names`` are the series with their colours; ``bands`` the areas of intervals."""

    marks: Sequence[Mark]
    lines: Sequence[Line]
    bands: Sequence[str]
    ticks: Sequence[Tick]
    labels: Sequence[Tick]
    names: Sequence[tuple[str, str]]
    width: int
    height: int
    left: int = LEFT
    font: str = ", ".join(CHINESE_FONTS)

    @property
    def right(self) -> int:
        return self.width - RIGHT


def picture(spec: dict[str, Any], *, wide: bool = False) -> Picture | None:
    """The chart of a spec that goes over time; None for others and without values."""
    if spec.get("type") not in OVER_TIME or not spec.get("x"):
        return None
    series = _series(spec)
    stacked = spec["type"] == "stacked"
    top = _top(series, spec, stacked=stacked)
    if top is None:
        return None
    low, high = top
    scale = _Scale(low, high, len(spec["x"]), *(WHOLE if wide else HALF))
    bars = spec["type"] in {"bar", "stacked"}
    names = [(str(one["name"]), colour_of(n)) for n, one in enumerate(series)]
    return Picture(
        marks=_marks(series, scale, stacked=stacked) if bars else [],
        lines=[] if bars else _lines(series, scale),
        bands=_bands(spec, scale),
        ticks=[
            Tick(scale.y(value), _said(value), LEFT - 5, scale.y(value) + 3)
            for value in _steps(low, high)
        ],
        labels=_labels(spec["x"], scale), names=names, width=scale.width, height=scale.height,
    )  # fmt: skip


def _series(spec: dict[str, Any]) -> list[dict[str, Any]]:
    if spec["type"] != "fan":
        return list(spec["series"])
    return [{"name": "", "data": spec["actual"]}, {"name": "", "data": _ahead(spec, "mean"),
                                                  "dashed": True}]  # fmt: skip


def _ahead(spec: dict[str, Any], key: str) -> list[float | None]:
    """Values of the steps ahead, at their places."""
    values = spec[key]
    return [None] * (len(spec["x"]) - len(values)) + list(values)


def _top(
    series: Sequence[dict[str, Any]], spec: dict[str, Any], *, stacked: bool
) -> tuple[float, float] | None:
    """The bounds of the scale: 0 is always on it."""
    known = [[value or 0 for value in one["data"]] for one in series]
    values = [value for one in series for value in one["data"] if value is not None]
    if not values:
        return None
    if stacked:
        values = [sum(column) for column in zip(*known, strict=False)]
    if spec["type"] == "fan":
        values += [value for value in spec["hi80"] if value is not None]
    steps = _steps(min(0.0, *values), max(0.0, *values))
    return steps[0], steps[-1]


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    count: int
    width: int
    height: int

    def y(self, value: float) -> float:
        room = self.height - TOP - BOTTOM
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0
        return round(TOP + room * (1 - share), 1)

    @property
    def step(self) -> float:
        return (self.width - LEFT - RIGHT) / max(self.count, 1)

    def x(self, place: int) -> float:
        """The middle of a step."""
        return round(LEFT + self.step * (place + 0.5), 1)


def _steps(low: float, high: float) -> list[float]:
    """Round values that cover [low, high]: four or five of them."""
    if high <= low:
        return [low, low + 1]
    rough = (high - low) / 4
    size = 10 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    first, count = floor(low / step), 0
    while (first + count) * step < high:
        count += 1
    return [(first + n) * step for n in range(count + 1)]


def _marks(series: Sequence[dict[str, Any]], scale: _Scale, *, stacked: bool) -> list[Mark]:
    marks = []
    for place in range(scale.count):
        base = 0.0
        slim = scale.step * 0.7 / (1 if stacked else len(series))
        for n, one in enumerate(series):
            value = one["data"][place] if place < len(one["data"]) else None
            if not value:
                continue
            bottom, top = (base, base + value) if stacked else (0.0, value)
            shift = 0 if stacked else slim * n
            upper = min(scale.y(top), scale.y(bottom))
            marks.append(Mark(
                round(LEFT + scale.step * (place + 0.15) + shift, 1), upper, round(slim, 1),
                round(abs(scale.y(top) - scale.y(bottom)), 1), colour_of(n),
            ))  # fmt: skip
            base = top if stacked else base
    return marks


def _lines(series: Sequence[dict[str, Any]], scale: _Scale) -> list[Line]:
    return [
        Line(_points(one["data"], scale), colour_of(n), bool(one.get("dashed")))
        for n, one in enumerate(series)
    ]


def _points(values: Sequence[float | None], scale: _Scale) -> str:
    known = [(n, value) for n, value in enumerate(values) if value is not None]
    return " ".join(f"{scale.x(n)},{scale.y(value)}" for n, value in known)


def _bands(spec: dict[str, Any], scale: _Scale) -> list[str]:
    """The 80 % interval of a fan."""
    if spec["type"] != "fan":
        return []
    low, high = _points(_ahead(spec, "lo80"), scale), _points(_ahead(spec, "hi80"), scale)
    return [f"{low} {' '.join(reversed(high.split()))}"]


def _labels(texts: Sequence[Any], scale: _Scale) -> list[Tick]:
    every = max(1, ceil(LABEL / scale.step))
    return [
        Tick(scale.x(n), str(text), scale.x(n), scale.height - 8)
        for n, text in enumerate(texts) if n % every == 0
    ]  # fmt: skip


def _said(value: float) -> str:
    """A value of the scale, short: 12K, 3 万."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    western = [(1e9, "B"), (1e6, "M"), (1e3, "K")]
    for unit, name in [(1e8, "亿"), (1e4, "万")] if formats.is_chinese() else western:
        if size >= unit:
            return f"{sign}{size / unit:g}{name}"
    return f"{sign}{size:g}"


@dataclass(frozen=True)
class Shade:
    """A field of a heat map: darker where there is more."""

    x: float
    y: float
    width: float
    height: float
    opacity: float


def shades(spec: dict[str, Any]) -> list[Shade] | None:
    """The fields of a heat map; None for other charts."""
    if spec.get("type") != "heatmap":
        return None
    values = spec["values"]
    largest = max((value for row in values for value in row), default=0) or 1
    width, height = WHOLE[0] / max(len(spec["x"]), 1), WHOLE[1] / max(len(values), 1)
    return [
        Shade(round(width * n, 1), round(height * line, 1), round(width - 1, 1),
              round(height - 1, 1), round(0.05 + 0.95 * value / largest, 2))
        for line, row in enumerate(values) for n, value in enumerate(row)
    ]  # fmt: skip
