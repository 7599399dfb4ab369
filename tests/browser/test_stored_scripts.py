"""What people write is shown as they wrote it, and never runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from communications.services import communication_log, follow_up_create
from customers.models import Customer
from customers.services import contact_create, customer_create, need_create
from marketing.services import campaign_create
from sales.models import Stage
from sales.services.deals import deal_create
from sales.services.products import product_create
from service.services import request_create
from tests.browser.conftest import Company, SignIn
from tests.browser.watching import settled

NAUGHTY = [
    "<script>alert('名称')</script>",
    '"><img src=x onerror=alert(2)>',
    "<svg/onload=alert(3)>",
    "</script><script>alert(4)</script>",
    '{{ 7*7 }}${alert(5)}`\'"-alert(6)-"',
    "<a href='javascript:alert(7)'>link</a><iframe srcdoc='<script>alert(8)</script>'>",
]


@pytest.fixture
def hostile(company: Company) -> dict[str, Any]:
    """One record of each kind, each text in it hostile."""
    admin, text = company.admin, "\n".join(NAUGHTY)
    customer = customer_create(
        actor=company.rep, name=NAUGHTY[0], city=NAUGHTY[1], address=NAUGHTY[4], note=text
    )
    stage = Stage.objects.filter(kind="open").earliest("order")
    today = timezone.localdate()
    return {
        "customer": customer,
        "contact": contact_create(actor=company.rep, customer=customer, name=NAUGHTY[2], note=text),
        "need": need_create(actor=company.rep, customer=customer, title=NAUGHTY[3]),
        "deal": deal_create(
            actor=company.rep, customer=customer, stage=stage, name=NAUGHTY[1], amount=9_999_999
        ),
        "product": product_create(actor=admin, sku="X-1", name=NAUGHTY[5]),
        "campaign": campaign_create(
            actor=admin, name=NAUGHTY[3], starts_on=today, ends_on=today
        ),
        "communication": communication_log(
            actor=company.rep, customer=customer, subject=NAUGHTY[2], content=text
        ),
        "follow_up": follow_up_create(
            actor=company.rep, customer=customer, title=NAUGHTY[0], due_at=timezone.now()
        ),
        "request": request_create(
            actor=admin, customer=customer, subject=NAUGHTY[1], description=text
        ),
    }  # fmt: skip


def test_it_shows_hostile_texts_literally(sign_in: SignIn, hostile: dict[str, Any]) -> None:
    page = sign_in("admin", language="zh-hans")
    for name, record in hostile.items():
        page.goto(record.get_absolute_url())
        expect(page.get_by_role("heading", level=1)).to_have_text(str(record))
        assert_harmless(page, name)
        page.goto(f"{record.get_absolute_url()}edit/")
        assert_harmless(page, name)
    for path in (
        "/", "/customers/", "/customers/contacts/", "/customers/needs/", "/communications/",
        "/communications/follow-ups/", "/sales/deals/", "/sales/board/", "/sales/products/",
        "/service/requests/", "/service/queue/?tab=unassigned", "/marketing/campaigns/",
        "/analytics/?cards=all",
    ):  # fmt: skip
        page.goto(path)
        assert_harmless(page, path)


def test_it_shows_hostile_texts_on_the_timeline_and_in_the_search(
    sign_in: SignIn, hostile: dict[str, Any]
) -> None:
    customer: Customer = hostile["customer"]
    page = sign_in("rep")
    page.goto(customer.get_absolute_url())
    expect(page.locator("#timeline")).to_contain_text(NAUGHTY[2])
    assert_harmless(page, "timeline")
    page.goto(f"{customer.get_absolute_url()}history/")
    assert_harmless(page, "changes")
    page.goto("/sales/board/")
    expect(page.locator("[data-board]")).to_contain_text(NAUGHTY[1])
    page.keyboard.press("/")
    page.keyboard.type("alert")
    expect(page.locator("#search-suggestions")).to_contain_text(NAUGHTY[0])
    assert_harmless(page, "suggestions")
    page.goto("/search/?q=%3Cscript%3Ealert%28%27")
    expect(page.get_by_role("main")).to_contain_text(NAUGHTY[0])
    assert_harmless(page, "search")


def assert_harmless(page: Page, what: str) -> None:
    """No element came out of a text, and no address runs a script."""
    settled(page)
    made = page.locator(
        "[onerror], [onload], iframe, img[src='x'], a[href^='javascript:'], main svg:not([class])"
    )
    assert made.count() == 0, f"{what}: {made.first.evaluate('one => one.outerHTML')}"
    foreign = page.locator("script:not([src]):not([type='application/json'])")
    assert foreign.count() == 0, f"{what}: a script stands in the page"
