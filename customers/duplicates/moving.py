"""What merging two records, customers or contacts, has in common: locks, rows, values, pairs."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from customers.duplicates.models import State
from customers.duplicates.relations import Relation, clashes, relation

# A row that may not stand beside the survivor's moves after this change; others stay behind.
EASED: dict[str, dict[str, Any]] = {"affiliation_one_primary": {"is_primary": False}}


def lock_both(model: type[Any], one: int, other: int) -> tuple[Any, Any]:
    """Both records, locked in the order of their ids, so that two merges never wait in a ring.

    None for one that is not there.
    """
    locked = model._default_manager.select_for_update(of=("self",)).filter(pk__in=[one, other])
    found = {record.pk: record for record in locked.order_by("pk")}
    return found.get(one), found.get(other)


def move(one: Relation, keep: Any, gone: Any) -> dict[str, Any] | None:
    """Move the rows of one relation; what the ledger needs to bring them back."""
    blocked = clashes(one, keep.pk, gone.pk)
    eased: dict[str, list[int]] = {}
    left: set[int] = set()
    for name, pks in blocked.items():
        if name in EASED:
            eased[name] = pks
        else:
            left |= set(pks)
    columns = ("pk", "team") if one.follows_team else ("pk",)
    rows = [row for row in one.rows(gone.pk).order_by("pk").values_list(*columns)
            if row[0] not in left]  # fmt: skip
    if not rows and not left:
        return None
    for name, pks in eased.items():
        one.model._base_manager.filter(pk__in=pks).exclude(pk__in=left).update(**EASED[name])
    change: dict[str, Any] = {one.field: keep.pk}
    if one.follows_team:
        change["team"] = keep.team_id
    one.model._base_manager.filter(pk__in=[row[0] for row in rows]).update(**change)
    teams: dict[str, list[Any]] = {}
    for row in rows:
        teams.setdefault(str(row[1]) if one.follows_team else "", []).append(row[0])
    return {
        "model": one.label, "field": one.field, "rows": teams, "eased": eased, "left": sorted(left)
    }  # fmt: skip


def move_back(moved: dict[str, Any], keep: Any, gone: Any) -> None:
    """Bring the rows of one entry of a ledger back, as far as they still hang on ``keep``."""
    one = relation(moved["model"], moved["field"], type(keep))
    if one is None:
        return
    for team, pks in moved["rows"].items():
        change: dict[str, Any] = {one.field: gone.pk}
        if one.follows_team:
            change["team"] = None if team == "None" else int(team)
        one.rows(keep.pk).filter(pk__in=pks).update(**change)
    for name, pks in moved["eased"].items():
        before = {field: not value for field, value in EASED[name].items()}
        one.rows(gone.pk).filter(pk__in=pks).update(**before)


def take_values(keep: Any, gone: Any, values: dict[str, Any], actor: Any) -> dict[str, Any]:
    """Write the survivor's new values and put the other one into the trash; for the ledger."""
    before = {name: getattr(keep, name) for name in values}
    lent = {}
    if values.get("external_id"):
        # Unique over all records, the trash included: the other one lends it.
        lent["external_id"], gone.external_id = gone.external_id, ""
    gone.trashed_at, gone.trashed_by = timezone.now(), actor
    gone.version += 1
    gone.save(update_fields=["external_id", "trashed_at", "trashed_by", "version"])
    for name, value in values.items():
        setattr(keep, name, value)
    keep.version += 1
    # The triggers have just written the sums of the moved rows: they must not be written over.
    keep.save(update_fields=[*values, "version"])
    return {"before": before, "after": values, "lent": lent}


def give_back_values(keep: Any, gone: Any, ledger: dict[str, Any]) -> list[str]:
    """The values before the merge, except those that somebody has edited since, and an external id
    that another record has now."""
    kept, restored = [], []
    for name, value in ledger["before"].items():
        if name == "external_id" and _is_taken(keep, gone, value):
            kept.append(name)
        elif getattr(keep, name) == ledger["after"][name]:
            setattr(keep, name, value)
            restored.append(name)
        elif getattr(keep, name) != value:
            kept.append(name)
    keep.version += 1
    keep.save(update_fields=[*restored, "version"])
    if "external_id" not in kept:
        for name, value in ledger["lent"].items():
            setattr(gone, name, value)
    gone.trashed_at = gone.trashed_by = None
    gone.version += 1
    gone.save(update_fields=[*ledger["lent"], "trashed_at", "trashed_by", "version"])
    return kept


def _is_taken(keep: Any, gone: Any, external_id: str) -> bool:
    others = type(keep)._default_manager.exclude(pk__in=[keep.pk, gone.pk])
    return bool(external_id) and others.filter(external_id=external_id).exists()


def settle_pairs(model: type[Any], keep: int, gone: int, actor: Any) -> dict[str, Any]:
    """The pair itself is merged; what resembled the other one now resembles the survivor."""
    settled: dict[str, Any] = {"merged": {}, "moved": {}}
    pairs = model._default_manager.filter(Q(first=gone) | Q(second=gone)).select_for_update()
    for pair in pairs.order_by("pk"):
        third = pair.second_id if pair.first_id == gone else pair.first_id
        first, second = sorted((keep, third))
        known = model._default_manager.filter(first=first, second=second).exists()
        if third == keep or known or pair.state != State.OPEN:
            settled["merged"][str(pair.pk)] = pair.state
            pair.state, pair.decided_by, pair.decided_at = State.MERGED, actor, timezone.now()
        else:
            settled["moved"][str(pair.pk)] = third
            pair.first_id, pair.second_id = first, second
        pair.save()
    return settled


def reopen_pairs(model: type[Any], settled: dict[str, Any], gone: int) -> None:
    """The pairs as they were before ``settle_pairs``."""
    for pk, third in settled["moved"].items():
        first, second = sorted((gone, third))
        pairs = model._default_manager.filter(pk=pk)
        if not model._default_manager.filter(first=first, second=second).exists():
            pairs.update(first=first, second=second)
    for pk, state in settled["merged"].items():
        decided = {} if state != State.OPEN else {"decided_by": None, "decided_at": None}
        model._default_manager.filter(pk=pk).update(state=state, **decided)
