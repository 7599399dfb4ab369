"""Marking sentences for the message extractor; this package translates nothing."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Mark ``message`` for extraction and return it unchanged."""
    return message
