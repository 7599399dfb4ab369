"""One's own keys: make one, see when it was used, take it back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.http import SignedInRequest
from crm.api.forms import TokenForm
from crm.api.models import ApiToken
from crm.api.services import token_create, token_revoke
from crm.common.errors import RefusedError
from crm.records.resources import resources


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    form = TokenForm(request.POST or None, user=request.user)
    secret, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _token, secret = token_create(user=request.user, **form.cleaned_data)
                form, status = TokenForm(user=request.user), 201
            except RefusedError as refused:
                form.add_error(None, refused.message)
    labels = {kind: resource.label_plural for kind, resource in resources.items()}
    rows = [
        {"token": token, "kinds": [labels[kind] for kind in token.kinds if kind in labels]}
        for token in ApiToken.objects.visible_to(request.user)[:100]
    ]
    context = {"form": form, "rows": rows, "secret": secret}
    return render(request, "api/tokens.html", context, status=status)


@require_POST
def token_end(request: SignedInRequest, pk: int) -> HttpResponse:
    try:
        token = token_revoke(user=request.user, pk=pk)
    except PermissionDenied:
        raise Http404 from None
    messages.success(request, _("The key “%(name)s” is taken back.") % {"name": token.name})
    return redirect("api:tokens")
