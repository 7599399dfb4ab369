"""Forms of products, deals, moves, orders with their lines, and targets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.forms.formsets import DELETION_FIELD_NAME
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communications.forms import ContactOfCustomerForm
from crm.accounts.models import Team
from crm.records.forms import DateInput, LocalDateTimeInput, RecordForm, RemoteSelect
from customers.forms import CustomerField, owners
from sales.currency import MissingRateError, known_currencies, rate_on
from sales.models import Channel, Deal, Order, Product, Stage, Target
from sales.services import LineItem

BLANK_LINES = 3
MORE_LINES = 5
MOST_LINES = 200


class CurrencyField(forms.ChoiceField):
    """A currency that has a rate; the base currency first."""

    default_error_messages = {
        "invalid_choice": _(
            "There is no exchange rate for %(value)s. An administrator can add one."
        )
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Currency"))
        super().__init__(choices=known_currencies, initial=settings.BASE_CURRENCY, **kwargs)


class ProductForm(RecordForm):
    currency = CurrencyField()

    class Meta:
        model = Product
        fields = ["sku", "name", "category", "price", "currency", "active"]
        labels = {"active": _("On sale")}


class DealForm(ContactOfCustomerForm):
    """A new deal says its stage; later it moves by its steps or on the board."""

    customer = CustomerField()
    currency = CurrencyField()
    probability = forms.IntegerField(
        label=_("Probability (%)"), required=False, min_value=0, max_value=100,
        help_text=_("Empty: that of the stage."),
    )  # fmt: skip

    class Meta:
        model = Deal
        fields = [
            "name", "customer", "contact", "stage", "amount", "currency", "probability",
            "expected_close", "owner", "note",
        ]  # fmt: skip
        widgets = {
            "expected_close": DateInput(),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def bound_choices(self) -> None:
        super().bound_choices()
        owners(self)
        if self.instance.pk:
            del self.fields["stage"]
            if self.instance.closed_at:
                del self.fields["probability"]
            return
        stages = Stage.objects.filter(kind=Stage.Kind.OPEN).select_related("pipeline")
        field = self.fields["stage"]
        field.queryset = stages.order_by("-pipeline__is_default", "pipeline", "order")  # type: ignore[attr-defined]
        field.initial = field.queryset.first()  # type: ignore[attr-defined]
        field.empty_label = None  # type: ignore[attr-defined]
        field.label_from_instance = _stage_in_pipeline  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _require_rate(self, cleaned, timezone.localdate())
        return cleaned


def _stage_in_pipeline(stage: Stage) -> str:
    return f"{stage.pipeline.label} · {stage.label}"


def _require_rate(form: forms.Form | RecordForm, cleaned: dict[str, Any], day: Any) -> None:
    """A form error on the currency when it is worth nothing known on that day."""
    if cleaned.get("currency"):
        try:
            rate_on(cleaned["currency"], day)
        except MissingRateError as missing:
            form.add_error("currency", missing.message)


class MoveForm(forms.Form):
    """Where a deal goes, and why when it is lost."""

    stage = forms.ModelChoiceField(queryset=Stage.objects.none(), widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    lost_reason = forms.ChoiceField(
        label=_("Why was it lost?"), choices=Deal.LostReason.choices, required=False,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = Stage.objects.filter(pipeline=deal.pipeline_id)
        self.fields["stage"].queryset = stages  # type: ignore[attr-defined]


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
        widgets = {
            "ordered_at": LocalDateTimeInput(),
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
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("ordered_at") and self.instance.kind != Order.Kind.REFUND:
            _require_rate(self, cleaned, timezone.localdate(cleaned["ordered_at"]))
        deal, customer = cleaned.get("deal"), cleaned.get("customer")
        if deal and customer and deal.customer_id != customer.pk:
            self.add_error("deal", _("The deal belongs to another customer."))
        return cleaned

    def is_valid(self) -> bool:
        own = super().is_valid()
        return self.lines.is_valid() and own and self._has_prices()

    def _has_prices(self) -> bool:
        """A price may be left out only where the product is priced in the order's currency."""
        currency = self.cleaned_data["currency"]
        missing = [form for form in self.lines.filled() if form.price_is_missing(currency)]
        for form in missing:
            form.add_error("unit_price", _("This product is priced in another currency."))
        return not missing

    def changes(self) -> dict[str, Any]:
        return {**super().changes(), "lines": [form.item() for form in self.lines.filled()]}


def saved_lines(order: Order) -> list[dict[str, Any]]:
    if not order.pk:
        return []
    lines = order.lines.order_by("position")
    return [dict(line) for line in lines.values("product", "description", "quantity", "unit_price")]


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

    def __init__(self, *args: Any, products: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = products  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            css = "form-select" if name == "product" else "form-control"
            field.widget.attrs |= {"class": f"{css} {css}-sm", "aria-label": field.label}
        for name in ("quantity", "unit_price"):
            self.initial[name] = _plain(self.initial.get(name))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("product") and not cleaned.get("description"):
            self.add_error("description", _("Choose a product or describe the line."))
        unpriced = cleaned.get("unit_price") is None and "unit_price" not in self.errors
        if unpriced and not cleaned.get("product"):
            self.add_error("unit_price", _("Say the price."))
        return cleaned

    def price_is_missing(self, currency: str) -> bool:
        values = self.cleaned_data
        return values["unit_price"] is None and values["product"].currency != currency

    def item(self) -> LineItem:
        """The line; a product brings its name and price where none is said."""
        values = self.cleaned_data
        product, price = values["product"], values["unit_price"]
        return LineItem(
            quantity=values["quantity"],
            unit_price=product.price if price is None else price,
            product=product,
            description=values["description"] or (product.name if product else ""),
        )


def _plain(number: Decimal | None) -> str | None:
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


LineFormSet: Any = forms.formset_factory(
    LineForm, formset=BaseLineFormSet, extra=BLANK_LINES, can_delete=True, can_delete_extra=False,
    max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True,
)  # fmt: skip


class TargetForm(RecordForm):
    class Meta:
        model = Target
        fields = ["owner", "team", "starts_on", "ends_on", "amount"]
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def bound_choices(self) -> None:
        super().bound_choices()
        owners(self)
        if "owner" in self.fields:
            self.fields["owner"].label = pgettext_lazy("target", "Person")
            self.fields["owner"].help_text = _("Empty: the whole team.")
        if self.user.is_admin:
            self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]
        else:
            del self.fields["team"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", _("The period ends after it starts."))
        if cleaned.get("amount") is not None and cleaned["amount"] <= 0:
            self.add_error("amount", _("The amount is above zero."))
        return cleaned
