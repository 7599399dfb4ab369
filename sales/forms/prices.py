"""Forms of price lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.records.forms import DateInput, RecordForm, RemoteSelect, RemoteSelectMultiple
from customers.models import Segment
from sales.forms.currencies import CurrencyField
from sales.forms.lines import BLANK_LINES, plain
from sales.models import PriceList, Product
from sales.services import PriceLine

MOST_PRICES = 500


class PriceItemForm(forms.Form):
    product: Any = forms.ModelChoiceField(
        label=_("Product"), queryset=Product.objects.none(),
        widget=RemoteSelect(
            reverse_lazy("sales:product_options"), attrs={"class": "form-select form-select-sm"}
        ),
    )  # fmt: skip
    min_quantity = forms.DecimalField(
        label=_("From quantity"), min_value=0, max_digits=12, decimal_places=3, required=False
    )
    price = forms.DecimalField(label=_("Price"), min_value=0, max_digits=14, decimal_places=4)

    def __init__(self, *args: Any, products: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = products  # type: ignore[attr-defined]  # a ModelChoiceField
        for name, field in self.fields.items():
            css = "form-select" if name == "product" else "form-control"
            field.widget.attrs |= {"class": f"{css} {css}-sm", "aria-label": field.label}
        for name in ("min_quantity", "price"):
            self.initial[name] = plain(self.initial.get(name))

    def line(self) -> PriceLine:
        values = self.cleaned_data
        minimum = values["min_quantity"]
        return PriceLine(
            values["product"], values["price"], Decimal(1) if minimum is None else minimum
        )


class BasePriceItemFormSet(forms.BaseFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            attrs = {"class": "form-check-input", "aria-label": _("Delete this line")}
            form.fields[DELETION_FIELD_NAME].widget.attrs |= attrs

    def filled(self) -> list[PriceItemForm]:
        said = [*self.initial_forms, *(form for form in self.extra_forms if form.has_changed())]
        return [form for form in said if not form.cleaned_data.get(DELETION_FIELD_NAME)]


PriceItemFormSet: Any = forms.formset_factory(
    PriceItemForm, formset=BasePriceItemFormSet, extra=BLANK_LINES, can_delete=True,
    can_delete_extra=False, max_num=MOST_PRICES, absolute_max=MOST_PRICES, validate_max=True,
)  # fmt: skip


class PriceListForm(RecordForm):
    """A price list and its prices, valid together."""

    currency = CurrencyField()

    class Meta:
        model = PriceList
        fields = [
            "name", "currency", "audience", "segment", "customers", "starts_on", "ends_on",
            "active",
        ]  # fmt: skip
        widgets = {
            "starts_on": DateInput(),
            "ends_on": DateInput(),
            "customers": RemoteSelectMultiple(reverse_lazy("customers:options")),
        }

    def __init__(self, data: Any = None, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, user=user, **kwargs)
        self.lines = PriceItemFormSet(
            data, prefix="lines", initial=_saved_items(self.instance),
            form_kwargs={"products": Product.objects.visible_to(user)},
        )  # fmt: skip

    def bound_choices(self) -> None:
        super().bound_choices()
        segments = Segment.objects.visible_to(self.user).filter(active=True).select_related("team")
        field: Any = self.fields["segment"]
        field.queryset = segments
        field.label_from_instance = lambda segment: segment.choice

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        audience = cleaned.get("audience")
        if audience == PriceList.Audience.SEGMENT and not cleaned.get("segment"):
            self.add_error("segment", _("Choose the segment that gets these prices."))
        if audience != PriceList.Audience.SEGMENT:
            cleaned["segment"] = None
        if audience == PriceList.Audience.CUSTOMERS and not cleaned.get("customers"):
            self.add_error("customers", _("Choose the customers who get these prices."))
        if audience != PriceList.Audience.CUSTOMERS and "customers" in cleaned:
            cleaned["customers"] = cleaned["customers"].none()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", _("The period ends after it starts."))
        return cleaned

    def is_valid(self) -> bool:
        own = super().is_valid()
        return self.lines.is_valid() and own

    def changes(self) -> dict[str, Any]:
        return {**super().changes(), "items": [form.line() for form in self.lines.filled()]}


def _saved_items(price_list: PriceList) -> list[dict[str, Any]]:
    if not price_list.pk:
        return []
    items = price_list.items.order_by("product__name", "min_quantity")
    return [dict(item) for item in items.values("product", "min_quantity", "price")]
