"""Forms of orders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.records.forms import MomentField, RecordForm, RemoteSelect
from customers.forms import CustomerField, owners
from sales.forms.currencies import CurrencyField, require_rate
from sales.forms.lines import LineFormSet, price_lines
from sales.models import Channel, Deal, Order, Product


class OrderForm(RecordForm):
    """An order and its lines, valid together."""

    customer = CustomerField()
    currency = CurrencyField()
    deal: Any = forms.ModelChoiceField(
        label=_("Deal"), queryset=Deal.objects.all(), required=False,
        widget=RemoteSelect(reverse_lazy("sales:deal_options")),
    )  # fmt: skip

    class Meta:
        model = Order
        fields = [
            "customer", "deal", "channel", "status", "ordered_at", "currency", "owner", "note"
        ]  # fmt: skip
        field_classes = {"ordered_at": MomentField}
        widgets = {
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, data: Any = None, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, user=user, **kwargs)
        self.fields["ordered_at"].initial = timezone.now
        refund = self.instance.kind == Order.Kind.REFUND
        if refund:  # it stands at the rate of the order that it takes back
            self.fields["currency"].disabled = True
        self.lines = LineFormSet(
            data, prefix="lines", initial=saved_lines(self.instance), refund=refund,
            form_kwargs={"products": Product.objects.visible_to(user)},
        )  # fmt: skip

    def bound_choices(self) -> None:
        super().bound_choices()
        owners(self)
        channels = Channel.objects.filter(active=True)
        if self.instance.channel_id:
            channels |= Channel.objects.filter(pk=self.instance.channel_id)
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("ordered_at") and self.instance.kind != Order.Kind.REFUND:
            require_rate(self, cleaned, timezone.localdate(cleaned["ordered_at"]))
        deal, customer = cleaned.get("deal"), cleaned.get("customer")
        if deal and customer and deal.customer_id != customer.pk:
            self.add_error("deal", _("The deal belongs to another customer."))
        return cleaned

    def is_valid(self) -> bool:
        own = super().is_valid()
        return self.lines.is_valid() and own and self._has_prices()

    def _has_prices(self) -> bool:
        """A price may be left out only where one is known in the order's currency."""
        values = self.cleaned_data
        return price_lines(
            self.lines, customer=values["customer"], currency=values["currency"],
            day=timezone.localdate(values["ordered_at"]),
        )  # fmt: skip

    def changes(self) -> dict[str, Any]:
        return {**super().changes(), "lines": [form.item() for form in self.lines.filled()]}


def saved_lines(order: Order) -> list[dict[str, Any]]:
    if not order.pk:
        return []
    lines = order.lines.order_by("position")
    shown = ("product", "description", "quantity", "unit_price", "discount")
    return [dict(line) for line in lines.values(*shown)]
