"""What every list's filter bar has: a search box and allow-listed fields with labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import fields

from crm.common.days import day_start
from crm.common.prepared import NOBODY, Prepared
from crm.records.custom import added_fields
from crm.records.custom_filters import custom_filters


def colleagues(user: Any) -> Any:
    """Users whom the signed-in user may name."""
    users = get_user_model()._default_manager.filter(is_active=True)
    return users if user.is_admin else users.filter(team=user.team_id)


def owners(user: Any, asked: Any = None, models: Sequence[Any] = ()) -> Any:
    """Users to whose records a reader narrows lists and figures, those who left at the end.

    The team's, and whoever is ``asked`` for and owns a record of ``models`` that the reader sees:
    people move on, their records stay.
    """
    users = get_user_model()._default_manager.order_by("-is_active", "username")
    if user.is_admin:
        return users
    found, named = Q(team=user.team_id), number(asked)
    if named and any(m.objects.visible_to(user).filter(owner=named).exists() for m in models):
        found |= Q(pk=named)
    return users.filter(found)


def number(text: Any) -> int:
    """The id that an address names; 0 for anything else."""
    given = str(text or "")
    return int(given) if given.isdecimal() and len(given) < 18 else 0


_OWNERS = Prepared(owners)


class _PreparedChoices(fields.ModelChoiceIterator):
    """Every list's bar has them: of a query that is made and planned once."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        field: Any = self.field
        yield "", field.empty_label
        if field.null_label is not None:
            yield field.null_value, field.null_label
        yield from self.known(field)

    def known(self, field: Any) -> Iterator[tuple[Any, Any]]:
        yield from map(self.choice, field.rows())


class _OwnerChoices(_PreparedChoices):
    def known(self, field: Any) -> Iterator[tuple[Any, Any]]:
        people = _OWNERS.fetch(field.reader) if field.reader else []
        yield from ((person.pk, person.choice) for person in people)
        if field.asked and field.asked not in {person.pk for person in people}:
            moved = field.queryset.filter(pk=field.asked)
            yield from ((person.pk, person.choice) for person in moved)


class _OwnerField(fields.ModelChoiceField):
    iterator = _OwnerChoices


class _SharedField(fields.ModelChoiceField):
    iterator = _PreparedChoices

    def __init__(self, *args: Any, rows: Callable[[], list[Any]], **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(*args, **kwargs)


class SharedChoiceFilter(django_filters.ModelChoiceFilter):
    """One of a few records that are the same for every reader."""

    field_class = _SharedField

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        prepared = Prepared(lambda _nobody: queryset)
        kwargs.setdefault("empty_label", _("All"))
        # A function, because filters are copied for each request, and functions are not.
        super().__init__(queryset=queryset, rows=lambda: prepared.fetch(NOBODY), **kwargs)


class OwnerChoiceField(forms.ModelChoiceField):
    """Of a form that narrows figures; its queryset are ``owners``."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.choice)


class OwnerFilter(django_filters.ModelChoiceFilter):
    """Owners among one's team, now or before; all for administrators."""

    field_class = _OwnerField
    model: Any  # set by django-filter, as is the parent
    parent: Any

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Owner"))
        kwargs.setdefault("empty_label", _("Anyone"))
        super().__init__(queryset=self._people, **kwargs)

    def _people(self, request: Any) -> Any:
        users = get_user_model()._default_manager
        return owners(request.user, self._asked, [self.model]) if request else users.none()

    @property
    def _asked(self) -> int:
        return number((self.parent.data or {}).get("owner"))

    @property
    def field(self) -> Any:
        field, request = super().field, self.get_request()  # type: ignore[no-untyped-call]  # django-filter has no types
        field.reader, field.asked = (request.user if request else None), self._asked
        return field


MAIN_FILTERS = 3


@cache
def _visible(kind: type[RecordFilterSet]) -> list[str]:
    """The names of a list's own filters that people see, beside the search box."""
    return [
        name for name, made in kind.base_filters.items() if name != "q" and not _is_hidden(made)
    ]


def _is_hidden(made: django_filters.Filter) -> bool:
    widget = made.extra.get("widget")
    return getattr(widget, "input_type", "") == "hidden"


@cache
def _bar(kind: type[RecordFilterSet]) -> frozenset[str]:
    return frozenset({"q", *_visible(kind)[:MAIN_FILTERS]})


class RecordFilterSet(django_filters.FilterSet):
    base_filters: Any  # made by the metaclass

    q = django_filters.CharFilter(
        label=_("Search"), method="search_text",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Filter this list…"), "class": "form-control"}
        ),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, queryset: Any = None, *, request: Any = None, complete: bool = True
    ) -> None:
        """Not ``complete``: only the filters of the bar and those that ``data`` sets."""
        self.complete = complete
        if not complete:
            self.base_filters = {
                name: made
                for name, made in type(self).base_filters.items()
                if name in _bar(type(self)) or name in data
            }
        super().__init__(data, queryset, request=request)
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
                if not (self.complete or name in self.data):
                    continue
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
    def extra_in_use(self) -> list[Any]:
        """The folded filters that are set."""
        return [field for field in self.extra_fields if self.data.get(field.name)]

    @property
    def has_extra(self) -> bool:
        """Whether more filters can be unfolded than stand in the bar."""
        added = added_fields(self.queryset.model._meta.label_lower)
        return bool(added) or len(_visible(type(self))) > MAIN_FILTERS

    def _bound(self) -> list[Any]:
        return [field for field in self.form if field.name != "q" and not field.is_hidden]

    def search_text(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.search_for(value)


class DateInput(forms.DateInput):
    input_type = "date"


class DayFilter(django_filters.DateFilter):
    """Moments on one side of a day's end in the reader's zone, as an index of them serves it."""

    def __init__(self, *args: Any, whole: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whole = whole

    def filter(self, queryset: Any, value: Any) -> Any:
        if value and self.whole and value < date.max:
            value += timedelta(days=1)
        return super().filter(queryset, value and day_start(value))


def from_day(field: str, label: Any) -> django_filters.DateFilter:
    """Records from that day on (in the reader's zone)."""
    return DayFilter(
        field_name=field, lookup_expr="gte", label=label, widget=DateInput(), whole=False
    )


def until_day(field: str, label: Any) -> django_filters.DateFilter:
    """Records until that day, the day included."""
    return DayFilter(
        field_name=field, lookup_expr="lt", label=label, widget=DateInput(), whole=True
    )
