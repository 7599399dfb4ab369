"""Joining pieces of HTML quickly: lists render thousands of cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape as escape_text
from typing import Any

from django.utils.safestring import SafeString

# Looking for any is quicker than replacing each.
_special = re.compile("[&<>\"']").search


def piece(value: Any) -> str:
    """``value`` as HTML: escaped, unless it is HTML already (what ``format_html`` gives)."""
    markup = getattr(value, "__html__", None)
    if markup is not None:
        return markup()
    text = str(value)
    return text if _special(text) is None else escape_text(text)


def joined(pieces: Iterable[str]) -> SafeString:
    """Pieces that are HTML already, as one. Data passes ``piece`` first."""
    return SafeString("".join(pieces))


def filled(template: str, *values: Any) -> SafeString:
    """As ``format_html`` with places without names, in half the time; values are not lazy."""
    return SafeString(template.format(*map(piece, values)))
