"""No column may be forgotten when a person is erased: each says what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from pghistory.core import event_models

from crm.common.models import Record
from crm.common.ngrams import NgramField
from crm.records.personal.registry import cleaners, holdings, hunts, impersonal

TELLING = (
    models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField,
    models.GenericIPAddressField, ArrayField, NgramField,
)  # fmt: skip
HINT = (
    "holds text and nobody says what becomes of it when a person is erased. Register the model in "
    "your app's personal.py: as a Holding (rows of a person), a Hunt (may name anybody) or "
    "impersonal. See docs/privacy.md."
)


def tables() -> list[type[models.Model]]:
    """Every table of ours and of libraries, histories left out: they follow what they track."""
    histories = set(event_models())
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model not in histories
    ]


def telling_columns(model: type[models.Model]) -> set[str]:
    return {
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, TELLING) and not field.choices and not field.is_relation
    }


def accounted(model: type[models.Model]) -> set[str]:
    names: set[str] = set()
    for holding in holdings:
        if holding.model is model:
            everything = telling_columns(model) if holding.gone else set()
            names |= set(holding.blank) | set(holding.also) | holding.kept | everything
    for hunt in hunts:
        names |= {*hunt.columns, *hunt.kept} if hunt.model is model else set()
    for cleaner in cleaners.values():
        names |= set(cleaner.covers.get(model, ()))
    return names


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_it_knows_what_becomes_of_every_column(model: type[models.Model]) -> None:
    if model in impersonal:
        assert impersonal[model]
        return
    forgotten = telling_columns(model) - accounted(model)
    assert not forgotten, f"{model._meta.label}: {sorted(forgotten)} {HINT}"


@pytest.mark.parametrize("model", list(impersonal), ids=lambda model: model._meta.label)
def test_it_calls_nothing_impersonal_that_points_to_a_person(model: type[models.Model]) -> None:
    targets: set[Any] = {field.related_model for field in model._meta.fields if field.is_relation}
    named = {target._meta.label for target in targets if hasattr(target, "_meta")}
    assert not named & {"customers.Customer", "customers.Contact"}


@pytest.mark.parametrize("holding", holdings, ids=lambda holding: holding.label)
def test_it_blanks_columns_that_exist(holding: Any) -> None:
    names = {field.name for field in holding.model._meta.concrete_fields}
    assert {*holding.blank, *holding.also, *holding.kept, *holding.files} <= names
    if issubclass(holding.model, Record) and not holding.files:
        assert {"search", "custom"} <= set(holding.blank), "every record has these"
