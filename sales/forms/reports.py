"""What a report can be asked for; the checks of its address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.accounts.models import Team, User
from crm.common import formats
from crm.records.filters import DateInput, OwnerChoiceField, owners
from crm.records.forms import RemoteSelect
from sales.filters import product_categories
from sales.models import Channel, Deal, Order, Pipeline, Product
from sales.reports import dimensions, periods
from sales.reports.dimensions import Step

WHAT = [
    ("orders", gettext_lazy("Sales (orders less refunds)")),
    ("won", gettext_lazy("Deals won")),
    ("lost", gettext_lazy("Deals lost")),
    ("open", gettext_lazy("Open deals")),
]
FIGURES = [
    ("total", gettext_lazy("Amount")),
    ("count", pgettext_lazy("report", "Number")),
    ("mean", gettext_lazy("Mean")),
]
COMPARE = [
    ("none", pgettext_lazy("compare with", "Nothing")),
    ("previous", gettext_lazy("The period before")),
    ("year", gettext_lazy("A year before")),
]
SORTS = ["label", "count", "total", "share", "change", "mean", "median", "variance", "sd", "least",
         "most"]  # fmt: skip


class ReportForm(forms.Form):
    """Every value of a report's address. Choices follow the role; nothing else is accepted."""

    what = forms.ChoiceField(label=gettext_lazy("Report on"), choices=WHAT)
    by = forms.ChoiceField(
        label=pgettext_lazy("report", "By"), choices=[(d.key, d.label) for d in dimensions.ALL]
    )
    across = forms.ChoiceField(
        label=pgettext_lazy("report", "Columns"), required=False,
        choices=[("", gettext_lazy("All figures")), *((d.key, d.label) for d in dimensions.ALL)],
    )  # fmt: skip
    figure = forms.ChoiceField(label=pgettext_lazy("report", "Figure"), choices=FIGURES)
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=periods.CHOICES)
    start = forms.DateField(label=gettext_lazy("From day"), required=False, widget=DateInput())
    until = forms.DateField(
        label=gettext_lazy("Until day (included)"), required=False, widget=DateInput()
    )
    compare = forms.ChoiceField(label=gettext_lazy("Compare with"), choices=COMPARE)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"), queryset=Team.objects.all(), required=False,
        empty_label=gettext_lazy("All"),
    )  # fmt: skip
    owner = OwnerChoiceField(
        label=gettext_lazy("Owner"), queryset=User.objects.none(), required=False,
        empty_label=gettext_lazy("Anyone"),
    )  # fmt: skip
    channel = forms.ModelChoiceField(
        label=gettext_lazy("Sales channel"), queryset=Channel.objects.all(), required=False,
        empty_label=gettext_lazy("All"),
    )  # fmt: skip
    region = forms.CharField(label=gettext_lazy("Region"), required=False, max_length=80)
    product: forms.ModelChoiceField[Product] = forms.ModelChoiceField(
        label=gettext_lazy("Product"), queryset=Product.objects.none(), required=False,
        widget=RemoteSelect(reverse_lazy("sales:product_options")),
    )  # fmt: skip
    category = forms.ChoiceField(label=gettext_lazy("Product category"), required=False)
    pipeline = forms.ModelChoiceField(
        label=gettext_lazy("Pipeline"), queryset=Pipeline.objects.all(), required=False,
        empty_label=gettext_lazy("All"),
    )  # fmt: skip
    sort = forms.ChoiceField(
        required=False, widget=forms.HiddenInput,
        choices=[(sign + key, key) for key in SORTS for sign in ("", "-")],
    )  # fmt: skip

    # Shown beside the main ones only where they say something.
    FILTERS = ("team", "owner", "channel", "region", "product", "category", "pipeline")

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, auto_id="report-%s")
        fields: dict[str, Any] = self.fields
        self.user, self.subject = user, str(data.get("what") or "orders")
        fields["owner"].queryset = owners(user, data.get("owner"), [Order, Deal])
        fields["product"].queryset = Product.objects.visible_to(user)
        self._fit_choices()
        for field in fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = (
                "form-select form-select-sm" if select else "form-control form-control-sm"
            )

    def _fit_choices(self) -> None:
        """What this subject can be broken down by, and what this role can narrow it to."""
        fields: dict[str, Any] = self.fields
        offered = [(d.key, d.label) for d in dimensions.ALL if self.subject in d.sources]
        fields["by"].choices = offered
        fields["across"].choices = [("", _("All figures")), *offered]
        fields["category"].choices = lambda: [("", _("All")), *product_categories()]
        for name in self._foreign:
            fields[name].widget = forms.HiddenInput()
        if not self.user.is_admin:
            fields["team"].queryset = Team.objects.filter(pk=self.user.team_id)
            fields["team"].widget = forms.HiddenInput()
        if self.user.is_rep:  # sees own figures anyway
            fields["owner"].widget = forms.HiddenInput()

    @property
    def _foreign(self) -> tuple[str, ...]:
        """What an address may hold of another subject, from before it was chosen."""
        return ("pipeline",) if self.subject == "orders" else ("channel", "product", "category")

    @property
    def main_fields(self) -> list[Any]:
        names = ["what", "by", "across", "period", "compare"]
        if self["across"].value():
            names.insert(3, "figure")
        if self["period"].value() == "custom":
            names += ["start", "until"]
        return [self[name] for name in names]

    @property
    def filter_fields(self) -> list[Any]:
        return [self[name] for name in self.FILTERS if not self[name].is_hidden]

    @property
    def filters_used(self) -> int:
        return sum(bool(field.value()) for field in self.filter_fields)

    def narrowed(self) -> tuple[str, ...]:
        """The filters in use, in words."""
        used = [(self.fields[name].label, self.cleaned_data[name]) for name in self.FILTERS]
        return tuple(formats.labelled(label, value) for label, value in used if value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned |= dict.fromkeys(self._foreign)
        if cleaned.get("across") and cleaned.get("across") == cleaned.get("by"):
            self.add_error("across", _("Rows and columns are the same. Choose another one."))
        if cleaned.get("period") == "custom":
            self._check_days(cleaned)
        return cleaned

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        start, until = cleaned.get("start"), cleaned.get("until")
        for name in ("start", "until"):
            day = cleaned.get(name)
            if day is None and name not in self.errors:
                self.add_error(name, _("Say a day."))
            elif day is not None and not 1990 <= day.year <= 2200:
                self.add_error(name, _("Say a day between 1990 and 2200."))
        if start and until and start > until:
            self.add_error("until", _("The last day lies before the first one."))
        elif start and until and not self.errors:
            self._check_steps(cleaned, start, until)

    def _check_steps(self, cleaned: dict[str, Any], start: Any, until: Any) -> None:
        for name in ("by", "across"):
            step = dimensions.BY_KEY.get(cleaned.get(name, ""))
            if not isinstance(step, Step):
                continue
            if len(periods.steps_between(step.key, start, until)) > periods.MOST_STEPS:
                self.add_error(
                    name,
                    _("That would be more than %(n)s rows. Choose a longer step or fewer days.")
                    % {"n": periods.MOST_STEPS},
                )
