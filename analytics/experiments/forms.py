"""The plan of an experiment, and how many customers it needs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common.models import new_submission
from customers.models import Segment
from marketing.experiments.models import ARM_KEYS, Experiment
from marketing.models import Campaign

HUNDRED = Decimal(100)
Outcome = Experiment.Outcome


class ExperimentForm(forms.Form):
    """Rule, arms and audience; with a base rate and a difference also the number of customers."""

    campaign: Any = forms.ModelChoiceField(
        label=gettext_lazy("Campaign"), queryset=Campaign.objects.none()
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    hypothesis = forms.CharField(
        label=gettext_lazy("What you expect"), max_length=250, required=False
    )
    arms = forms.CharField(
        label=gettext_lazy("Variants, one a line"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One to five, for example two subjects of a mail."),
    )  # fmt: skip
    control_percent = forms.DecimalField(
        label=gettext_lazy("Held out as control (%)"), min_value=0, max_value=90, initial=20,
        decimal_places=1, help_text=gettext_lazy("They get no activity while it runs."),
    )  # fmt: skip
    segment: Any = forms.ModelChoiceField(
        label=gettext_lazy("Segment"), queryset=Segment.objects.none(), required=False,
        empty_label=gettext_lazy("All customers whom you may change"),
    )  # fmt: skip
    most = forms.IntegerField(
        label=gettext_lazy("Customers at most"), required=False, min_value=40, max_value=20_000
    )
    outcome = forms.ChoiceField(label=gettext_lazy("What counts"), choices=Outcome.choices)
    window_days = forms.IntegerField(
        label=gettext_lazy("Within how many days after the draw"), min_value=1, max_value=365,
        initial=30,
    )  # fmt: skip
    correction = forms.ChoiceField(
        label=gettext_lazy("Correction for several arms"), choices=Experiment.Correction.choices
    )
    base = forms.DecimalField(
        label=gettext_lazy("Usual rate (%), or usual spread of revenue"), required=False,
        min_value=0,
    )  # fmt: skip
    smallest = forms.DecimalField(
        label=gettext_lazy("Smallest difference worth finding (points, or money)"), required=False,
    )  # fmt: skip
    power = forms.ChoiceField(
        label=gettext_lazy("Chance to find it"), choices=[("0.8", "80%"), ("0.9", "90%")]
    )
    weekly = forms.IntegerField(
        label=gettext_lazy("New customers a week (empty: all are there)"), required=False,
        min_value=1,
    )  # fmt: skip
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        over = [Campaign.Status.FINISHED, Campaign.Status.CANCELLED]
        mine = Campaign.objects.editable_by(user).exclude(status__in=over)
        fields: Any = self.fields
        fields["campaign"].empty_label = _("Choose…")
        fields["campaign"].queryset = mine.order_by("-starts_on", "name")
        fields["segment"].queryset = Segment.objects.visible_to(user).filter(active=True)
        fields["segment"].label_from_instance = lambda segment: segment.label
        fields["submission"].initial = new_submission()
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            if not isinstance(field.widget, forms.HiddenInput):
                field.widget.attrs["class"] = "form-select" if select else "form-control"

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields in the order of the questions."""
        named = [
            (_("What is tried?"), ("campaign", "name", "hypothesis", "arms")),
            (_("With whom?"), ("segment", "most", "control_percent")),
            (_("What counts?"), ("outcome", "window_days", "correction")),
            (_("How many customers?"), ("base", "smallest", "power", "weekly")),
        ]
        return [(title, [self[name] for name in names]) for title, names in named]

    def clean_arms(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["arms"].splitlines() if line.strip()]
        if len(names) > len(ARM_KEYS) or any(len(name) > 60 for name in names):
            raise forms.ValidationError(_("At most five variants of at most 60 letters each."))
        if len({name.casefold() for name in names}) < len(names):
            raise forms.ValidationError(_("Two variants have the same name."))
        return names

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        arms, held = cleaned.get("arms") or [], cleaned.get("control_percent")
        if cleaned.get("outcome") == Outcome.SUCCESS:
            if arms and len(arms) < 2:
                self.add_error("arms", _("Those held out have no activity: name two variants."))
        elif held is not None and held < 1:
            self.add_error(
                "control_percent", _("Without a control nothing can be compared: hold out some.")
            )
        if cleaned.get("outcome") != Outcome.REVENUE and cleaned.get("correction") == "dunnett":
            self.add_error("correction", _("Dunnett's comparison is for revenue only."))
        if not self.errors and self.asks_size:
            self._clean_size(cleaned)
        return cleaned

    @property
    def asks_size(self) -> bool:
        return bool(self.cleaned_data.get("base") and self.cleaned_data.get("smallest"))

    def _clean_size(self, cleaned: dict[str, Any]) -> None:
        if cleaned["outcome"] == Outcome.REVENUE:
            return
        after = cleaned["base"] + cleaned["smallest"]
        if cleaned["base"] >= HUNDRED or not 0 < after < HUNDRED:
            self.add_error("smallest", _("Rate and difference together must lie within 0 and 100."))

    def size(self) -> Any:
        """The customers needed (analytics.methods.sample_size.SampleSize); None when not asked."""
        from analytics.methods.sample_size import size_for_means, size_for_shares

        if not self.asks_size:
            return None
        data = self.cleaned_data
        arms, held = len(data["arms"]), float(data["control_percent"]) / 100
        if data["outcome"] == Outcome.SUCCESS:  # compared with the first variant
            held, arms = (1 - held) / arms, arms - 1
        options: dict[str, Any] = {
            "arms": arms, "control_share": held, "power": float(data["power"]),
            "weekly": data["weekly"], "window_days": data["window_days"],
        }  # fmt: skip
        base, smallest = float(data["base"]), float(data["smallest"])
        if data["outcome"] == Outcome.REVENUE:
            return size_for_means(base, smallest, **options)
        return size_for_shares(base / 100, smallest / 100, **options)

    def values(self) -> dict[str, Any]:
        """What ``experiment_create`` takes."""
        names = (
            "campaign", "name", "hypothesis", "arms", "segment", "most", "outcome", "window_days",
            "correction", "submission",
        )  # fmt: skip
        size = self.size()
        return {
            **{name: self.cleaned_data[name] for name in names},
            "control_share": self.cleaned_data["control_percent"] / HUNDRED,
            "planned": size.total if size else None,
        }
