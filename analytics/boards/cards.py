"""A card of any kind, shown to a reader: with the reader's rights, or not at all."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from analytics.boards import figure_cards, list_cards
from analytics.boards.looks import Look
from analytics.boards.models import BoardCard
from analytics.boards.results import results
from analytics.boards.shown import Shown

Kind = BoardCard.Kind


def show(card: BoardCard, look: Look) -> Shown:
    """The card as the reader may see it; one that is not for the reader's role says so."""
    made = _made(card, look)
    if made is not None:
        return made
    return Shown(card, card.title or card.key, "gone", nothing=_("This is not for your role."))


def may_see(card: BoardCard, user: Any) -> bool:
    """Whether the card is for the user's role."""
    if card.kind == Kind.LIST:
        resource = list_cards.resource_of(card)
        return resource is not None and resource.may_read(user)
    entry: Any = results.get(card.key) if card.kind == Kind.RESULT else figure_cards.figure_of(card)
    return entry is not None and user.role in entry.roles


def _made(card: BoardCard, look: Look) -> Shown | None:
    if not may_see(card, look.user):
        return None
    if card.kind == Kind.LIST:
        return list_cards.show_list(card, look)
    if card.kind == Kind.RESULT:
        return results[card.key].show(card, look)
    figure = figure_cards.figure_of(card)
    return figure_cards.SHOW[card.kind](card, figure, look) if figure else None


def title(card: BoardCard) -> str:
    """What the card is called before it is shown."""
    if card.title:
        return card.title
    if card.kind == Kind.LIST:
        resource = list_cards.resource_of(card)
        return str(resource.label_plural) if resource else card.key
    if card.kind == Kind.RESULT:
        return str(results[card.key].label) if card.key in results else card.key
    figure = figure_cards.figure_of(card)
    return figure_cards.title_of(card, figure) if figure else card.key
