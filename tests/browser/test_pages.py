"""Every list, detail and form, for each role: found, quiet, not wider than a phone, accessible."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.architecture.access_table import KINDS, PAGES
from tests.browser.axe import axe_findings
from tests.browser.conftest import PHONE, SignIn
from tests.browser.watching import Watch, overflow, settled

# Addresses that answer with a file, with JSON or with a part of a page, or show another's page.
NO_PAGES = {
    "analytics:card_csv", "analytics:warehouse_file", "api:docs", "api:schema",
    "customers:contact_similar",
    "customers:similar", "home:suggest", "records:view_counts", "sales:forecast_csv",
    "sales:funnel_csv", "sales:line_price",
}  # fmt: skip
# What the libraries bring, and pages with something to look for.
MORE = {
    "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/password/change/",
    "/accounts/logout/", "/search/?q=%E5%85%AC%E5%8F%B8",
}  # fmt: skip


def lists(role: str) -> set[str]:
    """The list of every kind of record that the role reads."""
    return {reverse(f"{kind}list") for kind, rule in KINDS.items() if role in rule.readers}


def others(role: str) -> set[str]:
    """Every page without a record that the access table opens to the role: none is forgotten."""
    return {
        f"{reverse(name, args=page.args)}{'?' + urlencode(page.data) if page.data else ''}"
        for name, page in PAGES.items()
        if role in page.roles and page.method == "get" and name not in NO_PAGES
    }


@pytest.mark.parametrize(
    ("role", "language", "themes"),
    [
        ("rep", "zh-hans", "light dark"),
        ("agent", "en", "light"),
        ("manager", "zh-hans", ""),  # the administrator's pages
        ("admin", "en", "light dark"),
    ],
)
def test_it_shows_every_page_without_complaint(
    sign_in: SignIn, watch: Watch, role: str, language: str, themes: str
) -> None:
    """``themes`` in which the page is looked through for what makes it hard to use."""
    page = sign_in(role, language=language, size=PHONE)
    findings: list[str] = []
    for path in walk(page, role):
        found = [*shape(page, themes.split()), *watch.problems]
        watch.problems.clear()
        findings += [f"{role} {path}: {one}" for one in found]
    assert not findings, "\n".join(findings)


def walk(page: Page, role: str) -> Iterator[str]:
    """Open every page in turn; of each list also its first record, that one's form, a new one's."""
    seen: set[str] = set()
    listed = lists(role)
    for start in sorted(listed | others(role) | MORE):
        page.goto(start)
        yield start
        paths = [first_record(page)]
        if start in listed:
            paths.append(link(page, "/new/"))
        if paths[0] and start in listed:
            page.goto(paths[0])
            paths.append(link(page, "/edit/"))
        for path in paths:
            if path and urlsplit(path).path not in seen:
                seen.add(urlsplit(path).path)
                page.goto(path)
                yield path


def first_record(page: Page) -> str:
    return str(page.evaluate("document.querySelector('main tr[data-href]')?.dataset.href ?? ''"))


def link(page: Page, ending: str) -> str:
    """The first link of the page's content that ends so."""
    return str(
        page.evaluate(
            """(ending) => [...document.querySelectorAll("main a[href]")]
              .map((one) => one.getAttribute("href"))
              .find((href) => href.split("?")[0].endsWith(ending)) ?? "" """,
            ending,
        )
    )


def shape(page: Page, themes: list[str]) -> list[str]:
    """Wider than the window, or hard to use; in dark the colours alone can differ."""
    settled(page)
    found = [f"wider than the window: {wide}"] if (wide := overflow(page)) else []
    if "light" in themes:
        found += axe_findings(page)
    if "dark" in themes:
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {one}" for one in axe_findings(page, "color-contrast")]
        page.emulate_media(color_scheme="light")
    return found
