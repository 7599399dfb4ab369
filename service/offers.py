"""What apps above show where requests are: they fill these lists in ``apps.ready``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crm.common.registries import Panel
from service.models import ServiceRequest

# Cards beside a request; ``context(user, request)`` or None hides the card.
request_panels: list[Panel] = []
# Badges in rows of the queue: {request id: {label, tone, icon, title}}, in a fixed number of
# queries for any number of rows.
request_badges: list[Callable[[Sequence[ServiceRequest]], dict[int, dict[str, str]]]] = []

# Cards of the service desk; ``context(user, desk)`` or None hides the card.
desk_panels: list[Panel] = []


def panels_of(user: Any, request: ServiceRequest) -> list[dict[str, Any]]:
    """The cards that have something to say on a request."""
    made = []
    for panel in sorted(request_panels, key=lambda entry: entry.order):
        context = panel.context(user, request)
        if context is not None:
            made.append({"template": panel.template, "context": context})
    return made


def badges_of(requests: Sequence[ServiceRequest]) -> dict[int, list[dict[str, str]]]:
    """The badges of requests by id."""
    made: dict[int, list[dict[str, str]]] = {}
    for offer in request_badges:
        for pk, badge in offer(requests).items():
            made.setdefault(pk, []).append(badge)
    return made
