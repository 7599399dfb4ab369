from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from crm.common import columns, formats


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("zh-hans", 416000, "CNY", "¥416,000"),
        ("en", 416000, "CNY", "CN¥416,000"),
        ("en", Decimal("12.5"), "EUR", "€12.50"),
        ("zh-hans", Decimal("-3.2"), "USD", "-US$3.20"),
    ],
)
def test_it_writes_money_as_the_language_does(
    language: str, amount: Decimal, currency: str, text: str
) -> None:
    with translation.override(language):
        assert formats.money(amount, currency) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.0525", "¥0.0525"), ("12.5000", "¥12.50"), ("100.0000", "¥100"), ("1E+3", "¥1,000")],
)
def test_it_writes_a_unit_price_whole(amount: str, text: str) -> None:
    with translation.override("zh-hans"):
        assert formats.price(Decimal(amount), "CNY") == text


@pytest.mark.parametrize(
    ("language", "amount", "text"),
    [
        ("zh-hans", 1_860_000, "¥186 万"),
        ("zh-hans", 48_600, "¥4.9 万"),
        ("zh-hans", 320_000_000, "¥3.2 亿"),
        ("zh-hans", 102_400_000, "¥1.02 亿"),
        ("en", 1_860_000, "CN¥1.9M"),
        ("en", 950, "CN¥950"),
    ],
)
def test_it_shortens_money(language: str, amount: int, text: str) -> None:
    with translation.override(language):
        assert formats.short_money(amount, "CNY") == text


@pytest.mark.parametrize(
    ("language", "label", "names"),
    [("zh-hans", "负责人：孙悦", "甲、乙"), ("en", "负责人: 孙悦", "甲, 乙")],
)
def test_it_punctuates_as_the_language_does(language: str, label: str, names: str) -> None:
    with translation.override(language):
        assert formats.labelled("负责人", "孙悦") == label
        assert formats.listed(["甲", "乙"]) == names


def test_it_shows_as_many_decimals_as_tell_something() -> None:
    with translation.override("en"):
        shown = [formats.figure(one) for one in (12345.67, 12.34, 6.802, 0.2345, 7.0)]
        words = [formats.written(one) for one in ("6.802", "0.3", "41", "科技", "nan")]
    assert shown == ["12,346", "12.3", "6.8", "0.234", "7"]
    assert words == ["6.8", "0.3", "41", "科技", "nan"]


def test_it_writes_days_in_both_languages() -> None:
    with translation.override("zh-hans"):
        assert formats.day(date(2025, 3, 12)) == "2025年3月12日"
    with translation.override("en"):
        assert formats.day(date(2025, 3, 12)) == "12 Mar 2025"


def test_it_tells_a_moment_and_its_distance_in_the_readers_zone() -> None:
    now = datetime(2026, 3, 18, 17, tzinfo=UTC)  # one o'clock at night in Shanghai
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        told = formats.moment_and_since(now - timedelta(hours=2), formats.reader(now))
        assert told == ("18 Mar 2026 23:00", "yesterday")
        assert told[1] == formats.since(now - timedelta(hours=2), now)


def test_it_marks_what_is_overdue() -> None:
    now = datetime(2026, 3, 18, 17, tzinfo=UTC)  # one o'clock at night of the 19th in Shanghai
    hour, today = timedelta(hours=1), date(2026, 3, 19)
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        by = formats.reader(now)
        late = [columns.due(one, by) for one in (now - hour, today - timedelta(days=1))]
        later = [columns.due(one, by) for one in (now + hour, today, today + timedelta(days=1))]
    assert all("data-overdue>Overdue: <time" in str(one) for one in late)
    assert not any("verdue" in str(one) for one in later)


def test_it_counts_days_in_the_readers_zone() -> None:
    now = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # 2 March, 01:00 in Shanghai
    with translation.override("en"), timezone.override("Asia/Shanghai"):
        assert formats.since(now - timedelta(hours=2), now) == "yesterday"
        assert formats.since(now - timedelta(seconds=40), now) == "just now"
        assert formats.since(now - timedelta(seconds=70), now) == "1 minute ago"
    with translation.override("en"), timezone.override("Europe/Berlin"):
        assert formats.since(now - timedelta(hours=2), now) == "today 16:00"
