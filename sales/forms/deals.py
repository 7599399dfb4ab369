"""Forms of deals and of their moves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.forms import ContactOfCustomerForm
from crm.records.forms import DateInput
from customers.forms import CustomerField, owners
from sales.forms.currencies import CurrencyField, require_rate
from sales.models import Deal, Stage


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
        field.queryset = stages.order_by("-pipeline__is_default", "pipeline", "order")  # type: ignore[attr-defined]  # a ModelChoiceField
        # Asked when the form is shown: lists make one only to learn its fields.
        field.initial = field.queryset.first  # type: ignore[attr-defined]  # a ModelChoiceField
        field.empty_label = None  # type: ignore[attr-defined]  # a ModelChoiceField
        field.label_from_instance = _stage_in_pipeline  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        require_rate(self, cleaned, timezone.localdate())
        return cleaned


def _stage_in_pipeline(stage: Stage) -> str:
    return f"{stage.pipeline.label} · {stage.label}"


class MoveForm(forms.Form):
    """Where a deal goes, and why when it is lost. Without a ``stage`` asked for, one is chosen."""

    stage = forms.ModelChoiceField(queryset=Stage.objects.none(), widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    lost_reason = forms.ChoiceField(
        label=_("Why was it lost?"), choices=Deal.LostReason.choices, required=False,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = Stage.objects.filter(pipeline=deal.pipeline_id)
        self.fields["stage"].queryset = stages  # type: ignore[attr-defined]  # a ModelChoiceField


class ChooseStageForm(MoveForm):
    """Any stage of any pipeline, grouped by pipeline."""

    across = forms.BooleanField(initial=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, deal=deal, **kwargs)
        field: Any = self.fields["stage"]
        stages = Stage.objects.select_related("pipeline").exclude(pk=deal.stage_id)
        field.queryset = stages.order_by("-pipeline__is_default", "pipeline", "order")
        field.label = _("Stage")
        field.widget = forms.RadioSelect(attrs={"class": "form-check-input"})
        field.widget.choices = list(_by_pipeline(field.queryset))
        del self.fields["lost_reason"]


def _by_pipeline(stages: Any) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    for pipeline, group in groupby(stages, key=lambda stage: stage.pipeline):
        yield pipeline.label, [(stage.pk, stage.label) for stage in group]
