"""The lines of an order or a quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.forms.formsets import DELETION_FIELD_NAME
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.records.forms import RemoteSelect
from sales.currency import converted
from sales.models import Product
from sales.pricing import Price, prices_for
from sales.services import LineItem

BLANK_LINES = 3
MORE_LINES = 5
MOST_LINES = 200


class LineForm(forms.Form):
    product: Any = forms.ModelChoiceField(
        label=_("Product"), queryset=Product.objects.none(), required=False,
        widget=RemoteSelect(
            reverse_lazy("sales:product_options"), attrs={"class": "form-select form-select-sm"}
        ),
    )  # fmt: skip
    description = forms.CharField(label=_("Description"), required=False, max_length=200)
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=12, decimal_places=3)
    unit_price = forms.DecimalField(
        label=_("Unit price"), required=False, min_value=0, max_digits=14, decimal_places=4
    )

    discount = forms.DecimalField(
        label=_("Discount (%)"), required=False, min_value=0, max_value=100, max_digits=5,
        decimal_places=2,
    )  # fmt: skip
    numbers: ClassVar[Sequence[str]] = ("quantity", "unit_price", "discount")

    def __init__(self, *args: Any, products: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = products  # type: ignore[attr-defined]  # a ModelChoiceField
        for name, field in self.fields.items():
            css = "form-select" if name == "product" else "form-control"
            field.widget.attrs |= {"class": f"{css} {css}-sm", "aria-label": field.label}
        self.found_price: Price | None = None
        for name in self.numbers:
            self.initial[name] = plain(self.initial.get(name))
        if self.initial.get("discount") == "0":
            self.initial["discount"] = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("product") and not cleaned.get("description"):
            self.add_error("description", _("Choose a product or describe the line."))
        unpriced = cleaned.get("unit_price") is None and "unit_price" not in self.errors
        if unpriced and not cleaned.get("product"):
            self.add_error("unit_price", _("Say the price."))
        return cleaned

    def item(self) -> LineItem:
        """The line; a product brings its name, and the price that applies where none is said."""
        values = self.cleaned_data
        product, price, found = values["product"], values["unit_price"], self.found_price
        return LineItem(
            quantity=values["quantity"],
            unit_price=found.amount if price is None and found else price or Decimal(0),
            product=product,
            description=values["description"] or (product.name if product else ""),
            discount=values["discount"] or Decimal(0),
            price_list=found.price_list if price is None and found else None,
        )


class QuoteLineForm(LineForm):
    """A line with its tax."""

    tax_rate = forms.DecimalField(
        label=_("Tax (%)"), required=False, min_value=0, max_value=100, max_digits=5,
        decimal_places=2,
    )  # fmt: skip
    numbers = (*LineForm.numbers, "tax_rate")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tax_rate" not in (kwargs.get("initial") or {}):
            self.initial["tax_rate"] = settings.DEFAULT_TAX_PERCENT

    def has_changed(self) -> bool:
        """A line that says nothing but its tax is blank."""
        return bool(set(self.changed_data) - {"tax_rate"})

    def item(self) -> LineItem:
        return replace(super().item(), tax_rate=self.cleaned_data["tax_rate"] or Decimal(0))


def price_lines(lines: Any, *, customer: Any, currency: str, day: date) -> bool:
    """Find the price of each line that says none; False, with an error there, if one has none."""
    unpriced = [form for form in lines.filled() if form.cleaned_data["unit_price"] is None]
    wanted = [(form.cleaned_data["product"], form.cleaned_data["quantity"]) for form in unpriced]
    prices = prices_for(customer, wanted, currency, day)
    for form, price in zip(unpriced, prices, strict=True):
        form.found_price = price
        if price is None:
            form.add_error("unit_price", _("This product is priced in another currency."))
    return all(prices)


@dataclass(frozen=True)
class Sum:
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def sum_so_far(lines: Any, *, customer: Any, currency: str, day: date) -> Sum:
    """What the lines that are complete come to, each rounded as the database does it."""
    if not lines.management_form.is_valid():
        return Sum(Decimal(0), Decimal(0))
    filled = [form for form in lines.forms if form.is_valid() and form.cleaned_data]
    filled = [form for form in filled if not form.cleaned_data.get(DELETION_FIELD_NAME)]
    unpriced = [form for form in filled if form.cleaned_data["unit_price"] is None]
    wanted = [(form.cleaned_data["product"], form.cleaned_data["quantity"]) for form in unpriced]
    prices = prices_for(customer, wanted, currency, day) if customer else [None] * len(wanted)
    for form, price in zip(unpriced, prices, strict=True):
        form.found_price = price
    items = [form.item() for form in filled]
    nets = [converted(one.quantity * one.unit_price, 1 - one.discount / 100) for one in items]
    taxes = [converted(net, one.tax_rate / 100) for net, one in zip(nets, items, strict=True)]
    return Sum(sum(nets, Decimal(0)), sum(taxes, Decimal(0)))


def plain(number: Decimal | None) -> str | None:
    """2.000 as “2”, 12.5000 as “12.5”."""
    if number is None:
        return None
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class BaseLineFormSet(forms.BaseFormSet):
    def __init__(self, *args: Any, refund: bool, **kwargs: Any) -> None:
        self.refund = refund
        super().__init__(*args, **kwargs)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            attrs = {"class": "form-check-input", "aria-label": _("Delete this line")}
            form.fields[DELETION_FIELD_NAME].widget.attrs |= attrs

    def initial_form_count(self) -> int:
        return max(super().initial_form_count(), 0)

    def filled(self) -> list[LineForm]:
        """The lines that say something and are not to be deleted."""
        said = [*self.initial_forms, *(form for form in self.extra_forms if form.has_changed())]
        return [form for form in said if not form.cleaned_data.get(DELETION_FIELD_NAME)]

    def clean(self) -> None:
        if any(self.errors):
            return
        filled = self.filled()
        if not filled:
            raise forms.ValidationError(_("An order needs at least one line."))
        wrong = [form for form in filled if (form.cleaned_data["quantity"] < 0) != self.refund]
        for form in [*wrong, *(f for f in filled if not f.cleaned_data["quantity"])]:
            form.add_error("quantity", self._wrong_sign())

    def _wrong_sign(self) -> Any:
        if self.refund:
            return _("The quantities of a refund are below zero.")
        return _("Quantities are above zero. Use a refund to take goods back.")


def _formset(form: type[forms.Form]) -> Any:
    return forms.formset_factory(
        form, formset=BaseLineFormSet, extra=BLANK_LINES, can_delete=True, can_delete_extra=False,
        max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True,
    )  # fmt: skip


LineFormSet: Any = _formset(LineForm)
QuoteLineFormSet: Any = _formset(QuoteLineForm)
