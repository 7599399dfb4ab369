"""The clocks of the service level as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common import formats
from crm.common.markup import joined, piece
from service.conditions import DUE_SOON
from service.models import ServiceRequest
from service.sla import STOPPED

_ENDED = {
    "stopped": gettext_lazy("Clock stopped"),
    "kept": gettext_lazy("In time"),
    "missed": gettext_lazy("Too late"),
}


@dataclass(frozen=True)
class Clock:
    """One promise of the SLA as a page shows it.

    ``state``: running, soon (within four hours), late, stopped, kept, missed or none.
    """

    label: Any
    state: str
    due_at: datetime | None
    met_at: datetime | None = None

    @property
    def tone(self) -> str:
        return {"late": "red", "missed": "red", "soon": "orange", "kept": "green"}.get(
            self.state, "secondary"
        )

    @property
    def html(self) -> SafeString:
        """In words, named; where it is near, with a countdown that a script keeps current."""
        return self._drawn(piece(formats.labelled(self.label, "")))

    @property
    def bare_html(self) -> SafeString:
        """The same where its name stands beside it."""
        return self._drawn("")

    def _drawn(self, name: str) -> SafeString:
        if self.state in _ENDED:
            return format_html('<span class="sla text-secondary">{}</span>', _ENDED[self.state])
        if self.due_at is None:
            return SafeString('<span class="text-secondary">–</span>')
        counted = ' class="num" data-countdown' if self.state != "running" else ""
        left = (
            f'<time datetime="{self.due_at.isoformat()}" title="{formats.moment(self.due_at)}"'
            f"{counted}>{piece(formats.since(self.due_at))}</time>"
        )
        if self.state == "late":
            return joined(
                (
                    '<span class="sla text-red" data-overdue>',
                    piece(_("Overdue:")),
                    f" {left}</span>",
                )
            )
        css = " text-orange" if self.state == "soon" else ""
        return joined((f'<span class="sla{css}">', name, left, "</span>"))


def response_clock(request: ServiceRequest, now: datetime) -> Clock:
    due, met = request.first_response_due_at, request.first_responded_at
    label = gettext_lazy("First response")
    return Clock(label, _state(due, met, now, stopped=request.status in STOPPED), due, met)


def resolution_clock(request: ServiceRequest, now: datetime) -> Clock:
    due, met = request.resolution_due_at, request.resolved_at
    label = gettext_lazy("Resolution")
    return Clock(label, _state(due, met, now, stopped=request.status in STOPPED), due, met)


def next_clock(request: ServiceRequest, now: datetime) -> Clock:
    """The clock that counts now: the first response until it is given, then the resolution."""
    first = response_clock(request, now)
    second = resolution_clock(request, now)
    answered = first.met_at is not None or first.due_at is None
    return second if answered or second.state == "late" else first


def _state(due: datetime | None, met: datetime | None, now: datetime, *, stopped: bool) -> str:
    if due is None:
        return "none"
    if met is not None:
        return "kept" if met <= due else "missed"
    if stopped:
        return "stopped"
    if due < now:
        return "late"
    return "soon" if due - now <= DUE_SOON else "running"
