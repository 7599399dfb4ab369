"""Groups get the names that a manager would give them."""

from contextlib import AbstractContextManager

import pytest

from analytics.methods.cluster_profiles import Profile
from analytics.models import Run
from analytics.segments import segment_names, segments_move, segments_store
from crm.jobs.direct import DirectWork
from customers import services
from customers.services import SegmentLabel
from tests.factories.customers import CustomerFactory


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


class Breaking(DirectWork):
    """Breaks after ``left`` blocks."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def guard(self) -> AbstractContextManager[None]:
        self.left -= 1
        if self.left < 0:
            raise TimeoutError
        return super().guard()


@pytest.mark.django_db
def test_it_tells_after_an_interruption_who_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_LABELS_AT_ONCE", 1)
    first, second, third = (CustomerFactory().pk for _customer in range(3))

    def labels(*groups: list[int]) -> list[SegmentLabel]:
        return [
            SegmentLabel(key=key, name="", name_en="", definition={}, customers=group)
            for key, group in enumerate(groups)
        ]

    run = Run.objects.create(method="cluster", seed=7)
    before, after = labels([first, second], [third]), labels([], [first, second, third])
    segments_move(run=run, labels=before, work=DirectWork())
    segments_store(run=run, labels=before)
    work = Breaking(left=3)  # what moves, the segments, and one of two customers
    with pytest.raises(TimeoutError):
        segments_move(run=run, labels=after, work=work)
    work.left = 100
    segments_move(run=run, labels=after, work=work)
    assert run.result["drift"]["flows"] == [[0, 1, 2], [1, 1, 1]]
