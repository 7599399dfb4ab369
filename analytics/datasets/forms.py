"""The forms of datasets: a file, a cleaning step, a method's options."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.datasets.models import Dataset, DatasetSource
from analytics.datasets.questions import Ask, Question

STEP_LABELS = {
    "drop_missing": _("Leave out rows with missing values"),
    "fill_missing": _("Fill missing values"),
    "drop_outliers": _("Leave out rows with outliers"),
    "limit_outliers": _("Limit outliers"),
    "drop_duplicates": _("Leave out repeated rows"),
    "as_number": _("Read as numbers"),
    "as_date": _("Read as dates"),
    "as_text": _("Read as text"),
}
FILLERS = [
    ("median", _("the median")), ("mean", _("the mean")), ("mode", _("the most frequent value")),
    ("zero", _("zero")), ("value", _("this value:")),
]  # fmt: skip
OF_ONE = {"fill_missing", "drop_outliers", "limit_outliers", "as_number", "as_date", "as_text"}


def _dress(form: forms.Form, prefix: str) -> None:
    for name, field in form.fields.items():
        select = isinstance(field.widget, forms.Select | forms.SelectMultiple)
        field.widget.attrs.setdefault("class", "form-select" if select else "form-control")
        field.widget.attrs.setdefault("id", f"{prefix}-{name}")


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"})
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self, "dataset")


class StepForm(forms.Form):
    """``step()`` is what ``analytics.methods.cleaning`` takes."""

    kind = forms.ChoiceField(label=_("Step"), choices=list(STEP_LABELS.items()))
    columns = forms.MultipleChoiceField(
        label=_("Columns"), required=False, help_text=_("None means all, where that makes sense."),
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )  # fmt: skip
    filler = forms.ChoiceField(label=_("Fill with"), choices=[("", "–"), *FILLERS], required=False)
    value = forms.CharField(label=_("Value"), max_length=120, required=False)

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["columns"]
        choices.choices = [(name, name) for name in dataset.names]
        _dress(self, "step")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") in OF_ONE and len(given.get("columns") or []) != 1:
            self.add_error("columns", _("Choose one column."))
        if given.get("kind") == "fill_missing" and not given.get("filler"):
            self.add_error("filler", _("Choose what to fill with."))
        return given

    def step(self) -> dict[str, Any]:
        given = self.cleaned_data
        step: dict[str, Any] = {"kind": given["kind"]}
        if given["kind"] not in OF_ONE:
            return {**step, "columns": given["columns"]}
        step["column"] = given["columns"][0]
        if given["kind"] == "fill_missing":
            step |= {"with": given["filler"], "value": given["value"]}
        return step


class SourceForm(forms.Form):
    """Where the table is read from again, and how often."""

    kind = forms.ChoiceField(label=_("From"), choices=DatasetSource.Kind.choices)
    place = forms.CharField(
        label=_("Address or place"), max_length=2000,
        help_text=_("https://… or, below the opened folder, a place such as erp/sales-*.csv."),
    )  # fmt: skip
    every = forms.TypedChoiceField(
        label=_("How often"), choices=DatasetSource.Every.choices, coerce=int,
        initial=DatasetSource.Every.DAY,
    )  # fmt: skip

    def __init__(self, *args: Any, folder: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not folder:
            self.fields["kind"] = forms.CharField(
                widget=forms.HiddenInput(), initial=DatasetSource.Kind.URL, required=False
            )
            place = self.fields["place"]
            place.label, place.help_text = _("Web address"), _("It begins with https://")
        self.folder = folder
        _dress(self, "source")

    def clean_kind(self) -> str:
        return str(self.cleaned_data["kind"]) if self.folder else DatasetSource.Kind.URL.value


class QuestionForm(forms.Form):
    """The options of one method for one dataset's columns."""

    def __init__(
        self, *args: Any, question: Question, kinds: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.question, self.kinds = question, kinds
        for ask in question.asks:
            self.fields[ask.name] = _field(ask, kinds)
        _dress(self, "ask")

    def clean_calibration_end(self) -> str:
        text: str = self.cleaned_data["calibration_end"]
        if text:
            try:
                date.fromisoformat(text)
            except ValueError as error:
                wrong = _("Write the day as 2026-03-31.")
                raise forms.ValidationError(wrong) from error
        return text

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name, wrong in self.question.check(given).items():
            if name not in self.errors:
                self.add_error(name, str(wrong))
        return given

    def options(self) -> dict[str, Any]:
        """What the method takes: answers that were given; the others keep their defaults."""
        given = {
            name: value for name, value in self.cleaned_data.items() if value not in ("", None, [])
        }
        return self.question.options(given, self.kinds)


def _field(ask: Ask, kinds: Mapping[str, str]) -> forms.Field:
    given: dict[str, Any] = {"label": ask.label, "required": ask.needed, "initial": ask.initial}
    if ask.kind in {"column", "columns"}:
        # Columns of the kind that is asked for come first; text may hold numbers or dates too.
        names = sorted(kinds, key=lambda name: bool(ask.holds) and kinds[name] != ask.holds)
        if ask.kind == "columns":
            many = forms.SelectMultiple(attrs={"size": min(max(len(names), 2), 6)})
            return forms.MultipleChoiceField(
                choices=[(name, name) for name in names], widget=many, **given
            )
        return forms.ChoiceField(choices=[("", "–"), *((name, name) for name in names)], **given)
    if ask.kind == "choice":
        return forms.ChoiceField(choices=list(ask.choices), **given)
    if ask.kind == "whole":
        least = None if ask.least is None else int(ask.least)
        most = None if ask.most is None else int(ask.most)
        return forms.IntegerField(min_value=least, max_value=most, **given)
    if ask.kind == "number":
        return forms.FloatField(min_value=ask.least, max_value=ask.most, **given)
    return forms.CharField(max_length=200, **given)
