"""Clusters become segments that stand on the customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from customers.services import SegmentLabel, segments_write

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analytics.methods.cluster_profiles import Profile
    from analytics.methods.clustering import ClusterResult
    from analytics.models import Run

# (name, English name), by how a group stands among all customers (shares below its median).
LOYAL = ("高价值稳定", "High value, loyal")
GROWING = ("成长型", "Growing")
NEW = ("新客", "New")
DORMANT = ("沉睡", "Dormant")
SMALL = ("低频小额", "Occasional, small")
_HIGH, _LOW = 0.65, 0.35


def segment_name(profile: Profile) -> tuple[str, str]:
    """Name a group in both languages by its recency, money and tenure among all customers."""
    recency, money = profile.radar.get("recency", 0.5), profile.radar.get("monetary", 0.5)
    tenure = profile.radar.get("tenure", 0.5)
    if recency >= _HIGH:
        return DORMANT
    if tenure <= _LOW:
        return NEW
    if money >= _HIGH:
        return LOYAL
    return SMALL if money <= _LOW else GROWING


def segment_names(profiles: list[Profile]) -> dict[int, tuple[str, str]]:
    """Names by label; a second group of the same name gets a number."""
    names: dict[int, tuple[str, str]] = {}
    for profile in profiles:
        base = segment_name(profile)
        same = sum(name[0].split(" ")[0] == base[0] for name in names.values())
        number = f" {same + 1}" if same else ""
        names[profile.label] = (base[0] + number, base[1] + number)
    return names


def segments_store(*, run: Run, customers: NDArray[Any], found: ClusterResult) -> None:
    """Write each customer's segment, and the segments' names and sizes."""
    groups = [profile for profile in found.profiles if profile.label >= 0]
    names = segment_names(groups)
    labels = [
        SegmentLabel(
            key=profile.label,
            name=names[profile.label][0],
            name_en=names[profile.label][1],
            definition={"run": run.pk, "medians": profile.medians},
            customers=[int(pk) for pk in customers[found.labels == profile.label]],
        )
        for profile in groups
    ]
    segments_write(team_id=run.team_id, labels=labels, built_at=timezone.now())
    run.result["segments"] = [
        {"label": entry.key, "name": entry.name, "name_en": entry.name_en} for entry in labels
    ]
    run.save(update_fields=["result"])
