"""Forms of customers, contacts and needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.records.filters import colleagues
from crm.records.forms import RecordForm, RemoteSelect
from customers.models import Affiliation, Contact, Customer, Need
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
        field.queryset = colleagues(_Asker(form.user))  # type: ignore[attr-defined]
        field.required = False
    else:
        form.fields.pop("owner", None)


class _Asker:
    def __init__(self, user: Any) -> None:
        self.user = user


class CustomerField(forms.ModelChoiceField):
    """A customer, found by typing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Customer.objects.all(),
            label=kwargs.pop("label", _("Customer")),
            widget=RemoteSelect(reverse_lazy("customers:options")),
            **kwargs,
        )


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
        if self.instance.pk and (part := self._part()):
            self.initial = {
                **self.initial,
                "customer": part.customer_id, "role": part.role, "is_primary": part.is_primary
            }  # fmt: skip

    def _part(self) -> Affiliation | None:
        visible = Customer.objects.visible_to(self.user)
        return self.instance.affiliations.filter(customer__in=visible).first()

    def changes(self) -> dict[str, Any]:
        extra = {name: self.cleaned_data.get(name) for name in ("customer", "role", "is_primary")}
        return {**super().changes(), **extra}


class NeedForm(RecordForm):
    customer = CustomerField()

    class Meta:
        model = Need
        fields = ["customer", "title", "product", "priority", "status", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
