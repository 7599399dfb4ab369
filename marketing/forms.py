"""Forms of campaigns and activities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.records.forms import DateInput, MomentField, RecordForm, RemoteSelect
from customers.forms import CustomerField, owners
from customers.models import Customer, Segment
from marketing.models import Activity, Campaign
from marketing.platforms import platform_label
from marketing.spending import usual_days

MONEY = ("budget", "actual_cost", "expected_revenue")


class CampaignForm(RecordForm):
    class Meta:
        model = Campaign
        fields = [
            "name", "objective", "channel", "status", "starts_on", "ends_on", "budget",
            "actual_cost", "expected_revenue", "currency", "external_id", "owner",
        ]  # fmt: skip
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def bound_choices(self) -> None:
        super().bound_choices()
        owners(self)
        if not self.instance.pk:
            self.fields["currency"].initial = settings.BASE_CURRENCY

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if self.instance.ad_spend and code != self.initial["currency"]:
            raise forms.ValidationError(
                _("Spend was imported for this campaign in %(code)s; its currency stays.")
                % {"code": self.initial["currency"]}
            )
        return code

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        begins, ends = data.get("starts_on"), data.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", _("The end lies before the beginning."))
        for name in MONEY:
            if (data.get(name) or 0) < 0:
                self.add_error(name, _("This cannot be negative."))
        return cleaned


class ActivityForm(RecordForm):
    """One customer's part; campaign and customer are chosen once."""

    customer = CustomerField()

    class Meta:
        model = Activity
        fields = ["campaign", "customer", "stage", "result", "happened_at", "revenue", "note"]
        field_classes = {"happened_at": MomentField}
        widgets = {
            "campaign": RemoteSelect(reverse_lazy("marketing:campaign_options")),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def bound_choices(self) -> None:
        super().bound_choices()
        if self.instance.pk:
            del self.fields["campaign"], self.fields["customer"]
            return
        mine = Customer.objects.editable_by(self.user)
        self.fields["customer"].queryset = mine  # type: ignore[attr-defined]  # a ModelChoiceField
        del self.fields["happened_at"], self.fields["revenue"]


class SpendForm(forms.Form):
    """Which days, platform and campaign; the last ninety days when nothing is said."""

    first = forms.DateField(label=_("From"), required=False, widget=DateInput())
    last = forms.DateField(label=_("Until"), required=False, widget=DateInput())
    platform = forms.CharField(
        label=_("Platform"), required=False, widget=forms.Select(choices=[("", _("All"))])
    )
    campaign: forms.ModelChoiceField[Campaign] = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), required=False,
        widget=RemoteSelect(reverse_lazy("marketing:campaign_options")),
    )  # fmt: skip

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__({**usual_days(timezone.localdate()), **data.dict()})
        seen = Campaign.objects.visible_to(user)
        self.fields["campaign"].queryset = seen  # type: ignore[attr-defined]  # a ModelChoiceField
        for field in self.fields.values():
            css = "form-control" if isinstance(field, forms.DateField) else "form-select"
            field.widget.attrs.setdefault("class", css)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day lies before the first one."))
        return cleaned

    def offer(self, platforms: list[tuple[str, str]]) -> None:
        """The platforms to choose from; the chosen one stays."""
        chosen = self.data.get("platform", "")
        known = dict([(chosen, platform_label(chosen)), *platforms]) if chosen else dict(platforms)
        widget: Any = self.fields["platform"].widget
        widget.choices = [("", _("All")), *known.items()]

    def asked(self) -> dict[str, Any]:
        """The same as an address's parameters."""
        return {name: self.data.get(name, "") for name in self.fields}


class RemoteSelectMultiple(RemoteSelect, forms.SelectMultiple):
    """Several choices by type-ahead; only the chosen ones are rendered."""

    allow_multiple_selected = True

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        groups = super().optgroups(name, value, attrs)
        return [
            (label, [option for option in options if option["value"] != ""], index)
            for label, options, index in groups
        ]


class AddCustomersForm(forms.Form):
    """Customers by name, or all of one's own in a segment."""

    customers: forms.ModelMultipleChoiceField[Customer] = forms.ModelMultipleChoiceField(
        label=_("Customers"), queryset=Customer.objects.none(), required=False,
        widget=RemoteSelectMultiple(reverse_lazy("customers:options")),
    )  # fmt: skip
    segment: forms.ModelChoiceField[Segment] = forms.ModelChoiceField(
        label=_("Segment"), queryset=Segment.objects.none(), required=False,
        empty_label=_("None"),
        help_text=_("Adds those of its customers whom you may change."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Customer.objects.editable_by(user)
        segments = Segment.objects.visible_to(user).filter(active=True).select_related("team")
        self.fields["customers"].queryset = mine  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        self.fields["segment"].queryset = segments  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["segment"].label_from_instance = lambda segment: segment.choice  # type: ignore[attr-defined]  # a ModelChoiceField
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-select")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors and not (
            self.cleaned_data.get("customers") or self.cleaned_data.get("segment")
        ):
            self.add_error("customers", _("Choose customers or a segment."))
        return cleaned
