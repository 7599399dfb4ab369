"""Charts of every type, drawn by the real bundle: marks, names and figures, in either theme."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, SignIn
from tests.browser.watching import Watch

DAYS = [f"2026-03-{day:02d}" for day in range(1, 32)]
TWO = [{"name": "Sales", "data": [1234.5, 20, 30]}, {"name": "Costs", "data": [700, None, 15]}]
BANDS = {"lo80": [40, 45], "hi80": [60, 75], "lo95": [-30, -45], "hi95": [70, 95]}
ROWS: dict[str, Any] = {"labels_y": ["North", "South"], "values": [1500, 600]}
# A spec of each type, and some of what it writes.
SPECS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "line": ({"x": ["Jan", "Feb", "Mar"], "series": TWO, "marks": [{"x": "Feb", "label": "Fair"}]},
             {"Jan", "Mar", "Sales", "Costs", "Fair", "1,000"}),
    "area": ({"x": ["Jan", "Feb", "Mar"], "series": TWO[:1], "unit": "¥"}, {"Jan", "¥0"}),
    "bar": ({"x": ["Jan", "Feb", "Mar"], "series": TWO}, {"Feb", "Costs", "1,000"}),
    "stacked": ({"x": ["Jan", "Feb", "Mar"], "series": TWO, "share": True, "horizontal": True},
                {"Jan", "Feb", "Sales", "100%"}),
    "hbar": ({**ROWS, "texts": ["1,500 in all", "600"]}, {"North", "South", "1,500 in all"}),
    "funnel": (ROWS, {"North", "1,500", "600  40%"}),
    "fan": ({"x": DAYS, "actual": [50] * 29, "mean": [50, 60], **BANDS},
            {DAYS[0], DAYS[-1], "Actual", "Forecast", "80% interval", "95% interval"}),
    "heatmap": ({"x": ["8", "9"], "y": ["Mon", "Tue"], "values": [[1, 7], [None, 3]]},
                {"8", "Mon", "Tue", "0", "7"}),
    "scatter": ({"x_name": "Fitted", "y_name": "Residual", "max": 100,
                 "series": [{"name": "Weeks", "data": [[10, 20], [30, 40, "Week 2"]]}],
                 "lines": [{"name": "Normal", "data": [[0, 0], [100, 100]]}]},
                {"Fitted", "Residual", "Weeks", "Normal", "25", "100"}),
    "radar": ({"axes": [{"name": name, "max": 10} for name in ("Age", "Size", "Speed")],
               "series": [{"name": "Group", "data": [2, 10, 5]}]}, {"Age", "Size", "Group"}),
    "coefficients": ({"labels_y": ["Age", "Loan"], "estimate": [1, -0.2], "lo": [0.5, -1],
                      "hi": [2, 1], "times": True, "x_name": "Odds"},
                     {"Age", "Loan", "Odds", "×1", "×4"}),
    "donut": ({**ROWS, "total": "2,100"}, {"North  71%", "South  29%", "2,100"}),
    "network": ({"nodes": [{"name": "Ink", "size": 20}, {"name": "Pen"}],
                 "links": [{"source": "Ink", "target": "Pen", "weight": 2}]}, {"Ink", "Pen"}),
}  # fmt: skip

WRITTEN = """
window.written = [];
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  written.push({text, colour: this.fillStyle, chart: this.canvas.closest("[data-chart]")?.id});
  return write.call(this, text, ...rest);
};
"""
ADD = """([type, spec]) => {
  const figure = document.createElement("figure");
  figure.className = "chart-figure card card-body";
  figure.innerHTML = `<div class="chart chart-md" id="${type}" data-chart="${type}-spec"></div>
    <div id="${type}-spec" hidden></div>
    <button data-chart-file="png" data-chart-of="${type}-spec">PNG</button>`;
  figure.querySelector("[hidden]").textContent = JSON.stringify({type, ...spec});
  document.querySelector("main").prepend(figure);
  const {chartsSrc} = document.getElementById("ui-strings").dataset;
  return import(chartsSrc).then(({draw}) => draw(document.getElementById(type)));
}"""
# How many pixels have a colour, and are no grey of an axis.
COLOURED = """canvas => {
  const {width, height} = canvas;
  const copy = Object.assign(document.createElement("canvas"), {width, height});
  const pen = copy.getContext("2d", {willReadFrequently: true});
  pen.drawImage(canvas, 0, 0);
  const {data} = pen.getImageData(0, 0, width, height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    const rgb = [data[at], data[at + 1], data[at + 2]];
    if (data[at + 3] && Math.max(...rgb) - Math.min(...rgb) > 60) found += 1;
  }
  return found;
}"""
# Whether a text is written within so many frames.
WRITES = """text => new Promise((done) => {
  const look = (frames) => {
    if (written.some((one) => one.text === text)) done(true);
    else if (!frames) done(false);
    else requestAnimationFrame(() => look(frames - 1));
  };
  look(300);
})"""


def opened(sign_in: SignIn, **options: Any) -> Page:
    """A page that charts are put on; it keeps what they write."""
    page = sign_in("manager", **options)
    page.add_init_script(WRITTEN)
    page.goto("/analytics/boards/")
    return page


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    return opened(sign_in)


def add(page: Page, type: str, **extra: Any) -> Locator:
    page.evaluate(ADD, [type, {**SPECS[type][0], **extra}])
    chart = page.locator(f"#{type}")
    chart.scroll_into_view_if_needed()
    return chart


def coloured(chart: Locator) -> int:
    return int(chart.locator("canvas").evaluate(COLOURED))


def words(page: Page, chart: Locator) -> dict[str, str]:
    """What the chart wrote since it was last asked, each with its colour."""
    wrote = page.evaluate("written.splice(0)")
    name = chart.get_attribute("id")
    return {one["text"]: one["colour"] for one in wrote if one["chart"] == name}


def switch(page: Page, theme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=theme)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def lightness(colour: str) -> float:
    return sum(int(colour[at : at + 2], 16) for at in (1, 3, 5)) / 3


def test_it_knows_a_spec_of_every_type() -> None:
    source = (Path(settings.BASE_DIR) / "static/js/charts/types.js").read_text()
    listed = source.split("export const builders")[1]
    assert set(re.findall(r"^  (\w+)[:,]", listed, re.MULTILINE)) == set(SPECS)


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["wide", "phone"])
def test_it_draws_every_type_in_either_theme(sign_in: SignIn, size: tuple[int, int]) -> None:
    page = opened(sign_in, size=size)
    for type, (_spec, expected) in SPECS.items():
        switch(page, "light")
        chart = add(page, type)
        expect(chart).to_have_attribute("data-drawn", "")
        expect(chart.locator("canvas"), type).to_be_visible()
        # The scale below a heat map has colours too.
        assert coloured(chart) > (5000 if type == "heatmap" else 150), type
        light = words(page, chart)
        assert expected <= set(light), type
        switch(page, "dark")
        dark = words(page, chart)
        assert expected <= set(dark), type
        assert coloured(chart) > 150, type
        for word in expected:
            assert lightness(light[word]) < 110 < 160 < lightness(dark[word]), (type, word)


def test_it_tells_figures_in_full(page: Page) -> None:
    chart = add(page, "line")
    words(page, chart)
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2)
    assert page.evaluate(WRITES, "Sales: 1,234.5")


def test_it_hides_a_series_of_the_legend_and_keeps_it_hidden(page: Page) -> None:
    chart = add(page, "fan")
    before = coloured(chart)
    chart.click(position=last_entry(chart))
    page.mouse.move(0, 0)
    hidden = coloured(chart)
    assert 150 < hidden < before * 0.9
    switch(page, "dark")
    for width in (900, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        expect(chart.locator("canvas")).to_have_js_property(
            "width", chart.evaluate("c => c.clientWidth")
        )
    switch(page, "light")
    assert coloured(chart) == hidden


def last_entry(chart: Locator) -> Any:
    """Where the legend above the chart ends: found by the pointer's shape."""
    canvas = chart.locator("canvas")
    for x in range(int(canvas.evaluate("canvas => canvas.clientWidth")) - 4, 0, -8):
        chart.hover(position={"x": x, "y": 16})
        if canvas.evaluate("canvas => canvas.style.cursor") == "pointer":
            return {"x": x, "y": 16}
    pytest.fail("The chart has no legend.")


def test_it_opens_the_address_behind_a_bar(page: Page) -> None:
    chart = add(page, "hbar", drill=["/customers/", "/sales/deals/"])
    box = chart.bounding_box()
    assert box
    chart.click(position={"x": 80, "y": box["height"] * 0.75})
    page.wait_for_url("**/sales/deals/")


def test_it_saves_a_picture_twice_as_fine(page: Page) -> None:
    chart = add(page, "line")
    with page.expect_download() as download:
        page.locator("#line ~ button").click()
    with Image.open(download.value.path()) as picture:
        size = chart.evaluate("element => [element.clientWidth, element.clientHeight]")
        assert picture.size == tuple(2 * side for side in size)
        assert picture.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)
    canvas = chart.locator("canvas")
    assert canvas.evaluate("canvas => canvas.width") == size[0]


def test_it_says_when_a_chart_cannot_be_drawn(page: Page, watch: Watch) -> None:
    chart = add(page, "line", series=None)
    expect(chart).to_have_class(re.compile("chart-failed"))
    expect(chart).to_contain_text("could not be drawn")
    assert len(watch.problems) == 1
    watch.problems.clear()


def test_it_lays_names_anew_in_another_width(page: Page) -> None:
    name = "A name that has the room of a wide page"
    chart = add(page, "hbar", labels_y=[name, "South"])
    assert name in words(page, chart)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate(WRITES, "a wide page")


def test_it_writes_no_two_figures_of_an_axis_alike(page: Page) -> None:
    chart = add(page, "line", series=[{"name": "Mean", "data": [3.5, 3.6, 3.7]}])
    assert {"3.5", "3.55", "3.6", "3.65", "3.7"} <= set(words(page, chart))


def test_it_draws_what_holds_nothing(page: Page) -> None:
    for type, (spec, _words) in SPECS.items():
        emptied = {key: [] for key, value in spec.items() if isinstance(value, list)}
        chart = add(page, type, **emptied)
        expect(chart.locator("canvas"), type).to_be_visible()
