"""Where an answer leads and what it says: back to where a person came from, never to a stranger's
site; a sentence in the corner of the page."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str) -> str:
    """The page that ``next`` names (in the form, else in the address), if it is one of ours."""
    return _ours(request, request.POST.get("next") or request.GET.get("next", ""), default)


def came_from(request: HttpRequest, default: str) -> str:
    """The page on which the button stood, as the browser tells."""
    return _ours(request, request.headers.get("Referer", ""), default)


def _ours(request: HttpRequest, target: str, default: str) -> str:
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # Anything else would be taken for the name of a view.
    return target if ours and target.startswith(("/", "http")) else default


def with_toast(
    response: HttpResponse, message: str, *, tone: str = "success", undo: str = ""
) -> HttpResponse:
    """Let an htmx answer say something in the corner, with “Undo” when an address is given."""
    event = {"message": message, "tone": tone, **({"undo": undo} if undo else {})}
    response["HX-Trigger"] = json.dumps({"app:message": event})
    return response
