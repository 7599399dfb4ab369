"""Forms of the plan."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team
from crm.records.forms import DateInput, RecordForm
from customers.forms import owners
from sales.models import Target


class TargetForm(RecordForm):
    class Meta:
        model = Target
        fields = ["owner", "team", "starts_on", "ends_on", "amount"]
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def bound_choices(self) -> None:
        super().bound_choices()
        owners(self)
        if "owner" in self.fields:
            self.fields["owner"].label = pgettext_lazy("target", "Person")
            self.fields["owner"].help_text = _("Empty: the whole team.")
        if self.user.is_admin:
            self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        else:
            del self.fields["team"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", _("The period ends after it starts."))
        if cleaned.get("amount") is not None and cleaned["amount"] <= 0:
            self.add_error("amount", _("The amount is above zero."))
        return cleaned
