"""From results to JSON-safe values: no NaN, no infinity, no NumPy types."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from typing import Any

import numpy as np
import orjson
import pandas as pd

_WRITTEN = (
    orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
)
_PLAIN = {str, int, bool, type(None)}


def jsonable(value: Any) -> Any:
    """Return ``value`` made of dict, list, str, int, float, bool and None only.

    NaN, infinities and missing times become None; times become ISO 8601 text; an object with a
    ``to_dict`` method is asked for it; other dataclasses are taken apart field by field.
    """
    kind = type(value)
    if kind in _PLAIN:  # nearly all of millions
        return value
    if kind is float:
        return value if math.isfinite(value) else None
    if isinstance(value, bool | str | int) and not isinstance(value, np.generic):
        return value
    if isinstance(value, np.generic | float):
        return _scalar(value)
    if isinstance(value, pd.Timestamp | dt.date):
        return _time(value)
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | pd.Series):
        return [jsonable(item) for item in value.tolist()]
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    return _object(value)


def _scalar(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else None
    return jsonable(plain)


def _time(value: Any) -> str | None:
    if pd.isna(value):
        return None
    text: str = value.isoformat()
    return text.removesuffix("T00:00:00")


def _object(value: Any) -> Any:
    if value is pd.NaT or value is pd.NA:
        return None
    if hasattr(value, "to_dict"):
        return jsonable(value.to_dict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: jsonable(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return str(value)


def to_json(value: Any) -> bytes:
    """``jsonable(value)`` as JSON in UTF-8; walked through only where it is not safe already."""
    try:
        return orjson.dumps(value, default=jsonable, option=_WRITTEN)
    except TypeError:  # keys of other kinds, integers beyond 64 bits, half a surrogate pair
        return json.dumps(jsonable(value), allow_nan=False).encode()
