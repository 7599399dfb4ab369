"""A manager brings data in, groups customers, reads the figures."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from customers.models import Customer, ImportBatch
from tests.browser.conftest import SignIn

PATIENT_MS = 40_000  # a worker starts, reads and computes
ROWS = """名称,电话,邮箱,城市
珠海云岚酒店,0756 333 1234,info@yunlan.example,珠海
佛山启宏陶瓷,0757 8222 1234,sales@qihong.example,佛山
汕头海润渔业,0754 8811 1234,not an address,汕头
"""


def test_it_imports_a_file(sign_in: SignIn, worker: None, tmp_path: Path) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes(ROWS.encode("gb18030"))
    page = sign_in("manager", language="zh-hans")
    page.goto("/customers/")
    page.get_by_role("link", name="导入").click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="下一步：列对应").click()
    page.get_by_role("button", name="下一步：预览").click()
    page.get_by_role("main").get_by_role("button", name="导入").click()
    whole = page.locator(".sum-whole dd")
    expect(whole).to_have_text("3", timeout=PATIENT_MS)
    parts = [int(text) for text in page.locator(".sum-part:not(.sum-whole) dd").all_inner_texts()]
    assert sum(parts) == 3
    batch = ImportBatch.objects.get(created_by__username="manager")
    assert (batch.created, batch.rejected) == (2, 1)
    assert Customer.objects.filter(name="珠海云岚酒店", phone="+867563331234").exists()
    with page.expect_download() as rejects:
        page.get_by_role("link", name="下载").click()
    assert "汕头海润渔业" in rejects.value.path().read_text(encoding="utf-8-sig")


def test_it_runs_a_segmentation_and_draws_it(sign_in: SignIn, worker: None) -> None:
    page = sign_in("manager")
    page.goto("/analytics/cluster/")
    page.get_by_role("button", name="Compute").first.click()
    page.wait_for_url("**/jobs/*/")
    page.get_by_role("link", name="Show the result").click(timeout=PATIENT_MS)
    page.wait_for_url(re.compile(r"/analytics/runs/\d+/"))
    draw_all(page)


def draw_all(page: Page) -> None:
    """Bring every chart into view and see it drawn."""
    charts = page.locator("[data-chart]")
    expect(charts.first).to_be_attached()
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", "")
        expect(chart.locator("canvas").first).to_be_visible()
    expect(page.locator(".chart-failed")).to_have_count(0)


def test_it_reads_the_dashboard(sign_in: SignIn) -> None:
    page = sign_in("manager")
    page.goto("/analytics/")
    draw_all(page)
    before = page.locator(".page-subtitle").inner_text()
    page.get_by_label("Period").select_option(index=0)
    page.wait_for_url(re.compile(r"period="))
    expect(page.locator(".page-subtitle")).not_to_have_text(before)
    page.goto("/analytics/")
    figure = page.locator("figure", has=page.get_by_role("link", name="CSV")).first
    figure.get_by_text("Data table").click()
    table = figure.get_by_role("table")
    expect(table).to_be_visible()
    with page.expect_download() as download:
        figure.get_by_role("link", name="CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.reader(handle))
    assert len(rows) == table.locator("tr").count()
    assert rows[0] == table.locator("thead th").all_text_contents()
