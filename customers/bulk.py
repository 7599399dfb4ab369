"""What can be done with many customers at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.records.bulk import Before, BulkAction, BulkForm, Chunk, OwnerForm, bulk_actions, editable
from crm.records.resources import KEEPERS, SELLERS
from customers.models import Customer, Tag
from customers.ownership import customers_give, customers_give_back
from customers.quality.tidying import tidy, untidy

KIND = frozenset({"customers.customer"})
Part: Any = Customer.tags.through


def give(chunk: Chunk, ids: Sequence[int]) -> Before:
    owner = get_user_model()._default_manager.get(pk=chunk.params["owner"])
    team = getattr(owner, "team_id", None)
    return customers_give(chunk.locked(ids), owner_id=owner.pk, team_id=team)


def give_back(chunk: Chunk, before: Before) -> int:
    return customers_give_back(chunk.locked(list(before)), before)


class TagForm(BulkForm):
    tag = forms.ModelChoiceField(
        label=_("Tag"), queryset=Tag.objects.all(), empty_label=_("Choose…")
    )


def tag(chunk: Chunk, ids: Sequence[int]) -> Before:
    """Put a tag on customers that have it not."""
    tag_id = chunk.params["tag"]
    kept = list(chunk.locked(ids).values_list("pk", flat=True))
    have = set(
        Part.objects.filter(tag=tag_id, customer__in=kept).values_list("customer", flat=True)
    )
    new = [pk for pk in kept if pk not in have]
    Part.objects.bulk_create(
        [Part(customer_id=pk, tag_id=tag_id) for pk in new], ignore_conflicts=True
    )
    return {pk: {} for pk in new}


def untag(chunk: Chunk, ids: Sequence[int]) -> Before:
    """Take a tag off customers that have it."""
    kept = chunk.locked(ids).values_list("pk", flat=True)
    parts = Part.objects.filter(tag=chunk.params["tag"], customer__in=list(kept))
    had = list(parts.values_list("customer", flat=True))
    parts.delete()
    return {pk: {} for pk in had}


class LifecycleForm(BulkForm):
    lifecycle = forms.ChoiceField(label=_("Lifecycle"), choices=Customer.Lifecycle.choices)


def set_lifecycle(chunk: Chunk, ids: Sequence[int]) -> Before:
    lifecycle = chunk.params["lifecycle"]
    rows = chunk.locked(ids).exclude(lifecycle=lifecycle).values_list("pk", "lifecycle")
    before: Before = {pk: {"lifecycle": was} for pk, was in rows}
    Customer.objects.filter(pk__in=before).update(lifecycle=lifecycle, **_stamp())
    return before


def reset_lifecycle(chunk: Chunk, before: Before) -> int:
    """Unless somebody has chosen another one meanwhile."""
    rows = chunk.locked(list(before)).filter(lifecycle=chunk.params["lifecycle"])
    by_value: dict[str, list[int]] = {}
    for pk in rows.values_list("pk", flat=True):
        by_value.setdefault(before[pk]["lifecycle"], []).append(pk)
    for lifecycle, pks in by_value.items():
        Customer.objects.filter(pk__in=pks).update(lifecycle=lifecycle, **_stamp())
    return sum(map(len, by_value.values()))


def _stamp() -> dict[str, Any]:
    return {"version": F("version") + 1, "updated_at": timezone.now()}


bulk_actions += [
    BulkAction("owner", _("Change owner"), "user-share", KEEPERS, give, give_back, editable,
               form=OwnerForm, kinds=KIND),
    BulkAction("tag", _("Add a tag"), "tag", SELLERS, tag,
               lambda chunk, before: len(untag(chunk, list(before))), editable,
               form=TagForm, kinds=KIND),
    BulkAction("untag", _("Remove a tag"), "tag-off", SELLERS, untag,
               lambda chunk, before: len(tag(chunk, list(before))), editable,
               form=TagForm, kinds=KIND),
    BulkAction("lifecycle", _("Set the lifecycle"), "refresh", SELLERS, set_lifecycle,
               reset_lifecycle, editable, form=LifecycleForm, kinds=KIND),
    BulkAction("tidy", _("Tidy names, phones, e-mails and regions"), "wand", SELLERS, tidy, untidy,
               editable, kinds=KIND),
]  # fmt: skip
