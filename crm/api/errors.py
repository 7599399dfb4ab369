"""Errors as JSON."""

from __future__ import annotations

import logging
from typing import Any

from django.db import OperationalError
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import exception_handler

log = logging.getLogger(__name__)


def as_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """What DRF answers; a busy database asks for patience, anything else is a 500 with an id."""
    if isinstance(error, OperationalError):
        log.warning("database unavailable", exc_info=error)
        text = _("The database is busy. Please try again in a moment.")
        return Response({"detail": text}, status=503, headers={"Retry-After": "5"})
    return exception_handler(error, context)
