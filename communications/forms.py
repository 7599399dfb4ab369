"""Forms of communications and follow-ups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.about import Subject, read_subject
from communications.models import Communication, FollowUp
from communications.services import tomorrow_morning
from crm.records.forms import MomentField, RecordForm, RemoteSelect
from customers.forms import CustomerField, owners
from customers.models import Need

CLOCK_SLACK = timedelta(minutes=5)


class ContactOfCustomerForm(RecordForm):
    """A form with ``customer`` and ``contact``: the contact is one of the customer's people."""

    def bound_choices(self) -> None:
        super().bound_choices()
        field = self.fields["contact"]
        customer = self._chosen_customer()
        if customer is None:
            field.widget = RemoteSelect(reverse_lazy("customers:contact_options"))
            field.widget.choices = field.choices  # type: ignore[attr-defined]  # a ModelChoiceField
            field.widget.attrs["class"] = "form-select"
        else:
            field.queryset = field.queryset.filter(customers=customer)  # type: ignore[attr-defined]  # a ModelChoiceField

    def _chosen_customer(self) -> int | None:
        kept = self.is_bound and self.add_prefix("customer") not in self.data  # one field alone
        value = self.instance.customer_id if kept else self["customer"].value()
        value = getattr(value, "pk", value)
        return int(value) if str(value or "").isdecimal() else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        customer, contact = data.get("customer"), data.get("contact")
        if contact and customer and not contact.affiliations.filter(customer=customer).exists():
            self.add_error("contact", _("This person does not work for the customer."))
        return data


class AboutForm(ContactOfCustomerForm):
    """Also about a deal or request, named by the address that opened the form."""

    customer = CustomerField()
    about = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["about"]  # what it is about stays

    def clean_about(self) -> Subject | None:
        text = self.cleaned_data["about"]
        subject = read_subject(self.user, text) if text else None
        if text and subject is None:
            raise ValidationError(_("What this is about no longer exists or is not yours to see."))
        return subject

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        subject, customer = data.get("about"), data.get("customer")
        if subject and customer and subject.customer_id not in (None, customer.pk):
            self.add_error("customer", _("What this is about belongs to another customer."))
        return data

    def changes(self) -> dict[str, Any]:
        subject = self.cleaned_data.get("about")
        about = {"about_kind": subject.kind, "about_id": subject.record.pk} if subject else {}
        return {**super().changes(), **about}


class CommunicationForm(AboutForm):
    happened_at = MomentField(
        label=_("When"), required=False,
        help_text=_("Empty: just now."),
    )  # fmt: skip
    minutes = forms.IntegerField(
        label=_("Duration (minutes)"), required=False, min_value=0, max_value=1440
    )
    next_title = forms.CharField(
        label=_("Next step"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"placeholder": _("For example: send the offer")}),
    )  # fmt: skip
    next_due_at = MomentField(
        label=_("Due"), required=False,
        help_text=_("Empty: tomorrow at 9."),
    )  # fmt: skip

    class Meta:
        model = Communication
        fields = [
            "customer", "contact", "channel", "direction", "happened_at", "outcome", "subject",
            "content", "need",
        ]  # fmt: skip
        widgets = {"content": forms.Textarea(attrs={"rows": 5})}

    field_order = [
        "customer", "contact", "channel", "direction", "happened_at", "minutes", "outcome",
        "subject", "content", "need", "next_title", "next_due_at",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["next_title"], self.fields["next_due_at"]
            if self.instance.duration_seconds is not None:
                self.initial["minutes"] = round(self.instance.duration_seconds / 60)

    def bound_choices(self) -> None:
        super().bound_choices()
        field = self.fields["need"]
        needs = Need.objects.visible_to(self.user).filter(customer=self._chosen_customer())
        field.queryset = needs  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_happened_at(self) -> Any:
        when = self.cleaned_data["happened_at"]
        if when and when > timezone.now() + CLOCK_SLACK:
            raise ValidationError(_("This is in the future. Plan a follow-up instead."))
        if when is None and self.instance.pk:
            return self.instance.happened_at
        return when

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("next_due_at") and not data.get("next_title"):
            self.add_error("next_title", _("Say what is to be done."))
        return data

    def changes(self) -> dict[str, Any]:
        found = super().changes()
        minutes = self.cleaned_data.get("minutes")
        found["duration_seconds"] = None if minutes is None else minutes * 60
        extra = {
            name: self.cleaned_data[name]
            for name in ("next_title", "next_due_at")
            if self.cleaned_data.get(name)
        }
        return {**found, **extra}


class FollowUpForm(AboutForm):
    due_at = MomentField(label=_("Due"))

    class Meta:
        model = FollowUp
        fields = ["customer", "title", "kind", "due_at", "priority", "contact", "owner", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("due_at", tomorrow_morning())

    def bound_choices(self) -> None:
        super().bound_choices()
        owners(self)
        if "owner" in self.fields:
            self.fields["owner"].label = _("Who does it")
            self.fields["owner"].help_text = _("Empty: you.")
