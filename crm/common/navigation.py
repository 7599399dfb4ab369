"""The side bar: entries in sections that people fold and unfold; a cookie keeps the choice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.registries import NavItem, Text, address, nav_items
from crm.common.roles import Role

COOKIE = "menu"  # written by static/js/menu.js: "sales-0.service-1"
_CHOICE = re.compile(r"([a-z]+)-([01])")
_SELLERS = frozenset({Role.REP, Role.MANAGER, Role.ADMIN})
_EVERYONE = _SELLERS | {Role.AGENT}


@dataclass(frozen=True)
class NavSection:
    """A titled group of entries, unfolded at first for ``open_for``."""

    key: str
    label: Text
    open_for: frozenset[str]


SECTIONS = (
    NavSection("customers", _("Customers"), _EVERYONE),
    NavSection("sales", pgettext_lazy("menu", "Sales"), _SELLERS),
    NavSection("communications", _("Communications"), _EVERYONE),
    NavSection("service", pgettext_lazy("menu", "Service"), frozenset({Role.AGENT, Role.ADMIN})),
    NavSection("marketing", pgettext_lazy("menu", "Marketing"), frozenset()),
    NavSection("insight", pgettext_lazy("menu", "Analysis"), frozenset({Role.MANAGER})),
    NavSection("upkeep", pgettext_lazy("menu", "Products and data"), frozenset()),
)
_APPS = {"analytics": "insight"}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar for this user: [{key, label, open, badge, items}], empty sections left out.

    The first section has no label: its entries stand above all.  The section of the open page is
    unfolded whatever was chosen, so that one sees where one is.
    """
    role = request.user.role  # type: ignore[union-attr]  # signed in
    chosen = dict(_CHOICE.findall(request.COOKIES.get(COOKIE, "")[:300]))
    entries = _entries(request, role)
    shown = [_section(NavSection("", "", _EVERYONE), entries, role, {})]
    shown += [_section(section, entries, role, chosen) for section in SECTIONS]
    return [section for section in shown if section["items"]]


def navigation_key(sections: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """What a kept side bar depends on, beside the language."""
    drawn = ("url", "badge", "active")
    return [
        (section["open"], *(tuple(item[name] for name in drawn) for item in section["items"]))
        for section in sections
    ]


def _entries(request: HttpRequest, role: str) -> list[tuple[str, dict[str, Any]]]:
    """(section, entry) in their order; the entry whose address fits best is the active one."""
    entries, longest = [], ""
    for item in sorted(nav_items, key=lambda entry: entry.order):
        if item.roles and role not in item.roles:
            continue
        url = address(item.url_name)
        prefix = item.prefix or url
        here = request.path == url if prefix == "/" else request.path.startswith(prefix)
        if here and len(prefix) > len(longest):
            longest = prefix
        entry = {
            "label": item.label, "url": url, "icon": item.icon, "prefix": prefix, "key": item.key,
            "badge": item.badge(request) if item.badge else None,
        }  # fmt: skip
        entries.append((_section_of(item), entry))
    for _key, entry in entries:
        entry["active"] = entry.pop("prefix") == longest
    return entries


def _section_of(item: NavItem) -> str:
    """Entries of an app without a section of its own stand above all."""
    app = item.url_name.partition(":")[0]
    key = item.section or _APPS.get(app, app)
    return key if key in {section.key for section in SECTIONS} else ""


def _section(
    section: NavSection,
    entries: list[tuple[str, dict[str, Any]]],
    role: str,
    chosen: Mapping[str, str],
) -> dict[str, Any]:
    items = [entry for key, entry in entries if key == section.key]
    wanted = chosen.get(section.key, "1" if role in section.open_for else "0") == "1"
    return {
        "key": section.key, "label": section.label, "items": items,
        "open": wanted or any(item["active"] for item in items),
        "badge": sum(item["badge"] or 0 for item in items) or None,
    }  # fmt: skip
