"""Pages travel compressed: a list is 66 KB of HTML, and 8 KB of gzip."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompression(GZipMiddleware):
    """HTML alone: exports stream, pictures and workbooks are compressed already.

    Django adds random bytes to each answer, so that lengths do not tell secrets (BREACH).
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
