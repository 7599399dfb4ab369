"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from crm.common.navigation import navigation, navigation_key
from crm.common.registries import quick_create


def plain_shell() -> dict[str, Any]:
    """The frame of pages for nobody in particular."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "brand": settings.BRAND.get(language, settings.BRAND["en"]),
        "theme": "auto",
        "nav": [],
        "quick_create": [],
    }


def shell(request: HttpRequest) -> dict[str, Any]:
    context = plain_shell()
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        context["theme"] = user.theme
        context["nav"] = nav = navigation(request)
        context["nav_key"] = navigation_key(nav)
        context["quick_create"] = quick_create(request)
    return context
