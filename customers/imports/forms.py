"""The form of the import page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team
from customers.imports.registry import kinds_for


class ImportForm(forms.Form):
    """A file, what it holds, and to whom its records go."""

    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.txt"}))
    kind = forms.ChoiceField(label=_("What the file holds"), required=False)
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False,
        empty_label=_("No team: administrators only"),
    )  # fmt: skip
    currency = forms.CharField(
        label=_("Currency of amounts"), required=False, max_length=3,
        validators=[RegexValidator(r"^[A-Za-z]{3}$", _("Three letters, such as CNY or GBP."))],
        widget=forms.TextInput(attrs={"placeholder": settings.BASE_CURRENCY, "maxlength": "3"}),
        help_text=_("Only for orders and marketing figures."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_for(user)
        choices = [(kind.kind, kind.label) for kind in kinds]
        if len(kinds) > 1:
            choices.insert(0, ("", _("Recognise by the columns")))
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if user.is_admin:
            self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        else:
            del self.fields["team"]
        if user.is_rep:
            del self.fields["currency"]
        for name, field in self.fields.items():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs.setdefault("class", "form-select" if select else "form-control")
            field.widget.attrs.setdefault("id", f"import-{name}")

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > settings.IMPORT_MAX_BYTES:
            limit = settings.IMPORT_MAX_BYTES // (1024 * 1024)
            raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        return upload

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()
