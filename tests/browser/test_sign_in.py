"""Signing in by the real forms, with one step and with two."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

from playwright.sync_api import Page, expect

from tests.browser.axe import check_axe
from tests.browser.conftest import PHONE, OpenContext


def sign_in_by_form(page: Page, name: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("textbox", name="用户名").fill(name)
    page.get_by_role("textbox", name="密码").fill(password)
    page.get_by_role("button", name="登录").click()


def test_it_signs_in_and_goes_where_one_wanted(open_context: OpenContext) -> None:
    page = open_context().new_page()
    page.goto("/customers/")
    page.get_by_role("textbox", name="用户名").fill("rep")
    page.get_by_role("textbox", name="密码").fill("demo-rep")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/customers/")
    expect(page.get_by_role("heading", level=1)).to_have_text("客户")


def test_it_says_that_the_password_is_wrong(open_context: OpenContext) -> None:
    page = open_context(size=PHONE).new_page()
    page.goto("/accounts/login/")
    check_axe(page)
    sign_in_by_form(page, "rep", "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("textbox", name="用户名")).to_have_value("rep")
    check_axe(page)


def test_it_keeps_what_was_typed_when_the_session_ends(open_context: OpenContext) -> None:
    page = open_context().new_page()
    sign_in_by_form(page, "rep", "demo-rep")
    page.wait_for_url("**/")
    page.goto("/customers/new/")
    page.get_by_label("名称").fill("苏州远帆仪器有限公司")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("textbox", name="用户名").fill("rep")
    page.get_by_role("textbox", name="密码").fill("demo-rep")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("名称")).to_have_value("苏州远帆仪器有限公司")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("苏州远帆仪器有限公司")


def test_it_asks_for_the_second_step_once_it_is_set_up(open_context: OpenContext) -> None:
    page = open_context(colors="dark").new_page()
    sign_in_by_form(page, "admin", "demo-admin")
    page.wait_for_url("**/")
    page.goto("/accounts/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.get_by_role("textbox", name="密码").fill("demo-admin")
        page.get_by_role("main").get_by_role("button").first.click()
        page.wait_for_url("**/totp/activate/**")
    check_axe(page)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("[name=code]").fill(code(secret))
    page.get_by_role("main").get_by_role("button", name="激活").click()
    page.wait_for_url("**/recovery-codes/")
    check_axe(page)
    phone = open_context(size=PHONE).new_page()
    sign_in_by_form(phone, "admin", "demo-admin")
    phone.wait_for_url("**/authenticate/")
    check_axe(phone)
    recovery = page.locator("textarea").input_value().split()[0]
    phone.locator("[name=code]").fill(recovery)
    phone.get_by_role("main").get_by_role("button", name="登录").click()
    phone.wait_for_url(lambda url: url.endswith("/"))
    expect(phone.locator("body.shell")).to_be_visible()


def code(secret: str) -> str:
    """What an authenticator shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
