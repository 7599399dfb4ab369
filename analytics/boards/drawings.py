"""Charts drawn on the server as SVG: the small line of a figure, and whole charts for paper.

Templates write the elements; here stand their coordinates, in units of the drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Numbers = Sequence[float | None]
SPARK_WIDTH, SPARK_HEIGHT = 120, 32


@dataclass(frozen=True)
class Spark:
    """A small line: its points, the area below it, and its last point."""

    points: str
    area: str
    x: float
    y: float
    width: int = SPARK_WIDTH
    height: int = SPARK_HEIGHT


def spark(values: Numbers) -> Spark | None:
    """None where fewer than two values are known."""
    known = [(n, value) for n, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    low, high = min(0.0, *(v for _n, v in known)), max(v for _n, v in known)
    room, pad = SPARK_HEIGHT - 6, 3
    scale = room / (high - low) if high > low else 0
    step = (SPARK_WIDTH - 2 * pad) / max(len(values) - 1, 1)
    spots = [(pad + n * step, pad + room - (value - low) * scale) for n, value in known]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    bottom = SPARK_HEIGHT - pad
    area = f"{spots[0][0]:.1f},{bottom} {points} {spots[-1][0]:.1f},{bottom}"
    return Spark(points, area, round(spots[-1][0], 1), round(spots[-1][1], 1))
