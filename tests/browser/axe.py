"""Accessibility findings of axe-core, run inside the page under its own strict policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
GRAVE = {"serious", "critical"}
RUN = """(rules) => axe.run(document, {
  resultTypes: ["violations"],
  preload: false,
  ...(rules.length ? { runOnly: { type: "rule", values: rules } } : {}),
}).then(({ violations }) => violations.map(({ id, impact, help, nodes }) => ({
  id, impact, help,
  nodes: nodes.slice(0, 3).map(({ target, html, any }) =>
    `${target.join(" ")} ${html.slice(0, 160)} ${any.map(({ message }) => message).join(" ")}`),
})))"""


def axe_findings(page: Page, *rules: str) -> list[str]:
    """The serious and critical findings; of all rules, or of the named ones only."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(SOURCE)
    found: list[dict[str, Any]] = page.evaluate(RUN, list(rules))
    return [
        f"axe {one['impact']} {one['id']}: {one['help']}\n    " + "\n    ".join(one["nodes"])
        for one in found
        if one["impact"] in GRAVE
    ]


def check_axe(page: Page) -> None:
    findings = axe_findings(page)
    assert not findings, f"{page.url}\n" + "\n".join(findings)
