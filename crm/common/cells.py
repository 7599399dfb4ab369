"""Single cells: harmless in a spreadsheet on the way out, unchanged on the way back in."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NAME_LENGTH = 150


def safe_cell(text: str) -> str:
    """``text`` as a spreadsheet shows it instead of running it: ``'`` before ``= + - @ tab``."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """What ``safe_cell`` was given."""
    if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS):
        return text[1:]
    return text


def plain_name(name: str) -> str:
    """A file's name without folders, control, zero-width and direction characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if c.isprintable())
    kept = "".join(c for c in kept if unicodedata.category(c) not in {"Cf", "Cc", "Zl", "Zp"})
    return kept.strip()[-NAME_LENGTH:] or "import.csv"
