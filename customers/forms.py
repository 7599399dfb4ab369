"""Forms of customers, contacts and needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.records.filters import colleagues
from crm.records.forms import RecordForm, RemoteSelect
from customers.affiliations import Part
from customers.models import Contact, Customer, Need
from customers.services import CONTACT_DETAILS


class CustomerForm(RecordForm):
    class Meta:
        model = Customer
        fields = [
            "name", "kind", "lifecycle", "phone", "email", "industry", "acquisition", "source",
            "country", "region", "city", "address", "tags", "owner", "consent_email",
            "consent_phone", "note",
        ]  # fmt: skip
        widgets = {
            "tags": forms.SelectMultiple(attrs={"data-enhance": ""}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def bound_choices(self) -> None:
        super().bound_choices()
        owners(self)
        if self.user.is_agent:
            for name in set(self.fields) - CONTACT_DETAILS - {"expected_version", "submission"}:
                del self.fields[name]


def owners(form: RecordForm) -> None:
    """Only managers and administrators say who owns a record."""
    if form.user.is_manager or form.user.is_admin:
        field = form.fields["owner"]
        field.queryset = colleagues(form.user)  # type: ignore[attr-defined]  # a ModelChoiceField
        field.required = False
    else:
        form.fields.pop("owner", None)


class CustomerField(forms.ModelChoiceField):
    """A customer, found by typing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Customer.objects.all(),
            label=kwargs.pop("label", _("Customer")),
            widget=RemoteSelect(reverse_lazy("customers:options")),
            **kwargs,
        )


_PART = ("customer", "role", "is_primary")


class ContactForm(RecordForm):
    customer = CustomerField(required=False)
    role = forms.CharField(label=_("Role there"), required=False, max_length=60)
    is_primary = forms.BooleanField(label=_("Primary contact there"), required=False)

    class Meta:
        model = Contact
        fields = ["name", "title", "phone", "email", "wechat", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # whom they work for is said there, and on their page
            for name in _PART:
                del self.fields[name]

    def bound_choices(self) -> None:
        super().bound_choices()
        _to_edit(self.fields["customer"], self.user)

    def changes(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in _PART if name in self.fields}
        return {**super().changes(), **said}


def _to_edit(field: Any, user: Any) -> None:
    """Only customers whose contacts ``user`` may change."""
    field.queryset = Customer.objects.contact_details_editable_by(user)
    field.error_messages["invalid_choice"] = _("You may not add contacts to this customer.")


class AffiliationForm(forms.Form):
    """What somebody is at a customer."""

    role = forms.CharField(
        label=_("Role there"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    is_primary = forms.BooleanField(
        label=_("Primary contact"), required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip
    active = forms.BooleanField(
        label=_("Works there now"), required=False, initial=True,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("is_primary") and not data.get("active"):
            said = _("The primary contact has to be somebody who works there now.")
            self.add_error("is_primary", said)
        return data

    @property
    def part(self) -> Part:
        data = self.cleaned_data
        return Part(data["role"], data["is_primary"], data["active"])


class LinkForm(AffiliationForm):
    """Somebody known, and their part."""

    contact: Any = forms.ModelChoiceField(
        queryset=Contact.objects.none(), label=_("Contact"),
        widget=RemoteSelect(
            reverse_lazy("customers:contact_options"), attrs={"class": "form-select"}
        ),
    )  # fmt: skip
    field_order = ["contact", "role", "is_primary", "active"]

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = Contact.objects.visible_to(user)  # type: ignore[attr-defined]  # a ModelChoiceField


class EmployerForm(AffiliationForm):
    """One more customer for whom somebody works, and their part."""

    customer = CustomerField()
    field_order = ["customer", "role", "is_primary", "active"]

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _to_edit(self.fields["customer"], user)
        self.fields["customer"].widget.attrs["class"] = "form-select"


class NeedForm(RecordForm):
    customer = CustomerField()

    class Meta:
        model = Need
        fields = ["customer", "title", "product", "priority", "status", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
