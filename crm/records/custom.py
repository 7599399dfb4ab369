"""Fields that administrators add to a kind of record: one definition for form, filter, column,
file and history. The values stand in the record's ``custom`` column, by key.

Stored as JSON: text, numbers as text (exact), dates as ISO days, yes or no as booleans.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.common import formats
from crm.common.columns import Column
from crm.records.models import CustomField

PREFIX = "cf_"
KEPT_SECONDS = 5.0
Type = CustomField.Type
Text = str | Promise

_kept: dict[str, Any] = {}


@dataclass(frozen=True)
class Added:
    """One added field; ``name`` is how forms, filters and columns call it."""

    key: str
    label: str
    type: str
    choices: tuple[str, ...] = ()
    help: str = ""
    required: bool = False
    in_list: bool = False

    @property
    def name(self) -> str:
        return PREFIX + self.key

    def form_field(self) -> forms.Field:
        """The field of a form."""
        common: dict[str, Any] = {
            "label": self.label, "help_text": self.help, "required": self.required
        }  # fmt: skip
        if self.type == Type.NUMBER:
            return forms.DecimalField(max_digits=20, decimal_places=6, **common)
        if self.type == Type.DATE:
            widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            return forms.DateField(widget=widget, **common)
        if self.type == Type.CHOICE:
            return forms.ChoiceField(choices=[("", "---------"), *self._pairs()], **common)
        if self.type == Type.BOOLEAN:
            return forms.BooleanField(**{**common, "required": False})
        return forms.CharField(max_length=500, **common)

    def _pairs(self) -> list[tuple[str, str]]:
        return [(choice, choice) for choice in self.choices]

    def stored(self, value: Any) -> Any:
        """A cleaned form value as it is stored; None for an empty one."""
        if value in (None, ""):
            return None
        if isinstance(value, Decimal):
            return _plain(value)
        return value.isoformat() if isinstance(value, date) else value

    def text(self, stored: Any) -> str:
        """A stored value in the reader's language."""
        if stored in (None, ""):
            return ""
        if self.type == Type.BOOLEAN:
            return str(_("Yes") if stored else _("No"))
        if self.type == Type.DATE:
            return _day(stored)
        if self.type == Type.NUMBER:
            return _number(stored)
        return str(stored)

    def plain(self, stored: Any) -> Any:
        """A stored value for a file: numbers and days as such, yes or no in words."""
        if stored in (None, ""):
            return None
        try:
            if self.type == Type.NUMBER:
                return Decimal(str(stored))
            if self.type == Type.DATE:
                return date.fromisoformat(str(stored))
        except (InvalidOperation, ValueError):
            return str(stored)
        return self.text(stored)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(stored: Any) -> str:
    try:
        return formats.day(date.fromisoformat(str(stored)))
    except ValueError:
        return str(stored)


def _number(stored: Any) -> str:
    try:
        value = Decimal(str(stored))
    except InvalidOperation:
        return str(stored)
    return formats.number(value, max(0, -int(value.as_tuple().exponent)))


def added_fields(kind: str) -> tuple[Added, ...]:
    """The active fields of a kind (``customers.customer``), in the reader's language.

    Kept for some seconds in each process: every list and page asks.
    """
    now = time.monotonic()
    if _kept.get("until", 0.0) < now:
        found = CustomField.objects.filter(active=True)
        _kept["rows"] = list(found)
        _kept["until"] = now + KEPT_SECONDS
    return tuple(_added(row) for row in _kept["rows"] if row.kind == kind)


def added_texts(kind: str) -> dict[str, tuple[str, Callable[[Any], str]]]:
    """For the history: each field's label and how its values are written."""
    return {added.key: (added.label, added.text) for added in added_fields(kind)}


def forget_added_fields(**_signal: Any) -> None:
    """Ask anew: a definition changed."""
    _kept.clear()


def _added(row: CustomField) -> Added:
    choices = tuple(line.strip() for line in row.choices.splitlines() if line.strip())
    return Added(
        key=row.key, label=row.label, type=row.type, choices=choices, help=row.help,
        required=row.required, in_list=row.in_list,
    )  # fmt: skip


@dataclass(frozen=True)
class AddedColumn(Column):
    """An added field as a column of lists and a line of facts."""

    added: Added | None = None

    def value(self, record: Any) -> Any:
        return record.custom.get(self.added.key) if self.added else None

    def source(self, model: Any) -> Any:
        return f"custom__{self.added.key}" if self.added else None

    def plain(self, model: Any) -> Callable[[Any], Any]:
        return self.added.plain if self.added else super().plain(model)

    def render(self, record: Any) -> str:
        return self.added.text(self.value(record)) if self.added else ""


def added_columns(kind: str) -> list[AddedColumn]:
    """The added fields of a kind as columns."""
    return [
        AddedColumn(
            key=added.name, label=added.label, default=added.in_list, added=added,
            css="text-end num" if added.type == Type.NUMBER else "",
        )
        for added in added_fields(kind)
    ]  # fmt: skip


def split_values(
    kind: str, cleaned: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """The record's new ``custom`` value from a form's cleaned data; unknown keys stay."""
    values = dict(before)
    for field in added_fields(kind):
        if field.name in cleaned:
            stored = field.stored(cleaned[field.name])
            if stored is None:
                values.pop(field.key, None)
            else:
                values[field.key] = stored
    return values
