"""The page about the quality of customers' data."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.accounts.http import SignedInRequest
from customers.quality import selectors


@require_GET
def quality(request: SignedInRequest) -> HttpResponse:
    """What is missing or odd, each with the list that puts it right; not for agents."""
    if request.user.is_agent:
        raise Http404
    counts, as_of = selectors.shown_counts(request.user)
    context = {
        "counts": counts, "as_of": as_of, "groups": selectors.quality_groups(counts),
        "score": selectors.score(counts, "any", counts["customers"]),
        "trend": selectors.quality_trend(request.user),
    }  # fmt: skip
    return render(request, "customers/quality.html", context)
