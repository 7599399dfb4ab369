"""Every list, detail and form, for each role: found, quiet, not wider than a phone, accessible."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.axe import axe_findings
from tests.browser.conftest import PHONE, SignIn
from tests.browser.watching import Watch, overflow, settled

LISTS = {
    "/customers/", "/customers/contacts/", "/customers/needs/",
    "/communications/", "/communications/follow-ups/",
    "/sales/deals/", "/sales/orders/", "/sales/products/", "/sales/targets/",
    "/service/requests/",
    "/marketing/campaigns/", "/marketing/activities/", "/marketing/segments/",
}  # fmt: skip
OTHERS = {
    "/", "/search/?q=%E5%85%AC%E5%8F%B8", "/jobs/", "/account/profile/", "/analytics/",
    "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/password/change/",
    "/accounts/logout/", "/sales/board/", "/service/queue/", "/customers/import/",
    "/sales/forecast/", "/sales/funnel/", "/sales/targets/plan/",
    "/sales/reports/", "/sales/reports/saved/", "/mail/", "/customers/privacy/",
    "/customers/quality/", "/analytics/datasets/",
}  # fmt: skip
METHODS = {"/analytics/cluster/", "/analytics/forecast/", "/analytics/datasets/"}
CLOSED = {
    "rep": METHODS | {"/service/queue/", "/sales/targets/plan/"},
    "agent": METHODS
    | {
        "/customers/quality/",
        "/customers/import/",
        "/sales/board/",
        "/sales/forecast/",
        "/sales/funnel/",
        "/sales/targets/plan/",
        "/sales/targets/",
        "/sales/reports/",
        "/sales/reports/saved/",
    }
    | {"/marketing/campaigns/", "/marketing/activities/", "/marketing/segments/"},
    "manager": set[str](),
    "admin": set[str](),
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
    for start in sorted((LISTS | OTHERS | METHODS) - CLOSED[role]):
        page.goto(start)
        yield start
        if start not in LISTS:
            continue
        paths = [first_record(page), link(page, "/new/")]
        if paths[0]:
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
