"""A manager groups customers and reads the figures."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignIn

PATIENT_MS = 40_000  # a worker starts, reads and computes


def test_it_runs_a_segmentation_and_draws_it(sign_in: SignIn, worker: None) -> None:
    page = sign_in("manager")
    page.goto("/analytics/cluster/")
    page.get_by_role("button", name="Compute").first.click()
    page.wait_for_url("**/jobs/*/")
    page.get_by_role("link", name="Show the result").click(timeout=PATIENT_MS)
    page.wait_for_url(re.compile(r"/analytics/runs/\d+/"))
    draw_all(page)


def draw_all(page: Page) -> None:
    """Bring every card into view and see its chart drawn."""
    for waiting in page.locator(".board-wait").element_handles():
        waiting.evaluate("card => card.scrollIntoView()")
        waiting.wait_for_element_state("hidden")  # the drawn one stands in its place
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
    expect(page.get_by_label("Period")).to_be_focused()
    page.goto("/analytics/")
    compare_with_file(page, page.get_by_role("link", name="CSV"))


def compare_with_file(page: Page, link: Locator) -> None:
    """The data table of the first chart that has such a link, and the file behind it."""
    figure = page.locator("figure", has=link).first
    figure.get_by_text("Data table").click()
    table = figure.get_by_role("table")
    expect(table).to_be_visible()
    with page.expect_download() as download:
        figure.get_by_text("CSV", exact=True).click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.reader(handle))
    assert len(rows) == table.locator("tr").count()
    assert rows[0] == table.locator("thead th").all_text_contents()


def test_it_saves_the_figures_of_a_chart_without_a_file(sign_in: SignIn) -> None:
    page = sign_in("manager")
    page.goto("/sales/funnel/")
    draw_all(page)
    compare_with_file(page, page.get_by_role("button", name="CSV"))
