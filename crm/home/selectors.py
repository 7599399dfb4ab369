"""What the top pages read from the registries of the apps below."""

from __future__ import annotations

from typing import Any

from crm.common.registries import home_cards, search_providers

SUGGEST_LIMIT = 4
SEARCH_LIMIT = 25
LONGEST_QUERY = 100


def search_groups(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """What each app finds for ``text`` among what the user may see; empty groups are left out."""
    text = text.replace("\x00", "").strip()[:LONGEST_QUERY]
    if not text:
        return []
    groups = []
    for provider in sorted(search_providers, key=lambda entry: entry.order):
        found = provider.find(user, text, limit)
        if found:
            items = [
                {
                    "label": str(record),
                    "hint": provider.describe(record),
                    "url": record.get_absolute_url(),
                    "icon": provider.icon,
                }
                for record in found
            ]
            groups.append({"label": provider.label, "icon": provider.icon, "entries": items})
    return groups


def day_cards(user: Any) -> list[dict[str, Any]]:
    """The cards of “my day” for the user's role."""
    cards = []
    for card in sorted(home_cards, key=lambda entry: entry.order):
        if user.role not in card.roles:
            continue
        context = card.context(user)
        if context is not None:
            cards.append({"template": card.template, "width": card.width, **context})
    return cards
