"""What every list's filter bar has: a search box and allow-listed fields with labels."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from crm.records.custom import added_fields
from crm.records.custom_filters import custom_filters


class OwnerFilter(django_filters.ModelChoiceFilter):
    """Owners among one's team; all for administrators."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Owner"))
        kwargs.setdefault("empty_label", _("Anyone"))
        super().__init__(queryset=colleagues, **kwargs)


def colleagues(request: Any) -> Any:
    """Users whom the signed-in user may name."""
    users = get_user_model()._default_manager.filter(is_active=True)
    if request is None:
        return users.none()
    return users if request.user.is_admin else users.filter(team=request.user.team_id)


MAIN_FILTERS = 3


class RecordFilterSet(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"), method="search_text",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Filter this list…"), "class": "form-control"}
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._add_custom_filters()
        for name, field in self.form.fields.items():
            if isinstance(field.widget, forms.NullBooleanSelect):
                unknown, *known = field.widget.choices
                field.widget.choices = [(unknown[0], _("All")), *known]
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", css)
            field.widget.attrs.setdefault("id", f"filter-{name}")

    def _add_custom_filters(self) -> None:
        model: Any = self.queryset.model
        for added in added_fields(model._meta.label_lower):
            for name, made in custom_filters(added):
                owned: Any = made  # django-filter sets both on its filters
                owned.parent, owned.model = self, model
                self.filters[name] = owned

    @property
    def main_fields(self) -> list[Any]:
        """The filters that always stand in the bar; the others open on demand."""
        return self._bound()[:MAIN_FILTERS]

    @property
    def extra_fields(self) -> list[Any]:
        return self._bound()[MAIN_FILTERS:]

    @property
    def extra_names(self) -> list[str]:
        return [field.name for field in self.extra_fields]

    @property
    def extra_in_use(self) -> list[Any]:
        """The folded filters that are set; the others need not be made."""
        return [self.form[name] for name in self.extra_names if self.data.get(name)]

    def _bound(self) -> list[Any]:
        return [field for field in self.form if field.name != "q" and not field.is_hidden]

    def search_text(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.search_for(value)


class DateInput(forms.DateInput):
    input_type = "date"


def from_day(field: str, label: Any) -> django_filters.DateFilter:
    """Records from that day on (in the reader's zone)."""
    return django_filters.DateFilter(
        field_name=field, lookup_expr="date__gte", label=label, widget=DateInput()
    )


def until_day(field: str, label: Any) -> django_filters.DateFilter:
    """Records until that day, the day included."""
    return django_filters.DateFilter(
        field_name=field, lookup_expr="date__lte", label=label, widget=DateInput()
    )
