"""Styles of the libraries that the build left out though a page has what they are for."""

from __future__ import annotations

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
FITTING = """
(gone) => {
  const there = new Set([...document.querySelectorAll("[class]")].flatMap((one) => [...one.classList]));
  const needed = (selector) => selector.replace(/:(not|is|where|has)\\(.*/g, "").match(/\\.[\\w-]+/g) ?? [];
  return gone.filter(([, selector]) => needed(selector).every((name) => there.has(name.slice(1))))
    .filter(([, selector]) => {
      try {
        return document.querySelector(selector);
      } catch {
        return false; // not for this browser
      }
    }).map(([whole]) => whole);
}
"""  # noqa: E501  # a line of the other language
_gone: list[list[str]] = []


def left_out(page: Page) -> list[str]:
    """Selectors that fit the page and are not in its styles."""
    if not _gone:
        whole = "\n".join((PACKAGES / name).read_text() for name in LIBRARIES)
        _gone.extend(page.evaluate(GONE, whole))
    return list(page.evaluate(FITTING, _gone))
