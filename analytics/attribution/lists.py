"""The orders that a figure of the table leads to: a filter of their list."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.attribution.credit import OTHERS, Terms, credited_to
from analytics.attribution.models import MOST_DAYS, Rule

NOBODY = "none"
_NAMED = {NOBODY: None, "others": OTHERS}
_NAMES = {campaign: name for name, campaign in _NAMED.items()}


def written(terms: Terms, campaign: int | None) -> str:
    return f"{_NAMES.get(campaign, campaign)}-{terms.rule.value}-{terms.days}"


def read(text: str) -> tuple[Terms, int | None] | None:
    """What ``written`` wrote; None for anything else."""
    campaign, _dash, rest = text.partition("-")
    rule, _dash, days = rest.partition("-")
    known = campaign in _NAMED or (_number(campaign) and len(campaign) < 19 and int(campaign) > 0)
    if not known or rule not in Rule.values or not _number(days) or len(days) > 3:
        return None
    if not 1 <= int(days) <= MOST_DAYS:
        return None
    terms = Terms(Rule(rule), int(days))
    return terms, _NAMED[campaign] if campaign in _NAMED else int(campaign)


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit()


class CreditedField(forms.CharField):
    def said(self, value: str) -> str:
        """The filter in words; a number, for the reader may not see the campaign's name."""
        asked = read(value)
        if asked is None:
            return value
        terms, campaign = asked
        named = {None: _("no campaign"), OTHERS: _("campaigns of other teams")}
        whose = named.get(campaign) or _("campaign %(number)d") % {"number": campaign}
        return f"{whose} · {terms.label}"


class CreditedFilter(django_filters.CharFilter):
    """Orders credited to a campaign, or to none, under a rule; what cannot be read finds none."""

    field_class = CreditedField

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Credited to"), widget=forms.HiddenInput)

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        asked = read(value)
        own: Any = self  # django-filter tells its filters their set
        request = own.parent.request
        if asked is None or (asked[1] == OTHERS and request is None):
            return qs.none()
        return credited_to(qs, *asked, seen_by=request and request.user)


def order_list(terms: Terms, campaign: int | None, first: date, last: date) -> str:
    """The address of the list of the orders behind a figure."""
    asked = {
        "credited": written(terms, campaign), "ordered_from": first.isoformat(),
        "ordered_until": last.isoformat(),
    }  # fmt: skip
    return f"{reverse('sales:order_list')}?{urlencode(asked)}"
