"""What changed on a record, newest first, from the old rows that the triggers kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.part_changes import Change, FieldChange, part_changes, user_id, writing
from crm.common.registries import custom_texts

MOST_EVENTS = 200
_META = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "id", "trashed_by"}


def record_changes(record: Any, user: Any) -> list[Change]:
    """The last changes of a record and its parts: when, who, and each value before and after.

    ``user`` reads them: of what hangs on the record, only what they see is named.
    """
    changes = list(_own_changes(record))
    own = {(one.at, one.user_id): one.fields for one in changes}
    for one in part_changes(record, user, MOST_EVENTS):
        if (one.at, one.user_id) in own:
            own[one.at, one.user_id].extend(one.fields)
        else:
            changes.append(one)
    newest = sorted(changes, key=lambda one: one.at, reverse=True)[:MOST_EVENTS]
    names = _user_names(newest)
    return [replace(one, who=names.get(one.user_id, "")) for one in newest]


def _own_changes(record: Any) -> Iterator[Change]:
    event_model = _event_model(type(record))
    events = list(
        event_model.objects.filter(pgh_obj_id=record.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:MOST_EVENTS]
    )
    fields = [f for f in event_model._meta.fields if f.name not in _META]
    shown = _Shown(fields, [*events, record])
    after = record
    # One request may write twice (lines that go, lines that come): the row before its first.
    for _written, together in groupby(events, writing):
        *_rest, event = together
        differing = [
            FieldChange(str(f.verbose_name), shown.text(f, event), shown.text(f, after))
            for f in fields
            if f.name != "custom" and getattr(event, f.attname) != getattr(after, f.attname)
        ]
        differing += _custom_changes(record, event.custom, after.custom)
        if differing:
            yield Change(event.pgh_created_at, user_id(event), differing)
        after = event


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


def _user_names(changes: Iterable[Change]) -> dict[Any, str]:
    ids = {one.user_id for one in changes} - {None}
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
    if isinstance(field, models.DecimalField):
        amount = Decimal(str(value))
        return formats.exact(amount, 2 if amount % 1 else 0)
    if isinstance(field, models.DateTimeField):
        return formats.moment(parse_datetime(value) if isinstance(value, str) else value)
    if isinstance(field, models.DateField):
        return formats.day(parse_date(value) if isinstance(value, str) else value)
    return str(value)
