"""Rows are read by a second connection while the first ones are worked on."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import DataError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from crm.common.reading_ahead import AHEAD, read_ahead
from customers.models import Tag

PATIENCE = 10  # seconds; what has not happened by then does not happen


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def names() -> Iterator[tuple[int, str]]:
    for name in Tag.objects.order_by("pk").values_list("name", flat=True).iterator():
        yield backend(), name


def test_it_reads_in_order_by_a_connection_of_its_own(transactional_db: None) -> None:
    Tag.objects.bulk_create([Tag(name=f"{n}") for n in range(30)])
    readers, read = zip(*read_ahead(names), strict=True)
    assert list(read) == [f"{n}" for n in range(30)]
    assert len(set(readers)) == 1
    assert backend() not in readers


def test_it_sees_what_its_transaction_wrote(transactional_db: None) -> None:
    with transaction.atomic():
        Tag.objects.create(name="mine")
        assert list(read_ahead(names)) == [(backend(), "mine")]


def test_it_reads_on_while_the_first_chunk_is_worked_on(transactional_db: None) -> None:
    second = threading.Event()

    def read() -> Iterator[int]:
        yield 1
        second.set()
        yield 2

    chunks = read_ahead(read)
    assert next(chunks) == 1
    assert second.wait(PATIENCE)
    assert list(chunks) == [2]


def test_it_hoards_nothing(transactional_db: None) -> None:
    taken, most = 0, 0

    def read() -> Iterator[int]:
        nonlocal most
        for count in range(1, 201):
            most = max(most, count - taken)
            yield count

    for count in read_ahead(read):
        taken = count
    assert (taken, most <= AHEAD + 1) == (200, True)


def test_it_raises_what_reading_raised(transactional_db: None) -> None:
    def read() -> Iterator[int]:
        yield 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    chunks = read_ahead(read)
    assert next(chunks) == 1
    with pytest.raises(DataError, match="division by zero"):
        next(chunks)


def test_it_ends_its_thread_and_connection_when_nobody_takes_on(transactional_db: None) -> None:
    before = threading.active_count()
    readers: list[int] = []

    def read() -> Iterator[int]:
        readers.append(backend())
        yield from range(10**9)

    chunks = read_ahead(read)
    assert next(chunks) == 0
    chunks.close()
    assert threading.active_count() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", readers)
        # What is closed may be still listed while it goes, but no longer in a transaction.
        assert all(not (state or "").startswith("idle in") for (state,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [("en", "Asia/Tokyo", "Customers Asia/Tokyo"), ("zh-hans", "Asia/Dili", "客户 Asia/Dili")],
)
def test_it_speaks_the_callers_language_at_its_time(
    transactional_db: None, language: str, zone: str, said: str
) -> None:
    def read() -> Iterator[str]:
        yield f"{gettext('Customers')} {timezone.get_current_timezone_name()}"

    with translation.override(language), timezone.override(zone):
        assert list(read_ahead(read)) == [said]
