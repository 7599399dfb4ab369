"""One's own account: preferences and profile."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.forms import ProfileForm
from crm.accounts.middleware import LANGUAGE_COOKIE
from crm.accounts.models import User
from crm.accounts.services import preferences_set
from crm.common.returning import safe_next

_YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Switch language or theme; also on the sign-in page, where a cookie keeps the language."""
    changes = {}
    language, theme = request.POST.get("language"), request.POST.get("theme")
    if language in dict(settings.LANGUAGES):
        changes["language"] = language
    if theme in User.Theme.values:
        changes["theme"] = theme
    if request.user.is_authenticated and changes:
        preferences_set(user=request.user, changes=changes)
    response = redirect(safe_next(request, "/"))
    if "language" in changes:
        response.set_cookie(
            LANGUAGE_COOKIE, changes["language"], max_age=_YEAR, samesite="Lax",
            secure=request.is_secure(), httponly=True,
        )  # fmt: skip
    return response


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101  # LoginRequiredMiddleware guarantees it
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        preferences_set(user=request.user, changes=form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)
