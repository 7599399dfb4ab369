"""An administrator keeps the house; language and colours."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import expect

from crm.accounts.models import User
from tests.browser.conftest import SignIn


def test_it_opens_a_list_of_each_app_in_the_administration(sign_in: SignIn) -> None:
    """All of them are opened without a browser in tests/architecture/test_admin.py."""
    page = sign_in("admin")
    page.goto(reverse("admin:index"))
    for model in {model._meta.app_label: model for model in admin.site._registry}.values():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        answer = page.goto(reverse(name))
        assert answer is not None
        assert answer.status == 200, name
        expect(page.locator("#changelist, #content")).not_to_have_count(0)


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_it_edits_in_the_administration(sign_in: SignIn, colors: str) -> None:
    page = sign_in("admin", language="zh-hans", colors=colors)
    page.goto(reverse("admin:accounts_user_change", args=[User.objects.get(username="rep").pk]))
    expect(page.get_by_role("button", name="保存").first).to_be_visible()


def test_it_switches_the_language_and_back(sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.goto("/customers/")
    page.get_by_role("button", name="切换到中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("客户")
    assert User.objects.get(username="admin").language == "zh-hans"
    page.get_by_role("button", name="Switch to English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")


def test_it_switches_the_colours_and_keeps_them(sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.goto("/customers/")
    with page.expect_response("**/account/preferences/"):
        page.locator("[data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_it_tells_the_keys(sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.goto("/customers/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*/")
