"""Language, time zone and idle time of the signed-in user; before, the browser's language."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request
from django.utils.translation.trans_real import parse_accept_lang_header

LANGUAGE_COOKIE = "language"
_STAMP_EVERY = 300  # seconds between writes of the idle stamp


class PreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request.COOKIES.get(LANGUAGE_COOKIE) or _of_browser(request)
        zone = settings.TIME_ZONE
        user = request.user
        if user.is_authenticated:
            if self._is_idle(request):
                logout(request)
            else:
                language, zone = user.language, user.time_zone
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(zone_of(zone)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            if not user.is_authenticated:
                patch_vary_headers(response, ["Accept-Language"])
            return response

    def _is_idle(self, request: HttpRequest) -> bool:
        now = int(time.time())
        seen = request.session.get("seen", now)
        if now - seen > settings.SESSION_IDLE_SECONDS:
            return True
        if "seen" not in request.session or now - seen > _STAMP_EVERY:
            request.session["seen"] = now
        return False


def _of_browser(request: HttpRequest) -> str:
    """What the browser asks for; English where it asks for neither of ours."""
    asked = [
        code
        for code, _quality in parse_accept_lang_header(
            request.headers.get("Accept-Language", "").lower()
        )
    ]
    ours = any(code.startswith(("zh", "en", "*")) for code in asked)
    return get_language_from_request(request) if ours or not asked else "en"


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)
