"""Answers as JSON: what no JSON holds becomes what it means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.methods.serialise import jsonable, to_json


@dataclass
class Plain:
    share: Any


@dataclass
class Telling:
    share: Any

    def to_dict(self) -> dict[str, Any]:
        return {"told": self.share}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"a": float("nan"), "b": [float("inf"), 1.5]}, {"a": None, "b": [None, 1.5]}),
        ([np.float64("nan"), np.float32(0.5), np.int64(3), np.bool_(True)], [None, 0.5, 3, True]),
        (np.array([[1.0, np.nan], [2.0, 3.0]]), [[1.0, None], [2.0, 3.0]]),
        (pd.Series(["中", None, pd.NaT, pd.NA], dtype=object), ["中", None, None, None]),
        ([pd.Timestamp("2026-03-01"), date(2026, 3, 2)], ["2026-03-01", "2026-03-02"]),
        (
            [datetime.fromisoformat("2026-03-01"), pd.Timestamp("2026-03-01 08:30")],
            ["2026-03-01", "2026-03-01T08:30:00"],
        ),
        (Plain(np.float64(2)), {"share": 2.0}),
        (Telling((1, 2)), {"told": [1, 2]}),
        ({3: "int", "3a": {1}}, {"3": "int", "3a": [1]}),
        ({np.int64(4): "numpy"}, {"4": "numpy"}),
        ({"id": 2**70, "nan": float("nan")}, {"id": 2**70, "nan": None}),
        ("half \ud83d", "half \ud83d"),
    ],
    ids=repr,
)
def test_it_writes_json(value: Any, read: Any) -> None:
    assert json.loads(to_json(value)) == jsonable(value) == read
