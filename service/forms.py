"""Forms of service requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communications.forms import ContactOfCustomerForm
from customers.forms import CustomerField
from service.models import Priority, ServiceRequest
from service.selectors import active_categories


class RequestForm(ContactOfCustomerForm):
    """A request; the customer may be unknown, then the requester's name stands for it."""

    customer = CustomerField(required=False)
    take = forms.BooleanField(label=_("I take it myself"), required=False)

    class Meta:
        model = ServiceRequest
        fields = [
            "subject", "description", "customer", "contact", "requester", "requester_email",
            "kind", "category", "priority", "channel",
        ]  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk or not self.user.is_agent:
            del self.fields["take"]
        if not self.instance.pk:
            self._leave_to_rules()

    def bound_choices(self) -> None:
        super().bound_choices()
        self.fields["category"].queryset = active_categories()  # type: ignore[attr-defined]  # a ModelChoiceField

    def _leave_to_rules(self) -> None:
        """A new request may leave category and priority to the rules."""
        by_rules = _("By the rules")
        self.fields["category"].empty_label = by_rules  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["priority"] = forms.TypedChoiceField(
            label=_("Priority"), required=False, coerce=int, empty_value=None,
            choices=[("", by_rules), *Priority.choices],
            widget=forms.Select(attrs={"class": "form-select"}),
        )  # fmt: skip
        self.initial["priority"] = self.initial.get("priority", "")

    def changes(self) -> dict[str, Any]:
        taken = {"take": True} if self.cleaned_data.get("take") else {}
        return {**super().changes(), **taken}


class ReplyForm(forms.Form):
    """An answer or a note. Those who may not answer can only note."""

    body = forms.CharField(
        label=_("Text"), max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )  # fmt: skip
    internal = forms.BooleanField(label=_("Internal note"), required=False)
    then = forms.ChoiceField(
        label=_("And then"), required=False,
        choices=[("", "")] + [(s, s) for s in ("waiting", "resolved")],
    )  # fmt: skip
