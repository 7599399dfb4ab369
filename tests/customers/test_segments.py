"""Segments are written in short parts, so that whoever saves a customer meanwhile need not wait."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from customers import services
from customers.models import Customer, Segment
from customers.services import SegmentLabel, segments_fill, segments_show
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def labels(monkeypatch: pytest.MonkeyPatch) -> list[SegmentLabel]:
    """Seven customers in two groups, to be written two at a time."""
    monkeypatch.setattr(services, "_LABELS_AT_ONCE", 2)
    made = [CustomerFactory().pk for _customer in range(7)]
    return [
        SegmentLabel(key=0, name="甲", name_en="A", definition={}, customers=made[:4]),
        SegmentLabel(key=1, name="乙", name_en="B", definition={}, customers=made[4:]),
    ]


def counted(sizes: list[int], most: int = 100) -> Callable[[], AbstractContextManager[None]]:
    """A guard that notes how many customers were moved in each part; it breaks after ``most``."""

    def moved() -> int:
        return Customer.objects.filter(segment__isnull=False).count()

    @contextmanager
    def guard() -> Iterator[None]:
        if len(sizes) == most:
            raise TimeoutError
        before = moved()
        with transaction.atomic():
            yield
        sizes.append(moved() - before)

    return guard


def in_segments() -> dict[str, int]:
    return {one.name_en: one.customers.count() for one in Segment.objects.filter(active=True)}


def test_it_writes_segments_in_parts_and_offers_them_at_the_end(labels: list[SegmentLabel]) -> None:
    sizes: list[int] = []
    segments_fill(team_id=None, labels=labels, guard=counted(sizes))
    assert sizes == [0, 2, 2, 2, 1]
    assert in_segments() == {}
    segments_show(team_id=None, labels=labels, built_at=timezone.now())
    assert in_segments() == {"A": 4, "B": 3}


def test_it_goes_on_where_it_was_interrupted(labels: list[SegmentLabel]) -> None:
    with pytest.raises(TimeoutError):
        segments_fill(team_id=None, labels=labels, guard=counted([], most=3))
    sizes: list[int] = []
    segments_fill(team_id=None, labels=labels, guard=counted(sizes))
    assert sum(sizes) == 3
    segments_show(team_id=None, labels=labels, built_at=timezone.now())
    assert in_segments() == {"A": 4, "B": 3}


def test_it_empties_and_hides_a_segment_that_is_gone(labels: list[SegmentLabel]) -> None:
    for kept in (labels, labels[:1]):
        segments_fill(team_id=None, labels=kept, guard=transaction.atomic)
        segments_show(team_id=None, labels=kept, built_at=timezone.now())
    assert in_segments() == {"A": 4}
    gone: Any = Segment.objects.get(key=1)
    assert (gone.size, gone.customers.count()) == (0, 0)
