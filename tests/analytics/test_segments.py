"""Groups get the names that a manager would give them."""

import pytest

from analytics.methods.cluster_profiles import Profile
from analytics.segments import segment_names


def group(label: int, *, recency: float, monetary: float, tenure: float) -> Profile:
    radar = {"recency": recency, "frequency": monetary, "monetary": monetary, "tenure": tenure}
    return Profile(label, 100, 0.25, "", {}, {}, (), radar)


def test_it_names_groups_by_how_they_stand() -> None:
    names = segment_names(
        [
            group(0, recency=0.3, monetary=0.85, tenure=0.8),
            group(1, recency=0.35, monetary=0.5, tenure=0.35),
            group(2, recency=0.4, monetary=0.15, tenure=0.1),
            group(3, recency=0.9, monetary=0.4, tenure=0.8),
        ]
    )
    assert [names[label][1] for label in range(4)] == [
        "High value, loyal", "Growing", "New", "Dormant",
    ]  # fmt: skip


@pytest.mark.parametrize("recency", [0.7, 0.9])
def test_it_numbers_a_second_group_of_the_same_name(recency: float) -> None:
    sleeping = [group(k, recency=recency, monetary=0.4, tenure=0.6) for k in range(2)]
    assert [name for name, _english in segment_names(sleeping).values()] == ["沉睡", "沉睡 2"]
