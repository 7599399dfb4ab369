"""Styles of the libraries that the build left out though a page has what they are for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

PACKAGES = Path(__file__).parents[2] / "node_modules"
LIBRARIES = (
    "@tabler/core/dist/css/tabler.min.css",
    "tom-select/dist/css/tom-select.bootstrap5.min.css",
)
# What a pointer or a key changes says nothing of which elements there are.
LEFT_OUT = """
(whole) => {
  const selectors = (rules) => [...rules].flatMap((rule) => rule.selectorText
    ? rule.selectorText.split(/,(?![^(]*\\))/).map((one) => one.trim())
    : selectors(rule.cssRules ?? []));
  const state = /::[\\w-]+|:(hover|active|focus(-visible|-within)?|checked|disabled|autofill)\\b/g;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(whole);
  const kept = new Set([...document.styleSheets].flatMap((one) => selectors(one.cssRules)));
  return [...new Set(selectors(sheet.cssRules))].filter((one) => !kept.has(one)).filter((one) => {
    try {
      return document.querySelector(one.replace(state, "") || "*");
    } catch {
      return false; // not for this browser
    }
  });
}
"""


def left_out(page: Page) -> list[str]:
    """Selectors that fit the page and are not in its styles."""
    return list(page.evaluate(LEFT_OUT, _whole()))


@cache
def _whole() -> str:
    return "\n".join((PACKAGES / name).read_text() for name in LIBRARIES)
