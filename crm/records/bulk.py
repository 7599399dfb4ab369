"""Actions on many rows of a list. Apps add theirs to ``bulk_actions``.

``apply`` gets the ids of a chunk that are locked and that the actor may change, and gives what
each changed record was before; ``undo`` gets that back and gives how many it restored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import F, UniqueConstraint
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.common.errors import RefusedError
from crm.records.filters import colleagues
from crm.records.models import BulkChange
from crm.records.resources import KEEPERS, SELLERS, Resource

Text = str | Promise
Before = dict[int, Any]


class BulkForm(forms.Form):
    """What an action asks for; ``params`` gives it as JSON."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.set_choices()
        for shown in self.fields.values():
            shown.widget.attrs.setdefault("class", "form-select")

    def set_choices(self) -> None:
        """Limit each field to what the user may choose."""

    def params(self) -> dict[str, Any]:
        return {name: getattr(v, "pk", v) for name, v in self.cleaned_data.items()}


@dataclass(frozen=True)
class Chunk:
    """Some records of a bulk change, under one actor and with one set of parameters.

    ``kept`` is the action's own, for what it looks up once for all chunks.
    """

    resource: Resource
    actor: Any
    params: Mapping[str, Any]
    kept: dict[str, Any] = field(default_factory=dict, compare=False)

    def locked(self, ids: Sequence[int]) -> Any:
        """The records, locked in the order of their ids so that two changes never deadlock."""
        records = self.resource.model._default_manager.filter(pk__in=ids).order_by("pk")
        return records.select_for_update(of=("self",))


@dataclass(frozen=True)
class BulkAction:
    key: str
    label: Text
    icon: str
    roles: frozenset[str]
    apply: Callable[[Chunk, Sequence[int]], Before]
    undo: Callable[[Chunk, Before], int]
    reach: Callable[[Resource, Any], Any]
    form: type[BulkForm] | None = None
    kinds: frozenset[str] = frozenset()
    danger: bool = False
    # What may be chosen, where some of it comes into reach only with the rest.
    choosable: Callable[[Resource, Any], Any] | None = None
    # Why so many of those stayed out of reach, in a sentence.
    held: Callable[[int], str] | None = None

    def fits(self, resource: Resource, user: Any) -> bool:
        fits_kind = not self.kinds or resource.kind in self.kinds
        return fits_kind and user.role in self.roles


bulk_actions: list[BulkAction] = []


def actions_for(resource: Resource, user: Any) -> list[BulkAction]:
    """What the user can do with many rows; a kind's own action takes the place of a common one."""
    fitting: dict[str, BulkAction] = {}
    for action in sorted(bulk_actions, key=lambda entry: bool(entry.kinds)):
        if action.fits(resource, user) and _has_owner_choice(action, resource):
            fitting[action.key] = action
    return sorted(fitting.values(), key=lambda entry: entry.danger)


def refusals(change: BulkChange, resource: Resource) -> list[str]:
    """Why rows of a change were refused: a sentence for each cause, with its count."""
    found = {action.key: action for action in actions_for(resource, change.created_by)}
    action, foreign = found.get(change.action), change.refused - change.held
    said = [action.held(change.held)] if change.held and action and action.held else []
    if foreign:
        more = ngettext(
            "%(n)d was refused: it is not yours to change.",
            "%(n)d were refused: they are not yours to change.",
            foreign,
        )
        said.append(more % {"n": foreign})
    return said


def _has_owner_choice(action: BulkAction, resource: Resource) -> bool:
    """Not where an owner may have one such record only, as with targets."""
    if action.key != "owner":
        return True
    unique = (c for c in resource.model._meta.constraints if isinstance(c, UniqueConstraint))
    one_each = any("owner" in constraint.fields for constraint in unique)
    return "owner" in resource.form.base_fields and not one_each


def editable(resource: Resource, user: Any) -> Any:
    return resource.model.objects.editable_by(user)


def trashable(resource: Resource, user: Any) -> Any:
    return resource.model.objects.trashable_by(user)


class OwnerForm(BulkForm):
    owner: Any = forms.ModelChoiceField(
        label=_("New owner"), queryset=None, empty_label=_("Choose…")
    )

    def set_choices(self) -> None:
        found = colleagues(self.user).order_by("full_name", "username")
        field: Any = self.fields["owner"]
        field.queryset = found


def _stamp() -> dict[str, Any]:
    return {"version": F("version") + 1, "updated_at": timezone.now()}


def give(chunk: Chunk, ids: Sequence[int]) -> Before:
    """Give records to a new owner."""
    owner = chunk.params["owner"]
    rows = chunk.locked(ids).exclude(owner=owner).values_list("pk", "owner")
    before: Before = {pk: {"owner": was} for pk, was in rows}
    chunk.resource.model._default_manager.filter(pk__in=before).update(owner=owner, **_stamp())
    return before


def give_back(chunk: Chunk, before: Before) -> int:
    """Give them back, unless somebody has given them on meanwhile."""
    records = chunk.locked(list(before)).filter(owner=chunk.params["owner"])
    still = set(records.values_list("pk", flat=True))
    owners: dict[int | None, list[int]] = {}
    for pk in still:
        owners.setdefault(before[pk]["owner"], []).append(pk)
    for owner, pks in owners.items():
        chunk.resource.model._default_manager.filter(pk__in=pks).update(owner=owner, **_stamp())
    return len(still)


def discard(chunk: Chunk, ids: Sequence[int]) -> Before:
    """Put records into the trash."""
    pks = list(chunk.locked(ids).filter(trashed_at__isnull=True).values_list("pk", flat=True))
    chunk.resource.model._default_manager.filter(pk__in=pks).update(
        trashed_at=timezone.now(), trashed_by=chunk.actor, **_stamp()
    )
    return {pk: {} for pk in pks}


def take_out(chunk: Chunk, before: Before) -> int:
    """Restore them, one by one: a place may have been taken meanwhile."""
    records = chunk.locked(list(before)).filter(trashed_by=chunk.actor)
    restored = 0
    for pk in list(records.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                chunk.resource.restore(pk=pk, actor=chunk.actor)
        except (IntegrityError, RefusedError):
            continue
        restored += 1
    return restored


bulk_actions += [
    BulkAction("owner", _("Change owner"), "user-share", KEEPERS, give, give_back, editable,
               form=OwnerForm),
    BulkAction("trash", _("Delete"), "trash", SELLERS, discard, take_out, trashable, danger=True),
]  # fmt: skip
