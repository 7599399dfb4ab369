"""Choosing a currency that is worth something known."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.records.forms import RecordForm
from sales.currency import MissingRateError, known_currencies, rate_on


class CurrencyField(forms.ChoiceField):
    """A currency that has a rate; the base currency first."""

    default_error_messages = {
        "invalid_choice": _(
            "There is no exchange rate for %(value)s. An administrator can add one."
        )
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Currency"))
        super().__init__(choices=known_currencies, initial=settings.BASE_CURRENCY, **kwargs)


def require_rate(form: forms.Form | RecordForm, cleaned: dict[str, Any], day: Any) -> None:
    """A form error on the currency when it is worth nothing known on that day."""
    if cleaned.get("currency"):
        try:
            rate_on(cleaned["currency"], day)
        except MissingRateError as missing:
            form.add_error("currency", missing.message)
