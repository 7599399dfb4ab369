"""What changed on a record, newest first, from the old rows that the triggers kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.registries import custom_texts

MOST_EVENTS = 200
_META = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "id", "trashed_by"}


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    at: datetime
    who: str
    fields: list[FieldChange]


def record_changes(record: models.Model) -> list[Change]:
    """The last changes of a record: when, who, and each field's value before and after."""
    event_model = _event_model(type(record))
    events = list(
        event_model.objects.filter(pgh_obj_id=record.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:MOST_EVENTS]
    )
    names = _user_names(events)
    fields = [f for f in event_model._meta.fields if f.name not in _META]
    shown = _Shown(fields, [*events, record])
    changes: list[Change] = []
    after: Any = record
    for event in events:
        differing = [
            FieldChange(str(f.verbose_name), shown.text(f, event), shown.text(f, after))
            for f in fields
            if f.name != "custom" and getattr(event, f.attname) != getattr(after, f.attname)
        ]
        differing += _custom_changes(record, event.custom, after.custom)
        if differing:
            who = names.get(_user_id(event), "")
            changes.append(Change(event.pgh_created_at, who, differing))
        after = event
    return changes


def _custom_changes(
    record: Any, before: dict[str, Any], after: dict[str, Any]
) -> Iterable[FieldChange]:
    """What changed of the fields that administrators added."""
    texts = custom_texts(record._meta.label_lower) if before != after else {}
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            label, text = texts.get(key, (key, str))
            yield FieldChange(label, text(before.get(key)) or "–", text(after.get(key)) or "–")


def _event_model(model: type[models.Model]) -> Any:
    return model._meta.get_field("events").related_model


def _user_id(event: Any) -> Any:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _user_names(events: Iterable[Any]) -> dict[Any, str]:
    ids = {_user_id(event) for event in events} - {None}
    users = get_user_model()._default_manager.filter(pk__in=ids)
    return {user.pk: str(user) for user in users}


class _Shown:
    """Values in words: choices by label, related records by name (one query per model)."""

    def __init__(self, fields: list[Any], rows: list[Any]) -> None:
        self.related: dict[str, dict[Any, str]] = {}
        for field in fields:
            if field.related_model:
                ids = {getattr(row, field.attname) for row in rows} - {None}
                found = field.related_model._default_manager.filter(pk__in=ids) if ids else ()
                self.related[field.name] = {item.pk: str(item) for item in found}

    def text(self, field: Any, row: Any) -> str:
        value = getattr(row, field.attname)
        if value not in (None, "") and field.name in self.related:
            return self.related[field.name].get(value, str(value))
        return value_text(field, value)


def value_text(field: Any, value: Any) -> str:
    """A field's value in words; also as JSON has it. Related records come as they are."""
    if value in (None, ""):
        return "–"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field, models.DateTimeField) and isinstance(value, str):
        value = parse_datetime(value) or value
    if isinstance(value, datetime):
        return formats.moment(value)
    return str(value)
