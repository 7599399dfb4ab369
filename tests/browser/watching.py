"""What a page complains about: collected while a test runs, empty at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    Response,
    expect,
)

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  window.reportViolation(
    `${event.violatedDirective} blocked ${event.blockedURI} in ${document.location.pathname}`
    + ` ${event.sourceFile ?? ""}:${event.lineNumber} ${event.sample ?? ""}`
  );
});
"""
STATUS = re.compile(r"(?:responded with a status of|Response Status Error Code) (\d+)")


@dataclass
class Watch:
    """Everything that went wrong in one browser context."""

    problems: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def expect(self, status: int) -> None:
        """An answer with this status is part of the test."""
        self.expected.add(status)

    def attach(self, context: BrowserContext) -> None:
        context.expose_binding("reportViolation", self._violation)
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"page error: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _violation(self, _source: Any, text: str) -> None:
        self.problems.append(f"content security policy: {text}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        status = STATUS.search(message.text)
        if status:  # told by _response, with the address
            return
        page = message.page.url if message.page else ""
        self.problems.append(f"console {message.type}: {message.text} ({page})")

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.problems.append(f"dialog: {dialog.type} {dialog.message}")
        else:
            self.problems.append("dialog: unsaved input would be lost")
        dialog.dismiss()

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still asking for; a download is no page.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"request failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")


def settled(page: Page) -> None:
    """Wait for the parts that htmx is fetching, the searchable selects and the charts in view."""
    expect(page.locator(".htmx-request, select[data-remote]:not(.tomselected)")).to_have_count(0)


def overflow(page: Page) -> str:
    """What sticks out of the page to the right, or nothing."""
    return str(
        page.evaluate(
            """() => {
              const limit = innerWidth;
              if (document.scrollingElement.scrollWidth <= limit) return "";
              const wide = [...document.querySelectorAll("body *")]
                .filter((one) => one.getBoundingClientRect().right > limit + 1)
                .slice(0, 3)
                .map((one) => `${one.tagName.toLowerCase()}.${[...one.classList].join(".")}`);
              return `${document.scrollingElement.scrollWidth} > ${limit}: ${wide.join(", ")}`;
            }"""
        )
    )
