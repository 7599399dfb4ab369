"""Forms of quotes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.forms import ContactOfCustomerForm
from crm.records.forms import DateInput, RemoteSelect
from customers.forms import CustomerField, owners
from sales.forms.currencies import CurrencyField, require_rate
from sales.forms.lines import QuoteLineFormSet, price_lines
from sales.models import Deal, Product, Quote
from sales.services.quotes import VALID_DAYS


class QuoteForm(ContactOfCustomerForm):
    """A quote and its lines, valid together."""

    customer = CustomerField()
    currency = CurrencyField()
    deal: Any = forms.ModelChoiceField(
        label=_("Deal"), queryset=Deal.objects.all(), required=False,
        widget=RemoteSelect(reverse_lazy("sales:deal_options")),
    )  # fmt: skip

    class Meta:
        model = Quote
        fields = [
            "customer", "contact", "deal", "currency", "quoted_on", "valid_until", "language",
            "owner", "terms",
        ]  # fmt: skip
        widgets = {
            "quoted_on": DateInput(),
            "valid_until": DateInput(),
            "terms": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, data: Any = None, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, user=user, **kwargs)
        today = timezone.localdate()
        self.fields["language"].initial = user.language
        self.fields["quoted_on"].initial = today
        self.fields["valid_until"].initial = today + timedelta(days=VALID_DAYS)
        self.lines = QuoteLineFormSet(
            data, prefix="lines", initial=saved_lines(self.instance), refund=False,
            form_kwargs={"products": Product.objects.visible_to(user)},
        )  # fmt: skip

    def bound_choices(self) -> None:
        super().bound_choices()
        owners(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        quoted_on, valid_until = cleaned.get("quoted_on"), cleaned.get("valid_until")
        if quoted_on:
            require_rate(self, cleaned, quoted_on)
        if quoted_on and valid_until and valid_until < quoted_on:
            self.add_error("valid_until", _("A quote is valid on its own day at least."))
        deal, customer = cleaned.get("deal"), cleaned.get("customer")
        if deal and customer and deal.customer_id != customer.pk:
            self.add_error("deal", _("The deal belongs to another customer."))
        return cleaned

    def is_valid(self) -> bool:
        own = super().is_valid()
        if not (self.lines.is_valid() and own):
            return False
        values = self.cleaned_data
        return price_lines(
            self.lines, customer=values["customer"], currency=values["currency"],
            day=values["quoted_on"],
        )  # fmt: skip

    def changes(self) -> dict[str, Any]:
        return {**super().changes(), "lines": [form.item() for form in self.lines.filled()]}


def saved_lines(quote: Quote) -> list[dict[str, Any]]:
    if not quote.pk:
        return []
    shown = ("product", "description", "quantity", "unit_price", "discount", "tax_rate")
    return [dict(line) for line in quote.lines.order_by("position").values(*shown)]
