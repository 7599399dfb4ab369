"""What the top pages read from the registries of the apps below."""

from __future__ import annotations

import re
from typing import Any

from crm.common.addresses import record_url
from crm.common.ngrams import normalise, query_literal
from crm.common.prepared import Prepared
from crm.common.registries import SearchProvider, home_cards, search_providers
from crm.common.searching import SearchQuery

SUGGEST_LIMIT = 4
SEARCH_LIMIT = 25
LONGEST_QUERY = 100
_NUMBER = re.compile(r"#?([0-9]{1,18})")


def search_groups(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """What each app finds for ``text`` among what the user may see; empty groups are left out.

    At most ``limit`` of a kind, in one query.
    """
    text = normalise(text.replace("\x00", "")).strip()[:LONGEST_QUERY]
    tokens = query_literal(text)
    if not tokens:
        return []
    values: dict[str, Any] = {"tokens": tokens, "text": text}
    if number := _NUMBER.fullmatch(text):
        values["number"] = int(number[1])
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _FOUND.fetch(user, limit, **values):
        named = {name.removeprefix("found_"): value for name, value in row.items()}
        found.setdefault(named["kind"], []).append(named)
    return [
        {"label": p.label, "icon": p.icon, "entries": [_entry(p, row) for row in found[p.key]]}
        for p in sorted(search_providers, key=lambda entry: entry.order)
        if p.key in found
    ]


def _entry(provider: SearchProvider, row: dict[str, Any]) -> dict[str, Any]:
    label, hint = provider.describe(row)
    url = record_url(provider.page, row["pk"])
    return {"label": label, "hint": hint, "url": url, "icon": provider.icon}


def _union(user: Any, limit: int, tokens: str, text: str, number: int | None = None) -> Any:
    query = SearchQuery(tokens, text, limit, number)
    first, *others = (provider.rows(user, query) for provider in search_providers)
    return first.union(*others, all=True).order_by("-found_begins", "-found_at", "-pk")


_FOUND = Prepared(_union)


def day_cards(user: Any) -> list[dict[str, Any]]:
    """The cards of “my day” for the user's role."""
    cards = []
    for card in sorted(home_cards, key=lambda entry: entry.order):
        if user.role not in card.roles:
            continue
        found = card.context(user) or []
        shown = found if isinstance(found, list) else [found]
        cards += [{"template": card.template, "width": card.width, **each} for each in shown]
    return cards
