"""What lower apps offer and higher apps fill in ``apps.ready``.

Each registry is a plain list of frozen entries; the app that owns a page reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from crm.common.searching import SearchQuery

Text = str | Promise


@dataclass(frozen=True)
class NavItem:
    """An entry of the side bar.

    ``section`` is a key of ``crm.common.navigation.SECTIONS``; without one, the section of the
    entry's app.  ``key`` is the letter that opens it after ``g``.
    """

    label: Text
    url_name: str
    icon: str
    order: int
    roles: frozenset[str] = frozenset()
    prefix: str = ""
    badge: Callable[[HttpRequest], int | None] | None = None
    section: str = ""
    key: str = ""


@dataclass(frozen=True)
class QuickCreate:
    """An entry of the “new” menu."""

    label: Text
    url_name: str
    icon: str
    order: int
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TimelineSource:
    """One kind of event on the customer's timeline.

    ``rows(user, customer_id)`` gives a queryset shaped by ``timeline_values``, so that one
    UNION reads every source; ``describe(row)`` turns one row (source, pk, at, title, text,
    extra, who) into what the page shows: title, body, url, tone, badge.
    ``group`` joins sources under one filter; ``actor`` is the column that says who did it.
    """

    key: str
    label: Text
    icon: str
    rows: Callable[[Any, int], Any]
    describe: Callable[[dict[str, Any]], dict[str, Any]]
    group: str = ""
    actor: str = "owner"
    order: int = 50


@dataclass(frozen=True)
class Panel:
    """A card beside a record's page; ``context(user, record)`` or None hides it.

    ``record.counts`` says how many records of each ``CustomerTab`` the reader sees, so that a
    panel need not ask for what is not there.
    """

    key: str
    template: str
    order: int
    context: Callable[[Any, Any], dict[str, Any] | None]
    column: str = "right"


@dataclass(frozen=True)
class HistoryPart:
    """What hangs on a record and is told in its history (``crm.common.history.tracked_part``).

    ``of`` names the column of ``model`` that holds the record, ``shown`` the one whose record is
    named, if there is one, ``words`` what a row says of itself; ``says(row)`` adds what else it
    holds. Rows that are written anew ``together`` are ``tracked_lines``.
    """

    model: type[Any]
    of: str
    shown: str
    label: Text
    says: Callable[[Any], str] = lambda _row: ""
    words: str = ""
    together: bool = False


@dataclass(frozen=True)
class CustomerTab:
    """A list on the customer's page: ``rows(user, customer_id)`` is what the reader sees of it.

    The template gets the newest as ``tab_rows``, as ``shown`` orders and completes them. Without
    ``shown`` it fetches by itself what it shows; without ``rows`` the tab has no count.
    """

    key: str
    label: Text
    icon: str
    order: int
    template: str
    rows: Callable[[Any, int], Any] | None = None
    shown: Callable[[Any], Any] | None = None
    all_url: str = ""
    add_url: str = ""
    adders: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SearchProvider:
    """Finds records of one kind.

    ``rows(user, query)`` gives a queryset shaped by ``search_values``, so that one UNION asks
    every kind; ``page`` is the address of a record; ``describe(row)`` turns a row (label, hint,
    extra, pk) into what a result says: its name and a hint.
    """

    key: str
    label: Text
    icon: str
    order: int
    page: str
    rows: Callable[[Any, SearchQuery], Any]
    describe: Callable[[dict[str, Any]], tuple[str, str]] = lambda row: (row["label"], row["hint"])


@dataclass(frozen=True)
class HomeCard:
    """A card of “my day”, or several of one kind."""

    key: str
    template: str
    order: int
    roles: frozenset[str]
    context: Callable[[Any], dict[str, Any] | list[dict[str, Any]] | None]
    width: int = 6


@dataclass(frozen=True)
class PageAction:
    """A button that an app above puts on the page of a lower app's record (``record``)."""

    model_label: str
    template: str
    roles: frozenset[str]


nav_items: list[NavItem] = []
quick_creates: list[QuickCreate] = []
timeline_sources: list[TimelineSource] = []
customer_panels: list[Panel] = []
# By the record's model: {"customers.customer": [HistoryPart, …]}.
history_parts: dict[str, list[HistoryPart]] = {}
# Cards on the pages of other records, by model: {"customers.need": [Panel, …]}.
record_panels: dict[str, list[Panel]] = {}
customer_tabs: list[CustomerTab] = []
search_providers: list[SearchProvider] = []
home_cards: list[HomeCard] = []
# What a person owns of a kind: words with the number, and the address of their list.
owned: list[Callable[[Any], tuple[str, str] | None]] = []
page_actions: list[PageAction] = []
# Called when customers change hands, with ``customer_ids, old_owner_id, new_owner_id, team_id``;
# each says what it moved: (customer id, kind, id, owner id, team id) as they were before.
Moved = tuple[int, str, int, int | None, int | None]
ownership_followers: list[Callable[..., list[Moved]]] = []

# Filled by crm.records: kind of record → {key of an added field: (label, value → text)}.
added_field_texts: list[Callable[[str], dict[str, tuple[str, Callable[[Any], str]]]]] = []


def custom_texts(kind: str) -> dict[str, tuple[str, Callable[[Any], str]]]:
    """How the added fields of a kind are called and their values are written."""
    return {key: said for texts in added_field_texts for key, said in texts(kind).items()}


@lru_cache(maxsize=256)
def address(name: str) -> str:
    """The address of a page without parameters."""
    return reverse(name)


def quick_create(request: HttpRequest) -> list[dict[str, Any]]:
    role = request.user.role  # type: ignore[union-attr]  # signed in
    return [
        {"label": item.label, "url": address(item.url_name), "icon": item.icon}
        for item in sorted(quick_creates, key=lambda entry: entry.order)
        if not item.roles or role in item.roles
    ]
