"""Single cells: harmless in a spreadsheet on the way out, unchanged on the way back in."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LOOKED_AT = "".join(FORMULA_STARTS) + "'"
NAME_LENGTH = 150
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_JOINERS = "\u200c\u200d \t\r\n"


def safe_cell(text: str) -> str:
    """``text`` as a spreadsheet shows it instead of running it: ``'`` before ``= + - @ tab``."""
    if not text or text[0] not in _LOOKED_AT:  # the quick look: most text is harmless
        return text
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """What ``safe_cell`` was given."""
    if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS):
        return text[1:]
    return text


def visible_text(text: str) -> str:
    """``text`` without what nobody sees: control, zero-width and direction characters.

    Line breaks, tabs and the joiners of emoji and of Persian stay; a text of joiners only is "".
    """
    if text.isprintable() or (text.isascii() and not _CONTROL.search(text)):
        return text
    kept = _INVISIBLE.sub("", text)
    return kept if kept.strip(_JOINERS) else ""


def plain_name(name: str) -> str:
    """A file's name without folders, control, zero-width and direction characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if c.isprintable())
    kept = "".join(c for c in kept if unicodedata.category(c) not in {"Cf", "Cc", "Zl", "Zp"})
    return kept.strip()[-NAME_LENGTH:] or "import.csv"
