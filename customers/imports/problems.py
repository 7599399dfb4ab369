"""What a cell's text may be refused with."""

from __future__ import annotations


class CellError(Exception):
    """A cell cannot be used; the argument is one of the reasons."""
