"""Writing a quote: what it comes to, and what is typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from customers.models import Customer
from sales.models import Quote
from tests.browser.axe import check_axe
from tests.browser.conftest import DESKTOP, PHONE, Company, SignIn

# Whether the browser would ask before the page is left.
ASKS = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "en"), (PHONE, "zh-hans")])
def test_it_says_what_the_lines_come_to_and_keeps_what_is_typed(
    sign_in: SignIn, company: Company, size: tuple[int, int], language: str
) -> None:
    customer = Customer.objects.filter(owner=company.rep).first()
    assert customer is not None
    page = sign_in("rep", language=language, size=size)
    page.goto(f"/sales/quotes/new/?customer={customer.pk}")
    assert not page.evaluate(ASKS)
    page.locator("[name=lines-0-description]").fill("Pump")
    page.locator("[name=lines-0-quantity]").fill("3")
    page.locator("[name=lines-0-unit_price]").fill("1234.5")
    page.locator("[name=lines-0-discount]").fill("5")
    expect(page.locator(".lines-sum strong")).to_contain_text("¥3,975.71")
    assert page.evaluate(ASKS)
    check_axe(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sales/quotes/*/")
    expect(page.locator("main")).to_contain_text("¥3,975.71")
    quote = Quote.objects.latest("pk")
    assert (quote.language, str(quote.total)) == (language, "3975.71")
