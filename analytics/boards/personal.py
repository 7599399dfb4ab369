"""What becomes of a card that names a person who is erased."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from crm.records.personal.identifiers import Identifiers


def heal_card(card: Any, identifiers: Identifiers) -> bool:
    """Leave out of its list what names the person; a title that does gives way to the usual."""
    kept = [pair for pair in parse_qsl(card.query) if identifiers.blanked(list(pair)) == [*pair]]
    card.query = urlencode(kept)
    if identifiers.stand_in(card.title):
        card.title = ""
    card.save(update_fields=["query", "title"])
    return True


def read_card(card: Any) -> list[Any]:
    return [card.title, [list(pair) for pair in parse_qsl(card.query)]]
