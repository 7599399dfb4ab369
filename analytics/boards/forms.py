"""Forms of dashboards and cards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from analytics.boards.figure_cards import figure_of
from analytics.boards.models import Board, BoardCard
from crm.common.models import new_submission
from crm.records.models import SavedView
from crm.records.views.saved import SavedViewForm
from sales.reports import periods

Kind = BoardCard.Kind
KEEP = "keep"


class BoardForm(SavedViewForm):
    """Name and sharing."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, board: Board | None = None, **kwargs: Any) -> None:
        initial = kwargs.pop("initial", {})
        if board is not None:
            initial = {"name": board.name, "sharing": board.sharing,
                       "expected_version": board.version, **initial}  # fmt: skip
        else:
            initial = {"submission": new_submission(), **initial}
        super().__init__(*args, user=user, initial=initial, **kwargs)


class CardForm(forms.ModelForm):
    """What a card shows of its figure, list or analysis; only what its kind knows is asked."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    view = forms.ChoiceField(label=gettext_lazy("Filters and columns"), required=False)
    by = forms.ChoiceField(label=pgettext_lazy("report", "By"), required=False)
    step = forms.ChoiceField(
        label=gettext_lazy("Step of time"), required=False,
        choices=[("", gettext_lazy("Fitting the period")), *periods.STEPS],
    )  # fmt: skip

    class Meta:
        model = BoardCard
        fields = ["title", "kind", "by", "form", "step", "top", "width"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["expected_version"].initial = self.instance.version
        self.fields["title"].help_text = _("Empty: what the card shows.")
        self.fields["top"].widget.attrs |= {"min": 1, "max": 50}
        self.fields["top"].max_value = 50  # type: ignore[attr-defined]  # an IntegerField
        for name in self._unknown():
            del self.fields[name]
        if "by" in self.fields:
            self._offer_groups()
        if "view" in self.fields:
            self._offer_views()
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if select else "form-control"

    def _unknown(self) -> list[str]:
        """The fields that this kind of card does not have."""
        kind = self.instance.kind
        if kind == Kind.LIST:
            return ["kind", "by", "form", "step"]
        if kind == Kind.RESULT:
            tops = self.instance.key in {"churn", "potential"}
            return ["kind", "by", "form", "step", "view", *([] if tops else ["top"])]
        return ["view"]

    def _offer_groups(self) -> None:
        figure = figure_of(self.instance)
        groups = figure.groups if figure else ()
        fields: dict[str, Any] = self.fields
        fields["by"].choices = [("", _("Not broken down")), *((g.key, g.label) for g in groups)]
        fields["kind"].choices = [
            (kind.value, kind.label) for kind in (Kind.METRIC, Kind.CHART, Kind.TABLE)
        ]
        fields["kind"].label = _("Shown as")

    def _offer_views(self) -> None:
        """The list as it is on the card, plain, or as a saved view arranges it."""
        views = SavedView.objects.visible_to(self.user).filter(kind=self.instance.key)
        self._views = {str(view.pk): view for view in views}
        choices = [(KEEP, _("As it is")), ("", _("The whole list"))]
        choices += [(pk, view.name) for pk, view in self._views.items()]
        fields: dict[str, Any] = self.fields
        fields["view"].choices = choices
        fields["view"].initial = KEEP
        fields["view"].help_text = _("Of a saved view the card keeps what it is now.")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        if data.get("kind") == Kind.TABLE and not data.get("by") and "by" not in self.errors:
            self.add_error("by", _("Say by what the table is broken down."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        kept = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        chosen = self.cleaned_data.get("view", KEEP) if "view" in self.fields else KEEP
        if chosen != KEEP:
            kept |= view_values(self._views.get(chosen))
        return kept


def view_values(view: SavedView | None) -> dict[str, Any]:
    """What a list card takes over from a saved view: its filters, order and columns."""
    if view is None:
        return {"query": "", "columns": []}
    return {"query": QueryDict(view.query).urlencode(), "columns": list(view.columns)}
