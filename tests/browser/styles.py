"""Styles of the libraries that the build left out though a page has what they are for."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page

PACKAGES = Path(__file__).parents[2] / "node_modules"
LIBRARIES = (
    "@tabler/core/dist/css/tabler.min.css",
    "tom-select/dist/css/tom-select.bootstrap5.min.css",
)
# What a pointer or a key changes says nothing of which elements there are.
GONE = """
(whole) => {
  const selectors = (rules) => [...rules].flatMap((rule) => rule.selectorText
    ? rule.selectorText.split(/,(?![^(]*\\))/).map((one) => one.trim())
    : selectors(rule.cssRules ?? []));
  const state = /::[\\w-]+|:(hover|active|focus(-visible|-within)?|checked|disabled|autofill)\\b/g;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(whole);
  const kept = new Set([...document.styleSheets].flatMap((one) => selectors(one.cssRules)));
  const gone = [...new Set(selectors(sheet.cssRules))].filter((one) => !kept.has(one));
  return gone.map((one) => [one, one.replace(state, "") || "*"]);
}
"""
CLASSES = (
    "[...new Set([...document.querySelectorAll('[class]')].flatMap((one) => [...one.classList]))]"
)
FITTING = """
(asked) => asked.filter(([, selector]) => {
  try {
    return document.querySelector(selector);
  } catch {
    return false; // not for this browser
  }
}).map(([whole]) => whole)
"""
_needed: dict[tuple[str, str], set[str]] = {}


def left_out(page: Page) -> list[str]:
    """Selectors that fit the page and are not in its styles."""
    if not _needed:
        whole = "\n".join((PACKAGES / name).read_text() for name in LIBRARIES)
        for name, selector in page.evaluate(GONE, whole):
            plain = re.sub(r":(not|is|where|has)\(.*", "", selector)
            _needed[name, selector] = set(re.findall(r"\.([\w-]+)", plain))
    there = set(page.evaluate(CLASSES))
    asked = [list(pair) for pair, classes in _needed.items() if classes <= there]
    return list(page.evaluate(FITTING, asked))
