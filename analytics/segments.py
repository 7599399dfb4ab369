"""Clusters become segments that stand on the customers."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from django.utils import timezone

from customers.models import Customer, Segment
from customers.services import SegmentLabel, segments_fill, segments_show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analytics.methods.cluster_profiles import Profile
    from analytics.methods.clustering import ClusterResult
    from analytics.models import Run


class Work(Protocol):
    """What writing segments needs of whoever runs it; a ``JobContext`` is one."""

    @property
    def checkpoint(self) -> dict[str, Any]: ...
    def set_checkpoint(self, value: dict[str, Any]) -> None: ...
    def guard(self) -> AbstractContextManager[None]: ...


# (name, English name), by how a group stands among all customers (shares below its median).
LOYAL = ("高价值稳定", "High value, loyal")
GROWING = ("成长型", "Growing")
NEW = ("新客", "New")
DORMANT = ("沉睡", "Dormant")
SMALL = ("低频小额", "Occasional, small")
_HIGH, _LOW = 0.65, 0.35


def segment_names(profiles: list[Profile]) -> dict[int, tuple[str, str]]:
    """Names in both languages by label, from how each group stands among all customers.

    Long without an order is dormant; of the others, much money is loyal and the youngest group
    is new; what is left grows, or buys little. A second group of a name gets a number.
    """
    awake = [p for p in profiles if p.radar.get("recency", 0.5) < _HIGH]
    others = [p for p in awake if p.radar.get("monetary", 0.5) < _HIGH]
    youngest = min(others, key=lambda p: p.radar.get("tenure", 0.5), default=None)
    names: dict[int, tuple[str, str]] = {}
    used: Counter[tuple[str, str]] = Counter()
    for profile in profiles:
        base = _name(profile, awake, others, youngest)
        used[base] += 1
        number = f" {used[base]}" if used[base] > 1 else ""
        names[profile.label] = (base[0] + number, base[1] + number)
    return names


def _name(
    profile: Profile, awake: list[Profile], others: list[Profile], youngest: Profile | None
) -> tuple[str, str]:
    if profile not in awake:
        return DORMANT
    if profile not in others:
        return LOYAL
    tenure, money = profile.radar.get("tenure", 0.5), profile.radar.get("monetary", 0.5)
    if profile is youngest and tenure < 0.5:
        return NEW
    return SMALL if money <= _LOW else GROWING


def segment_labels(
    *, run: Run, customers: NDArray[Any], found: ClusterResult
) -> list[SegmentLabel]:
    """The clusters as segments to be written."""
    groups = [profile for profile in found.profiles if profile.label >= 0]
    names = segment_names(groups)
    return [
        SegmentLabel(
            key=profile.label,
            name=names[profile.label][0],
            name_en=names[profile.label][1],
            definition={"run": run.pk, "medians": profile.medians},
            customers=[int(pk) for pk in customers[found.labels == profile.label]],
        )
        for profile in groups
    ]


def segments_move(*, run: Run, labels: list[SegmentLabel], work: Work) -> None:
    """Write each customer's segment, in parts, and what that changes into the run's result."""
    if "drift" not in work.checkpoint:  # of a second attempt some customers have moved already
        with work.guard():
            work.set_checkpoint({"drift": _drift(run, labels)})
    run.result["drift"] = work.checkpoint["drift"]
    segments_fill(team_id=run.team_id, labels=labels, guard=work.guard)


def segments_store(*, run: Run, labels: list[SegmentLabel]) -> None:
    """Write the segments' names and sizes, in the transaction that ends the run."""
    segments_show(team_id=run.team_id, labels=labels, built_at=timezone.now())
    run.result["segments"] = [
        {"label": entry.key, "name": entry.name, "name_en": entry.name_en} for entry in labels
    ]
    run.save(update_fields=["result"])


NOWHERE = -1


def _drift(run: Run, labels: list[SegmentLabel]) -> dict[str, Any] | None:
    """Who moved since the segments were last written: numbers of customers by (from, to).

    ``NOWHERE`` stands for no segment. Segments are told by their keys, which they keep between
    runs. None when there were none before.
    """
    segments = Segment.objects.filter(origin=Segment.Origin.CLUSTER, team=run.team_id, active=True)
    before = {one.pk: one for one in segments}
    if not before:
        return None
    rows = Customer.objects.filter(segment__in=before).values_list("pk", "segment")
    was = {pk: before[segment].key for pk, segment in rows.iterator(chunk_size=20_000)}
    # Customers of teams that are segmented by themselves are not this run's to move.
    others = segments.model.objects.filter(origin=Segment.Origin.CLUSTER, active=True)
    elsewhere = Customer.objects.filter(segment__in=others.exclude(pk__in=before))
    theirs = set(elsewhere.values_list("pk", flat=True)) if run.team_id is None else set()
    now = {pk: label.key for label in labels for pk in label.customers if pk not in theirs}
    flows = Counter((was.get(pk, NOWHERE), now.get(pk, NOWHERE)) for pk in was.keys() | now.keys())
    moved = sum(n for (old, new), n in flows.items() if old != new and NOWHERE not in (old, new))
    built = max((one.built_at for one in before.values() if one.built_at), default=None)
    told = next((one.definition.get("run") for one in before.values()), None)
    return {
        "run": told,
        "since": built.isoformat() if built else None,
        "moved": moved,
        "stayed": sum(n for (old, new), n in flows.items() if old == new),
        "flows": sorted([old, new, n] for (old, new), n in flows.items()),
        "names": {str(one.key): [one.name, one.name_en] for one in before.values()},
    }
