"""A kind of record as JSON: what its list and its form show, as stored.

Choices are their keys, amounts and decimals are texts (exact), moments are UTC, related records
are their numbers (``owner``) with the name that lists show beside them (``owner_name``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.common.columns import (
    Column,
    MoneyColumn,
    TagsColumn,
)
from crm.records.resources import Resource

_OWN = ("id", "version", "created_at", "updated_at")


@extend_schema_field({"type": "string", "nullable": True})
class ColumnField(serializers.Field):
    """What a column of the list reads from a record, as plain JSON."""

    def __init__(self, column: Column) -> None:
        self.column = column
        super().__init__(source="*", read_only=True, help_text=str(column.label))

    def to_representation(self, value: Any) -> Any:
        found = self.column.value(value)
        if isinstance(found, models.Model):
            return str(found)
        return found if isinstance(found, int | float | list | dict | None) else str(found)


@extend_schema_field({"type": "number", "nullable": True})
class NumberField(ColumnField):
    """Marks numbers for the description of the interface."""


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class TagsField(ColumnField):
    def to_representation(self, value: Any) -> Any:
        return [tag["name"] for tag in self.column.value(value) or ()]


class MomentField(serializers.DateTimeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "default_timezone": UTC})


class RecordSerializer(serializers.ModelSerializer):
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: MomentField,
    }


def serializer_of(resource: Resource, columns: Sequence[Column]) -> type[RecordSerializer]:
    """The serializer of a kind; ``columns`` are those of its list that everybody has."""
    own = _own_fields(resource, columns)
    more = {
        name: field for column in columns for name, field in _column_fields(resource, column, own)
    }
    meta = type("Meta", (), {
        "model": resource.model, "fields": [*own, *more], "read_only_fields": [*own],
    })  # fmt: skip
    return type(f"{resource.model.__name__}Serializer", (RecordSerializer,), {**more, "Meta": meta})


def _own_fields(resource: Resource, columns: Sequence[Column]) -> list[str]:
    """Columns of the table that the list or the form shows; never others."""
    meta = resource.model._meta
    stored = {field.name for field in meta.concrete_fields}
    shown = [(column.path or column.key).partition(".")[0] for column in columns]
    form = list(getattr(resource.form._meta, "fields", None) or ())
    names = [*_OWN, *shown, *form, "custom"]
    return [name for name in dict.fromkeys(names) if name in stored]


def _column_fields(
    resource: Resource, column: Column, own: Sequence[str]
) -> list[tuple[str, serializers.Field]]:
    """What a column adds to the stored fields: names of related records, computed values."""
    path = column.path or column.key
    first, _dot, rest = path.partition(".")
    if column.key == "pk":
        return []
    if first in own:
        related = resource.model._meta.get_field(first).is_relation
        return [(f"{first}_name", ColumnField(column))] if rest or related else []
    name = column.key.replace(".", "_")
    if isinstance(column, TagsColumn):
        return [("tags", TagsField(column))]
    is_number = "num" in column.css and not isinstance(column, MoneyColumn)
    made = NumberField if is_number else ColumnField
    return [(name, made(column))]
