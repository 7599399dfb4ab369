"""Every list, detail and form, for each role: found, quiet, not wider than a phone, accessible."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from analytics.fits import METHODS
from tests.browser.axe import axe_findings
from tests.browser.conftest import PHONE, SignIn
from tests.browser.styles import left_out
from tests.browser.watching import Watch, overflow, settled

SALES = {
    "/sales/deals/", "/sales/orders/", "/sales/quotes/", "/sales/price-lists/", "/sales/products/",
    "/sales/targets/",
}  # fmt: skip
PEOPLE = {
    "/customers/", "/customers/contacts/", "/customers/needs/",
    "/communications/", "/communications/follow-ups/", "/service/requests/",
}  # fmt: skip
MARKETING = {"/marketing/campaigns/", "/marketing/activities/", "/marketing/segments/"}
LISTS = SALES | PEOPLE | MARKETING
OTHERS = {
    "/", "/search/?q=%E5%85%AC%E5%8F%B8", "/jobs/", "/account/profile/", "/account/keys/",
    "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/password/change/",
    "/accounts/logout/", "/sales/board/", "/sales/forecast/", "/sales/funnel/",
    "/sales/reports/", "/sales/reports/saved/", "/customers/import/", "/customers/quality/",
    "/customers/duplicates/", "/service/", "/mail/",
}  # fmt: skip
MANAGING = {
    "/", "/customers/", "/customers/privacy/", "/sales/targets/plan/", "/service/queue/",
    "/analytics/?cards=all", "/analytics/boards/", "/analytics/datasets/", "/analytics/experiment/",
    *(f"/analytics/{method}/" for method in METHODS),
}  # fmt: skip
# Each page once, by one who may open it: reps live in most of them.
PAGES = {
    "rep-sales": SALES,
    "rep-people": PEOPLE,
    "rep-marketing": MARKETING,
    "rep": OTHERS,
    "agent": {"/", "/customers/", "/service/", "/service/queue/", "/service/requests/"},
    "manager": MANAGING,
    "admin": {"/", "/analytics/warehouse/", "/api/docs/", "/customers/privacy/", "/jobs/"},
}


@pytest.mark.parametrize(
    ("pages", "language"),
    [
        ("rep-sales", "en"),
        ("rep-people", "en"),
        ("rep-marketing", "en"),
        ("rep", "en"),
        ("agent", "zh-hans"),
        ("manager", "zh-hans"),
        ("admin", "en"),
    ],
)
def test_it_shows_every_page_without_complaint(
    sign_in: SignIn, watch: Watch, pages: str, language: str
) -> None:
    page = sign_in(pages.split("-")[0], language=language, size=PHONE)
    findings: list[str] = []
    for path in walk(page, PAGES[pages]):
        found = [*shape(page), *watch.problems]
        watch.problems.clear()
        findings += [f"{pages} {path}: {one}" for one in found]
    assert not findings, "\n".join(findings)


def walk(page: Page, starts: set[str]) -> Iterator[str]:
    """Open every page in turn; of each list also its first record and its form, or a new one's."""
    for start in sorted(starts):
        page.goto(start)
        yield start
        if start not in LISTS:
            continue
        record, form = first_record(page), link(page, "/new/")
        if record:
            page.goto(record)
            form = link(page, "/edit/") or form
            yield record
        if form:
            page.goto(form)
            yield form


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


def shape(page: Page) -> list[str]:
    """Wider than the window, or hard to use; in dark the colours alone can differ."""
    settled(page)
    found = [f"wider than the window: {wide}"] if (wide := overflow(page)) else []
    found += [f"no style, though there is one: {one}" for one in left_out(page)]
    found += axe_findings(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in axe_findings(page, "color-contrast")]
    page.emulate_media(color_scheme="light")
    return found
