"""Pictures of the main pages, when CRM_SCREENSHOTS names a folder for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from customers.models import Customer
from tests.browser.conftest import DESKTOP, PHONE, Company, SignIn
from tests.browser.watching import settled

FOLDER = os.environ.get("CRM_SCREENSHOTS", "")
PAGES = {
    "list": ("manager", "/customers/"),
    "board": ("manager", "/sales/board/"),
    "dashboard": ("manager", "/analytics/"),
    "customer": ("rep", ""),
    "my-day": ("rep", "/"),
    "queue": ("agent", "/service/queue/"),
}

pytestmark = pytest.mark.skipif(not FOLDER, reason="CRM_SCREENSHOTS names no folder for pictures")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("colors", ["light", "dark"])
def test_it_looks_so(
    sign_in: SignIn, company: Company, language: str, size: tuple[int, int], colors: str
) -> None:
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    customer = Customer.objects.filter(owner=company.rep).latest("order_value")
    opened = {
        role: sign_in(role, language=language, size=size, colors=colors)
        for role in ("manager", "rep", "agent")
    }
    for name, (role, path) in PAGES.items():
        page = opened[role]
        page.goto(path or customer.get_absolute_url())
        settled(page)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{language}-{size[0]}-{colors}.png")
