"""The side bar: who finds what in which section, and what is folded."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from crm.common.navigation import SECTIONS
from crm.common.registries import nav_items
from tests.factories.cast import Cast


def sections(client: Client, path: str = "/", **cookies: str) -> dict[str, tuple[bool, list[str]]]:
    """{section: (unfolded, addresses)} as the page draws them."""
    client.cookies.load(cookies)
    html = client.get(path).content.decode()
    found = re.findall(r'data-menu="(\w+)"( open)?>(.*?)</details>', html, re.DOTALL)
    return {
        key: (bool(open_), re.findall(r'href="([^"]+)" class="sidebar-link', inner))
        for key, open_, inner in found
    }


@pytest.fixture
def manager(cast: Cast, client: Client) -> Client:
    client.force_login(cast.manager)
    return client


def test_it_puts_each_entry_into_one_section(manager: Client) -> None:
    shown = sections(manager)
    assert shown["sales"][1] == [
        "/sales/deals/",
        "/sales/board/",
        "/sales/quotes/",
        "/sales/orders/",
    ]
    assert "/sales/reports/" in shown["insight"][1]
    addresses = [address for _open, inner in shown.values() for address in inner]
    assert len(addresses) == len(set(addresses)) == len(nav_items) - 1  # my day stands above


def test_it_leaves_out_what_a_role_has_nothing_in(cast: Cast, client: Client) -> None:
    client.force_login(cast.agent)
    shown = sections(client)
    assert "marketing" not in shown
    assert shown["service"][0]
    assert not shown["sales"][0]


def test_it_keeps_what_was_folded(manager: Client) -> None:
    assert sections(manager)["sales"][0]
    folded = sections(manager, menu="sales-0.marketing-1")
    assert (folded["sales"][0], folded["marketing"][0]) == (False, True)


def test_it_unfolds_the_section_of_the_open_page(manager: Client) -> None:
    assert sections(manager, "/customers/duplicates/", menu="upkeep-0")["upkeep"][0]


@pytest.mark.parametrize(
    "cookie", ["", "sales", "sales-2", "x" * 5000, "<script>-1", "sales-0" * 99]
)
def test_it_takes_any_cookie(manager: Client, cookie: str) -> None:
    assert set(sections(manager, menu=cookie)) == {section.key for section in SECTIONS}


def test_it_gives_each_letter_to_one_page() -> None:
    letters = [item.key for item in nav_items if item.key]
    assert len(letters) == len(set(letters))
    assert all(re.fullmatch("[a-z]", letter) for letter in letters)
