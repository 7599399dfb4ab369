"""Figures and terms as the sentences about answers write them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from crm.common import formats

Answer = Mapping[str, Any]
LEVEL = 0.05
MOST_NAMED = 4


def number(value: float) -> str:
    """Two or three digits that matter: nobody reads more in a sentence."""
    size = abs(value)
    if size < 1e-6:
        return formats.number(0)
    if size < 1:
        return formats.number(value, 1 - math.floor(math.log10(size)))
    return formats.number(value, 0 if size >= 100 else 1 if size >= 10 else 2)


def quoted(names: list[str]) -> str:
    """The first few names, each in quotation marks."""
    return formats.listed(f"“{name}”" for name in names[:MOST_NAMED])


def level_term(name: str) -> str:
    """A term of an ordered outcome: “city=Bonn” is “city: Bonn”."""
    column, equals, level = name.partition("=")
    return f"{column}: {level}" if equals else name
