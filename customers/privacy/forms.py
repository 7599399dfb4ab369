"""What is asked of a person who wants somebody erased, or told what is held on them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.privacy.models import PrivacyRequest


class PrivacyRequestForm(forms.Form):
    """``kind``, ``reason`` and a key that makes two clicks one request."""

    kind = forms.ChoiceField(
        label=_("What is asked for"),
        choices=[
            (PrivacyRequest.Kind.EXPORT, _("A file with everything that is held on the person")),
            (PrivacyRequest.Kind.ERASE, _("Erasing the person for good")),
        ],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        initial=PrivacyRequest.Kind.EXPORT,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=2000,
        help_text=_("Who asked, how, and when. It is erased together with the person."),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )  # fmt: skip
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)


class DeclineForm(forms.Form):
    """Why a request is turned down."""

    note = forms.CharField(
        label=_("Why it is turned down"), max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs["required"] = True
