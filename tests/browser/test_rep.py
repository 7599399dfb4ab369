"""A sales rep's day."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import translation
from playwright.sync_api import FilePayload, Page, expect

from communications.models import FollowUp
from crm.records.models import Attachment
from customers.models import Contact, Customer
from sales.models import Deal, StageChange
from tests.browser.conftest import PHONE, Company, SignIn
from tests.browser.watching import Watch


@pytest.fixture
def customer(company: Company) -> Customer:
    """One of the rep's own."""
    found = Customer.objects.filter(owner=company.rep).order_by("pk").first()
    assert found is not None
    return found


@pytest.fixture
def deal(company: Company) -> Deal:
    """A deal that stands in the first column of the rep's board."""
    found = Deal.objects.filter(owner=company.rep, stage__kind="open").order_by("stage__order")
    deal = found.select_related("stage").first()
    assert deal is not None
    return deal


def test_it_creates_a_customer(sign_in: SignIn) -> None:
    page = sign_in("rep", language="zh-hans")
    page.goto("/customers/")
    page.get_by_role("main").locator("a[href$='/customers/new/']").click()
    page.get_by_label("名称").fill("苏州远帆仪器有限公司")
    page.get_by_label("电话").fill("0512 6288 1234")
    page.get_by_label("城市").fill("苏州")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("苏州远帆仪器有限公司")
    expect(page.get_by_role("main")).to_contain_text("苏州")
    page.go_back()  # not into the form, which would make another
    expect(page.get_by_role("heading", level=1)).to_have_text("苏州远帆仪器有限公司")
    page.go_back()
    page.wait_for_url("**/customers/")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("苏州远帆仪器有限公司")
    page.keyboard.press("n")
    page.locator("[data-new-menu] a[href*='/needs/new/']").click()
    made = Customer.objects.get(name="苏州远帆仪器有限公司")
    expect(page.locator("select[name=customer]")).to_have_value(str(made.pk))
    page.goto("/customers/needs/new/")
    customers = page.get_by_role("combobox", name="客户")
    expect(customers).to_be_focused()
    expect(customers).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("远帆")
    expect(page.get_by_role("option", name="苏州远帆仪器有限公司")).to_be_visible()


def test_it_logs_a_call_from_the_customer(sign_in: SignIn, customer: Customer) -> None:
    page = sign_in("rep", language="zh-hans", size=PHONE)
    page.goto(customer.get_absolute_url())
    page.locator("#quick-log .pick", has_text="微信").click()
    said = page.get_by_label("沟通内容")
    said.fill("客户要一份 200 台的报价")
    said.evaluate("(area) => { area.style.height = '9rem'; }")  # as dragging its corner does
    page.get_by_label("接下来").fill("发送报价单")
    page.get_by_role("button", name="记录").click()
    expect(page.locator("#timeline li").first).to_contain_text("客户要一份 200 台的报价")
    expect(page.locator("#next-step")).to_contain_text("发送报价单")
    expect(page.get_by_label("沟通内容")).to_have_value("")


def test_it_plans_a_follow_up_and_ticks_it_off(sign_in: SignIn, customer: Customer) -> None:
    page = sign_in("rep")
    page.goto(customer.get_absolute_url())
    page.get_by_role("link", name="Plan the next step").click()
    page.keyboard.type("Send the quotation")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#next-step")).to_contain_text("Send the quotation")
    page.get_by_role("button", name="Done: Send the quotation").click()
    expect(page.locator("#next-step")).not_to_contain_text("Send the quotation")
    follow_up = FollowUp.objects.get(title="Send the quotation")
    assert follow_up.done_at is not None


def next_column(page: Page, deal: Deal) -> str:
    """The id of the column to the right of the deal's."""
    columns = page.locator("[data-column]").evaluate_all("all => all.map(c => c.dataset.column)")
    return str(columns[columns.index(str(deal.stage_id)) + 1])


def test_it_moves_a_deal_by_keyboard(sign_in: SignIn, deal: Deal) -> None:
    page = sign_in("rep", language="zh-hans")
    page.goto("/sales/board/")
    target = next_column(page, deal)
    expect(page.locator("[data-board][data-ready]")).to_be_visible()
    card = page.locator(f'[data-card="{deal.pk}"]')
    card.get_by_role("link", name="移动").focus()
    page.keyboard.press("Enter")
    choice = page.locator(f'#board-move [data-move-to="{target}"]')
    expect(choice).to_be_visible()
    choice.focus()
    with page.expect_response(re.compile(r"/sales/deals/\d+/move/")):
        page.keyboard.press("Enter")
    expect(page.locator(f'[data-column="{target}"] [data-card="{deal.pk}"]')).to_be_visible()
    deal.refresh_from_db()
    assert str(deal.stage_id) == target


def test_it_moves_a_deal_by_dragging(sign_in: SignIn, deal: Deal) -> None:
    page = sign_in("rep")
    page.goto("/sales/board/")
    expect(page.locator("[data-board][data-ready]")).to_be_visible()
    target = next_column(page, deal)
    count = page.locator(f'[data-column="{target}"] [data-column-count]')
    before = int(count.inner_text())
    moved = page.locator(f'[data-card="{deal.pk}"]')
    with page.expect_response(re.compile(r"/sales/deals/\d+/move/")):
        moved.locator(".board-card-foot").drag_to(
            page.locator(f'[data-column="{target}"] [data-board-list]'),
            target_position={"x": 60, "y": 20},
        )
    expect(count).to_have_text(str(before + 1))
    expect(page.locator(f'[data-column="{target}"] [data-card="{deal.pk}"]')).to_be_visible()
    page.goto(deal.get_absolute_url())
    change = StageChange.objects.filter(deal=deal).latest("at")
    assert str(change.to_stage_id) == target
    way = page.get_by_role("table", name="Way through the stages")
    with translation.override("en"):
        expect(way).to_contain_text(change.to_stage.label)


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_it_searches_by_two_chinese_characters(sign_in: SignIn, company: Company, key: str) -> None:
    found = Customer.objects.create(
        name="昆明澜沧普洱茶业", owner=company.rep, team=company.rep.team
    )
    page = sign_in("rep", language="zh-hans")
    page.goto("/jobs/")
    page.keyboard.press(key)
    page.keyboard.type("澜沧")
    suggestion = page.get_by_role("option", name="昆明澜沧普洱茶业")
    expect(suggestion).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{found.get_absolute_url()}")


def test_it_keeps_what_was_typed_when_another_saved_first(
    sign_in: SignIn, watch: Watch, customer: Customer
) -> None:
    watch.expect(409)
    page = sign_in("rep", language="zh-hans")
    page.goto(f"{customer.get_absolute_url()}edit/")
    other = sign_in("manager", language="zh-hans")
    other.goto(f"{customer.get_absolute_url()}edit/")
    other.get_by_label("城市").fill("大理")
    other.get_by_role("button", name="保存").click()
    other.wait_for_url(f"**{customer.get_absolute_url()}")
    page.get_by_label("城市").fill("丽江")
    page.get_by_role("button", name="保存").click()
    conflict = page.get_by_role("alert").first
    expect(conflict).to_contain_text("大理")
    expect(conflict).to_contain_text("丽江")
    expect(page.get_by_label("城市")).to_have_value("丽江")
    conflict.get_by_label("大理").check()
    page.get_by_label("城市").fill("腾冲")  # thought again
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(f"**{customer.get_absolute_url()}")
    customer.refresh_from_db()
    assert customer.city == "腾冲"


def test_it_edits_a_value_in_place_by_keyboard(sign_in: SignIn, customer: Customer) -> None:
    page = sign_in("rep", language="zh-hans")
    page.goto(customer.get_absolute_url())
    page.get_by_role("link", name="编辑：城市").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="城市")).to_be_focused()
    page.keyboard.type("丽江")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="编辑：城市")).to_be_focused()
    page.keyboard.press("e")
    expect(page.get_by_role("textbox", name="城市")).to_be_focused()
    page.keyboard.type("大理")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="编辑：城市")).to_be_focused()
    customer.refresh_from_db()
    assert customer.city == "大理"
    page.keyboard.press("E")
    page.wait_for_url("**/edit/")


def test_it_shows_both_values_of_a_conflict_in_place(
    sign_in: SignIn, watch: Watch, customer: Customer
) -> None:
    watch.expect(409)
    page = sign_in("rep")
    page.goto(customer.get_absolute_url())
    page.get_by_role("link", name="Edit: City").click()
    page.get_by_role("textbox", name="City").fill("Lijiang")
    Customer.objects.filter(pk=customer.pk).update(city="Dali", version=customer.version + 1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("“Dali”")
    expect(page.get_by_role("textbox", name="City")).to_have_value("Lijiang")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Edit: City")).to_be_focused()
    customer.refresh_from_db()
    assert customer.city == "Lijiang"


def test_it_changes_the_head_of_the_page_with_the_value(
    sign_in: SignIn, customer: Customer
) -> None:
    page = sign_in("rep")
    page.goto(customer.get_absolute_url())
    page.get_by_role("link", name="Edit: Name").click()
    page.get_by_role("textbox", name="Name").fill("Lancang Tea")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lancang Tea")


def test_it_links_and_unlinks_a_contact(sign_in: SignIn, customer: Customer) -> None:
    found = Contact.objects.create(name="沈清如", owner=customer.owner, team=customer.team)
    page = sign_in("rep", language="zh-hans")
    page.goto(customer.get_absolute_url())
    card = page.locator("#contacts")
    card.get_by_role("link", name="关联").click()
    card.locator(".ts-control").click()
    page.keyboard.type("清如")
    page.get_by_role("option", name="沈清如").click()
    card.get_by_label("在该客户的角色").fill("采购")
    card.get_by_role("button", name="关联").click()
    expect(card).to_contain_text("采购")
    assert customer.affiliations.filter(contact=found).exists()
    card.get_by_role("link", name="沈清如 的角色").click()
    card.get_by_role("button", name="解除关联").click()
    expect(card).not_to_contain_text("沈清如")
    page.get_by_role("button", name="撤销").click()
    page.wait_for_url(f"**{customer.get_absolute_url()}")
    expect(card).to_contain_text("沈清如")
    expect(card).to_contain_text("采购")


def test_it_keeps_files_and_refuses_pages(
    sign_in: SignIn, watch: Watch, customer: Customer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    watch.expect(422)
    page = sign_in("rep", language="zh-hans")
    page.goto(customer.get_absolute_url())
    page.locator("#customer-tabs").get_by_role("link", name="文件", exact=True).click()
    files = page.locator("#files")
    good = FilePayload(name="报价单.csv", mimeType="text/csv", buffer="茶,5\n".encode())
    evil = FilePayload(name="page.pdf", mimeType="application/pdf", buffer=b"<html></html>")
    files.locator("input[type=file]").set_input_files([good, evil])
    expect(files.get_by_role("alert")).to_contain_text("“page.pdf”与其名称不符")
    with page.expect_download() as fetched:
        files.get_by_role("link", name="报价单.csv").click()
    assert fetched.value.suggested_filename == "报价单.csv"
    files.get_by_role("button", name="删除 报价单.csv").click()
    expect(files).not_to_contain_text("报价单.csv")
    page.get_by_role("button", name="撤销").click()
    page.wait_for_url(f"**{customer.get_absolute_url()}*")
    assert Attachment.objects.alive().filter(name="报价单.csv").exists()
