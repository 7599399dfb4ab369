"""Aggregates that Django lacks."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, FloatField


class Percentile(Aggregate):
    """The value below which ``share`` of the rows lie; between two rows, in proportion."""

    function = "percentile_cont"
    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, share: float = 0.5, **extra: Any) -> None:
        super().__init__(expression, share=float(share), **extra)
