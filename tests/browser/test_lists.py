"""Lists as people use them: by keyboard, with filters, views, many rows at once."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from crm.records.models import BulkChange, SavedView
from customers.models import Customer
from tests.browser.conftest import Company, SignIn


def rows(page: Page) -> int:
    return page.locator(".data-table tbody tr").count()


def test_it_selects_by_keyboard_and_changes_many_with_undo(
    sign_in: SignIn, company: Company
) -> None:
    page = sign_in("rep")
    mine = f"/customers/?sort=name&owner={company.rep.pk}"
    page.goto(mine)
    first = page.locator(".data-table tbody tr").nth(0)
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("2 selected")
    page.get_by_role("button", name="Set the lifecycle").click()
    page.get_by_label("Lifecycle").select_option("lost")
    page.get_by_role("main").get_by_role("button", name="Set the lifecycle").click()
    expect(page).to_have_url(re.compile(r"/customers/\?"))
    change = BulkChange.objects.get()
    assert change.changed == 2
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 rows are as before.")).to_be_visible()
    assert not Customer.objects.filter(pk__in=change.rows.values("record_id"), lifecycle="lost")
    page.goto(mine)
    page.keyboard.press("j")
    expect(first).to_have_class(re.compile("is-current-row"))
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/customers/\d+/edit/"))


def test_it_filters_sorts_and_chooses_columns_without_leaving(sign_in: SignIn) -> None:
    page = sign_in("manager", language="zh-hans")
    page.goto("/customers/")
    page.get_by_role("link", name="更多筛选").click()
    page.get_by_label("获客渠道").select_option(label="经销商")
    expect(page).to_have_url(re.compile("acquisition=dealer"))
    page.get_by_role("link", name="订单金额").click()
    expect(page).to_have_url(re.compile("sort=-value.*|.*acquisition=dealer.*sort=-value"))
    page.get_by_role("link", name="列", exact=True).click()
    page.get_by_label("城市").check()
    page.get_by_role("button", name="显示这些列").click()
    expect(page.locator("th", has_text="城市")).to_be_visible()
    expect(page).to_have_url(re.compile("acquisition=dealer"))
    shown = rows(page)
    page.reload()
    expect(page.locator("th", has_text="城市")).to_be_visible()
    assert rows(page) == shown


def test_it_keeps_a_view_as_a_tab_with_its_count(sign_in: SignIn) -> None:
    page = sign_in("manager")
    page.goto("/customers/?lifecycle=active")
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("Active ones")
    page.get_by_label("Who sees it").select_option("team")
    page.get_by_role("button", name="Save").click()
    tab = page.locator(".tab", has_text="Active ones")
    expect(tab).to_have_attribute("aria-current", "page")
    found = Customer.objects.filter(lifecycle="active", team=SavedView.objects.get().team).count()
    expect(tab.locator(".tab-count")).to_have_text(str(found))


def test_it_edits_a_cell_in_place(sign_in: SignIn, company: Company) -> None:
    page = sign_in("rep")
    page.goto(f"/customers/?sort=name&lifecycle=active&owner={company.rep.pk}")
    row = page.locator(".data-table tbody tr").nth(0)
    cell = row.locator("td[data-field=lifecycle]")
    cell.click()
    cell.get_by_role("combobox").select_option("lapsed")
    cell.get_by_role("combobox").press("Enter")
    expect(cell.locator(".badge")).to_have_text("Lapsed")
    pk = int(str(row.get_attribute("data-href")).strip("/").split("/")[-1])
    assert Customer.objects.get(pk=pk).lifecycle == "lapsed"


def test_it_takes_a_list_out(sign_in: SignIn) -> None:
    page = sign_in("manager")
    page.goto("/customers/?lifecycle=active")
    page.get_by_role("button", name="Export").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert download.value.path().read_bytes().startswith(b"PK")


def test_it_folds_the_menu_by_keyboard_and_goes_by_letters(sign_in: SignIn) -> None:
    page = sign_in("manager")
    page.goto("/customers/?size=25")
    deals = page.get_by_role("link", name="Deals", exact=True)
    expect(deals).to_be_visible()
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("after="))
    page.locator("summary", has_text="Sales").press("Enter")
    expect(deals).to_be_hidden()
    page.reload()
    expect(deals).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile("/sales/deals/"))
    expect(deals).to_be_visible()
