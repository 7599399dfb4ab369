"""When, how and to whom a report is mailed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.common.models import new_submission
from sales.mailables import mailables
from sales.models import ReportSchedule
from sales.reports.saving import nameable


class ScheduleForm(forms.ModelForm):
    """``user`` bounds whom it can be sent to, ``kind`` what can be attached."""

    recipients: forms.ModelMultipleChoiceField[User] = forms.ModelMultipleChoiceField(
        label=_("To colleagues"), queryset=None
    )
    hour = forms.TypedChoiceField(
        label=_("Hour (each recipient's own clock)"), coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
    )  # fmt: skip
    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ReportSchedule
        fields = ["recipients", "frequency", "weekday", "monthday", "hour", "format", "skip_empty",
                  "active"]  # fmt: skip

    def __init__(self, *args: Any, user: User, kind: str = "report", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recipients: Any = self.fields["recipients"]
        recipients.queryset = nameable(user, mailables[kind].roles)
        offered: Any = self.fields["format"]
        known = mailables[kind].formats
        offered.choices = [(value, label) for value, label in offered.choices if value in known]
        if self.instance.pk:
            self.fields["expected_version"].initial = self.instance.version
            recipients.initial = list(self.instance.recipients.values_list("user", flat=True))
        else:
            self.fields["submission"].initial = new_submission()
            recipients.initial = [user.pk]
            self.fields["hour"].initial = 8
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "form-check-input"
            elif isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"
            elif name == "monthday":
                field.widget.attrs |= {"class": "form-control", "max": 31}
        recipients.widget.attrs["data-enhance"] = ""
