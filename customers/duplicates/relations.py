"""Everything that hangs on a customer or contact, found in the models: a new relation moves too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pghistory.models
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from customers.duplicates.models import ContactMerge, ContactPair, DuplicatePair, Merge
from customers.models import Customer, CustomerRecord

# Moved by rules of their own (merging.py), or telling of the record itself.
APART: frozenset[type[models.Model]] = frozenset({DuplicatePair, Merge, ContactPair, ContactMerge})
# Filled by apps above: what is computed of a record, anew after a merge; it keeps no import from
# being undone.
computed_models: set[type[models.Model]] = set()


@dataclass(frozen=True)
class Relation:
    """A column of ``model`` that names a record of ``target``, a customer or a contact (by content
    type when ``kind`` is given)."""

    model: type[Any]
    field: str
    kind: str = ""
    target: type[Any] = Customer

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def follows_team(self) -> bool:
        """Whether a row stands in its customer's team."""
        return self.target is Customer and issubclass(self.model, CustomerRecord)

    def rows(self, pk: int) -> Any:
        """The rows that hang on the record ``pk``."""
        found = self.model._base_manager.filter(**{self.field: pk})
        if self.kind:
            found = found.filter(**{self.kind: ContentType.objects.get_for_model(self.target)})
        return found


def relations(target: type[Any] = Customer) -> list[Relation]:
    """The relations that a merge of two records of ``target`` moves, in a fixed order."""
    found = [*_foreign_keys(target), *_generic(target)]
    return sorted(found, key=lambda one: (one.label, one.field))


def relation(label: str, field: str, target: type[Any] = Customer) -> Relation | None:
    """The relation that a ledger names; None when the model is gone."""
    found = relations(target)
    return next((one for one in found if (one.label, one.field) == (label, field)), None)


def _foreign_keys(target: type[Any]) -> Iterator[Relation]:
    # Plain many-to-many fields are united; those through a model of ours are its rows.
    own = {
        field.remote_field.through
        for field in target._meta.many_to_many
        if field.remote_field.through._meta.auto_created
    }
    for field in target._meta.get_fields(include_hidden=True):
        if not isinstance(field, models.ManyToOneRel) or not field.auto_created:
            continue
        model: Any = field.related_model
        # The history of a record stays with it; its own many-to-many fields are united.
        if (
            issubclass(model, pghistory.models.Event)
            or model in own
            or model in APART | computed_models
        ):
            continue
        yield Relation(model, field.field.name, target=target)


def _generic(target: type[Any]) -> Iterator[Relation]:
    for model in apps.get_models():
        for field in model._meta.private_fields:
            if isinstance(field, GenericForeignKey) and not issubclass(
                model, pghistory.models.Event
            ):
                yield Relation(model, field.fk_field, field.ct_field, target)


def clashes(relation: Relation, winner: int, loser: int) -> dict[str, list[int]]:
    """Rows of the loser that a unique constraint keeps from moving, by the constraint's name."""
    found: dict[str, list[int]] = {}
    for constraint in _unique_constraints(relation):
        others = [name for name in constraint.fields if name != relation.field]
        theirs, ours = relation.rows(loser), relation.rows(winner)
        if constraint.condition is not None:
            theirs, ours = theirs.filter(constraint.condition), ours.filter(constraint.condition)
        taken = set(ours.values_list(*others)) if others else {()} if ours.exists() else set()
        if not taken:
            continue
        same = [row[0] for row in theirs.values_list("pk", *others) if row[1:] in taken]
        if same:
            found[str(constraint.name)] = same
    return found


def _unique_constraints(relation: Relation) -> list[models.UniqueConstraint]:
    model = relation.model
    constraints = [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and relation.field in constraint.fields
    ]
    field = model._meta.get_field(relation.field)
    if getattr(field, "unique", False):
        constraints.append(models.UniqueConstraint(fields=[relation.field], name="unique"))
    for together in model._meta.unique_together:
        if relation.field in together:
            name = "_".join(together)
            constraints.append(models.UniqueConstraint(fields=list(together), name=name))
    return constraints
