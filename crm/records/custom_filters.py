"""Filters of added fields: equal for choices, contained for text, from and until for the rest."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import DecimalField, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.records.custom import Added, Type

FROM = _("{field} from")
UNTIL = _("{field} until")


def custom_filters(added: Added) -> list[tuple[str, django_filters.Filter]]:
    """The filters of one added field with their names."""
    if added.type == Type.CHOICE:
        pairs = [(choice, choice) for choice in added.choices]
        made = Holds(added, field=forms.ChoiceField, choices=[("", _("All")), *pairs])
        return [(added.name, made)]
    if added.type == Type.BOOLEAN:
        return [(added.name, Holds(added, field=forms.NullBooleanField))]
    if added.type == Type.TEXT:
        return [(added.name, Contains(added, field=forms.CharField))]
    return [
        (f"{added.name}_from", Bound(added, "gte", FROM)),
        (f"{added.name}_until", Bound(added, "lte", UNTIL)),
    ]


class Holds(django_filters.Filter):
    """Records with exactly this value; served by the index on ``custom`` where there is one."""

    def __init__(self, added: Added, *, field: type[forms.Field], **kwargs: Any) -> None:
        self.field_class = field
        self.added = added
        super().__init__(label=added.label, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        if value in (None, ""):
            return qs
        if value is False:
            return qs.exclude(custom__contains={self.added.key: True})
        return qs.filter(custom__contains={self.added.key: value})


class Contains(Holds):
    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(**{f"custom__{self.added.key}__icontains": value}) if value else qs


class Bound(django_filters.Filter):
    """Records whose day or number lies on one side of a bound, the bound included."""

    def __init__(self, added: Added, step: str, words: Any) -> None:
        self.added, self.step = added, step
        number = added.type == Type.NUMBER
        self.field_class = forms.DecimalField if number else forms.DateField
        super().__init__(label=format_lazy(words, field=added.label))
        if not number:
            self.extra["widget"] = forms.DateInput(attrs={"type": "date"})

    def filter(self, qs: Any, value: Any) -> Any:
        if value in (None, ""):
            return qs
        stored: Any = KeyTextTransform(self.added.key, "custom")
        if self.added.type == Type.NUMBER:
            stored = Cast(stored, DecimalField(max_digits=26, decimal_places=6))
        else:  # ISO days are ordered as text
            stored = Cast(stored, TextField())
            value = value.isoformat() if isinstance(value, date) else value
        name = f"{self.added.name}_value"
        return qs.alias(**{name: stored}).filter(**{f"{name}__{self.step}": value})
