from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.api.models import ApiToken
from crm.records.forms import DateInput
from crm.records.resources import resources


class TokenForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=_("May read"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everything that you may see."),
    )  # fmt: skip

    class Meta:
        model = ApiToken
        fields = ["name", "last_day", "kinds"]
        widgets = {"last_day": DateInput()}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [r for r in resources.values() if r.api and r.may_read(user)]
        kinds: Any = self.fields["kinds"]
        kinds.choices = [(r.kind, r.label_plural) for r in offered]
        for name in ("name", "last_day"):
            self.fields[name].widget.attrs["class"] = "form-control"

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day is past."))
        return day
