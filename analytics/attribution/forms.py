"""Which rule, which window, which days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.attribution.credit import Terms
from analytics.attribution.models import MOST_DAYS, Rule
from analytics.attribution.tables import YEAR, Asked
from crm.records.filters import DateInput
from sales.measures import company_today


class TermsForm(forms.Form):
    rule = forms.ChoiceField(label=_("Rule"), choices=Rule.choices)
    days = forms.IntegerField(
        label=_("Days before the order"), min_value=1, max_value=MOST_DAYS,
        widget=forms.NumberInput(attrs={"class": "form-control num"}),
    )  # fmt: skip
    first = forms.DateField(label=_("Orders from"), widget=DateInput())
    last = forms.DateField(label=_("Orders until"), widget=DateInput())

    def __init__(self, data: Any, declared: Terms) -> None:
        """What ``data`` leaves out is as declared, of the last year."""
        today = company_today()
        usual = {
            "rule": declared.rule.value, "days": str(declared.days),
            "first": (today - YEAR).isoformat(), "last": today.isoformat(),
        }  # fmt: skip
        super().__init__({name: data.get(name, value) for name, value in usual.items()})
        for name, field in self.fields.items():
            css = "form-select" if name == "rule" else "form-control"
            field.widget.attrs.setdefault("class", css)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day lies before the first one."))
        if last == date.max:
            self.add_error("last", _("The day lies too far away."))
        return cleaned

    @property
    def asked(self) -> Asked:
        return Asked(self.terms, self.cleaned_data["first"], self.cleaned_data["last"])

    @property
    def terms(self) -> Terms:
        return Terms(Rule(self.cleaned_data["rule"]), self.cleaned_data["days"])
