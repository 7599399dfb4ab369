"""What the address of a dashboard asks for: days, what they are compared with, and filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import Team, User
from crm.common import formats
from crm.records.figures import Part
from crm.records.filters import DateInput, OwnerChoiceField, owners
from crm.records.forms import RemoteSelect
from sales.forms.reports import COMPARE
from sales.models import Channel, Deal, Order, Product
from sales.reports import periods

PERIODS = [(key, label) for key, label in periods.CHOICES if key != "all"]
USUAL = {"period": "12months", "compare": "previous"}
FILTERS = ("team", "owner", "region", "product", "channel")


class LookForm(forms.Form):
    """Every value of a dashboard's filter. Choices follow the role; nothing else is accepted."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS)
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
    region = forms.CharField(label=gettext_lazy("Region"), required=False, max_length=80)
    product: forms.ModelChoiceField[Product] = forms.ModelChoiceField(
        label=gettext_lazy("Product"), queryset=Product.objects.none(), required=False,
        widget=RemoteSelect(reverse_lazy("sales:product_options")),
    )  # fmt: skip
    channel = forms.ModelChoiceField(
        label=gettext_lazy("Sales channel"), queryset=Channel.objects.all(), required=False,
        empty_label=gettext_lazy("All"),
    )  # fmt: skip

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, auto_id="look-%s")
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = owners(user, data.get("owner"), [Order, Deal])
        fields["product"].queryset = Product.objects.visible_to(user)
        if not user.is_admin:
            fields["team"].queryset = Team.objects.filter(pk=user.team_id or 0)
            fields["team"].widget = forms.HiddenInput()
        if user.is_rep:  # sees own figures anyway
            fields["owner"].widget = forms.HiddenInput()
        if user.is_agent:  # has no sales
            for name in ("product", "channel"):
                fields[name].widget = forms.HiddenInput()
        for field in fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = (
                "form-select form-select-sm" if select else "form-control form-control-sm"
            )

    @property
    def main_fields(self) -> list[Any]:
        names = ["period", "compare"]
        if self["period"].value() == "custom":
            names[1:1] = ["start", "until"]
        return [self[name] for name in names]

    @property
    def filter_fields(self) -> list[Any]:
        return [self[name] for name in FILTERS if not self[name].is_hidden]

    @property
    def filters_used(self) -> int:
        return sum(bool(self[name].value()) for name in FILTERS)

    def named(self) -> dict[str, str]:
        """The filters in use, in words: name → “Region: East”."""
        used = {name: self.cleaned_data[name] for name in FILTERS if self.cleaned_data[name]}
        return {
            name: formats.labelled(self.fields[name].label, value) for name, value in used.items()
        }

    def clean_region(self) -> str:
        return self.cleaned_data["region"].strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("period") == "custom":
            self._check_days(cleaned.get("start"), cleaned.get("until"))
        return cleaned

    def _check_days(self, start: date | None, until: date | None) -> None:
        for name, day in (("start", start), ("until", until)):
            if day is None and name not in self.errors:
                self.add_error(name, _("Say a day."))
            elif day is not None and not 1990 <= day.year <= 2200:
                self.add_error(name, _("Say a day between 1990 and 2200."))
        if start and until and start > until:
            self.add_error("until", _("The last day lies before the first one."))


@dataclass(frozen=True)
class Look:
    """One reader's look at a dashboard. ``before`` is what figures are compared with."""

    part: Part
    before: Part | None
    compare: str
    text: str
    named: dict[str, str]

    @property
    def user(self) -> Any:
        return self.part.user

    @property
    def days(self) -> str:
        return periods.period_label(self.part.start, self.part.end)

    @property
    def compared(self) -> str:
        if self.before is None:
            return ""
        return periods.period_label(self.before.start, self.before.end)


def read(user: Any, params: Any, today: date | None = None) -> tuple[LookForm, Look | None]:
    """The form of an address and, when nothing in it is wrong, the look.

    ``params`` is a QueryDict or its text; what is left out has its usual value. Days count from
    ``today``, that of the reader's zone.
    """
    given = QueryDict(params) if isinstance(params, str) else params
    today = today or timezone.localdate()
    form = LookForm(_complete(given, today), user=user)
    if not form.is_valid():
        return form, None
    asked = form.cleaned_data
    if asked["period"] == "custom":
        start, end = asked["start"], asked["until"] + periods.DAY
    else:
        start, end = periods.bounds(asked["period"], today)
    chosen = {name: getattr(asked[name], "pk", asked[name]) or None for name in FILTERS}
    part = Part(user, start, end, **{**chosen, "region": asked["region"]})
    before = None
    if asked["compare"] != "none":
        before = part.during(*periods.compared(asked["period"], start, end, asked["compare"]))
    return form, Look(part, before, asked["compare"], text_of(given), form.named())


def text_of(params: Any) -> str:
    """The part of the address that is the filter: known names with values alone, in order."""
    kept = QueryDict(mutable=True)
    for name in LookForm.base_fields:
        if params.get(name):
            kept[name] = params[name]
    return kept.urlencode()


def asks(params: Any) -> bool:
    """Whether the address holds a filter at all."""
    return any(name in params for name in LookForm.base_fields)


def _complete(given: Any, today: date) -> dict[str, Any]:
    data = {name: given.get(name) or USUAL.get(name, "") for name in LookForm.base_fields}
    if data["period"] == "custom" and not (data["start"] or data["until"]):
        data["start"], data["until"] = f"{today - 29 * periods.DAY}", f"{today}"
    return data
