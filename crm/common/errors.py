"""Errors that speak to the person, with an id that the operator finds in the log."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from crm.common.context import plain_shell

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """Something a person asked for that cannot be done; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EditConflictError(Exception):
    """The record changed since the form was opened."""

    def __init__(self, current: Any) -> None:
        super().__init__("edit conflict")
        self.current = current


class PlainErrorsMiddleware:
    """Turns refusals and a busy database into plain pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RefusedError):
            context = {"reason": error.message, "back_url": _came_from(request)}
            return render(request, "errors/refused.html", context, status=400)
        if isinstance(error, OperationalError):
            log.warning("database unavailable", exc_info=error)
            response = server_error(
                request, status=503, reason=_("The database is busy. Please try again in a moment.")
            )
            response["Retry-After"] = "5"
            return response
        return None


def _came_from(request: HttpRequest) -> str:
    """The page of ours where this was asked; "" when it is not told, or is this one."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()})
    return page if ours and page != request.build_absolute_uri() else ""


def server_error(request: HttpRequest, *, status: int = 500, reason: str = "") -> HttpResponse:
    """Also Django's handler500: an id, never a path or SQL."""
    error_id = uuid.uuid4().hex[:12]
    log.error("request failed", extra={"error_id": error_id, "path": request.path})
    return _plain_page(str(status), status, error_id=error_id, reason=reason)


def _plain_page(name: str, status: int, **context: Any) -> HttpResponse:
    """Without the request: the frame of a page must not fail a second time."""
    page = render_to_string(f"errors/{name}.html", {**plain_shell(), **context})
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_page("400", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_page("403", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_page("404", 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _plain_page("csrf", 403)
