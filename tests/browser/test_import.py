"""A file goes through every step of the import, and back again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from customers.models import Contact, Customer, ImportBatch
from tests.browser.axe import check_axe
from tests.browser.conftest import DESKTOP, PHONE, SignIn

PATIENT_MS = 40_000  # a worker starts, reads and writes
HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Lead Status,Associated Company,Job Title\n"
    "101,Camille,Durand,c.durand@yunlan.example,13800138000,New,珠海云岚酒店,Buyer\n"
    "102,国,张,zhang@qihong.example,0757 8222 1234,Connected,佛山启宏陶瓷,\n"
    "103,Not,Mailed,not an address,,,佛山启宏陶瓷,\n"
)
CHINESE = """名称,电话,邮箱,城市,负责
珠海云岚酒店,0756 333 1234,info@yunlan.example,珠海,x
佛山启宏陶瓷,0757 8222 1234,sales@qihong.example,佛山,y
汕头海润渔业,0754 8811 1234,not an address,汕头,z
"""


def sums(page: Page) -> list[int]:
    """Rows in the file, then what became of them, as the page shows it."""
    shown = page.locator(".sum-line").first
    expect(shown).to_be_visible(timeout=PATIENT_MS)
    return [int(text) for text in shown.locator("dd").all_inner_texts()]


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "en"), (PHONE, "zh-hans")])
def test_a_rep_takes_in_leads_of_hubspot(
    sign_in: SignIn, worker: None, tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    path = tmp_path / "hubspot.csv"
    path.write_text(HUBSPOT, encoding="utf-8")
    english = language == "en"
    page = sign_in("rep", language=language, size=size)
    page.goto("/customers/")
    page.keyboard.press("i")
    expect(page.locator("input[type=file]")).to_be_focused()
    check_axe(page)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Next: columns" if english else "下一步：列对应").click()
    page.wait_for_url(re.compile(r"/columns/$"))
    check_axe(page)
    expect(page.locator("main summary")).to_contain_text("HubSpot")
    expect(page.get_by_label("Job Title")).to_have_value("title")
    page.keyboard.press("Control+Enter")  # the page's main button
    page.wait_for_url(re.compile(r"/preview/$"))
    check_axe(page)
    bad = "The e-mail address is not valid." if english else "邮箱地址无效"
    expect(page.locator(".cell-problem").first).to_contain_text(bad)
    page.get_by_role("button", name="Dry run" if english else "试运行").click()
    assert sums(page) == [3, 2, 0, 0, 1]
    assert not Contact.objects.filter(external_id="101").exists()
    page.get_by_role("button", name=re.compile("Import 3 rows|导入 3 行")).click()
    page.wait_for_url(re.compile(r"/import/\d+/$"))
    assert sums(page) == [3, 2, 0, 0, 1]
    check_axe(page)
    person = Contact.objects.get(external_id="102")
    assert (person.name, person.owner and person.owner.username) == ("张国", "rep")
    assert person.customers.get().owner == person.owner


def test_a_manager_imports_looks_at_the_rejects_and_undoes(
    sign_in: SignIn, worker: None, tmp_path: Path
) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes(CHINESE.encode("gb18030"))
    before = Customer.objects.count()
    page = sign_in("manager", language="zh-hans")
    page.goto("/customers/")
    page.get_by_role("link", name="导入").click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="下一步：列对应").click()
    page.get_by_label("负责", exact=True).select_option("note")
    page.get_by_role("button", name="下一步：预览").click()
    page.get_by_role("button", name="导入 3 行").click()
    assert sums(page) == [3, 2, 0, 0, 1]
    batch = ImportBatch.objects.latest("pk")
    customer = Customer.objects.get(name="珠海云岚酒店")
    assert (customer.phone, customer.note) == ("+867563331234", "x")
    with page.expect_download() as rejects:
        page.get_by_role("link", name="下载").click()
    text = rejects.value.path().read_text(encoding="utf-8-sig")
    assert "汕头海润渔业" in text
    assert "not an address" in text
    page.get_by_role("button", name="撤销导入").click()
    expect(page.locator("dialog[open] [value=cancel]")).to_be_focused()
    page.keyboard.press("Control+Enter")  # yes
    expect(page.get_by_text("此导入已撤销。")).to_be_visible(timeout=PATIENT_MS)
    assert Customer.objects.count() == before
    page.goto("/customers/import/")
    expect(page.get_by_role("row", name=re.compile("客户.csv")).first).to_contain_text("已撤销")
    batch.refresh_from_db()
    assert batch.state == "undone"
