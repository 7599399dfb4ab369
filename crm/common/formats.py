"""Numbers, money and time as the reader's language writes them (Babel; Django's intcomma is
wrong under zh-hans)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, numbers
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

Number = int | float | Decimal


@lru_cache(maxsize=4)
def _locale(language: str) -> Locale:
    return Locale.parse("zh_Hans_CN" if language.startswith("zh") else "en_GB")


def locale() -> Locale:
    return _locale(get_language() or "zh-hans")


def is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


@dataclass(frozen=True)
class Reader:
    """The language and the moment, in the zone, of who is told: asked once where much is told."""

    language: str | None
    now: datetime


def reader(now: datetime | None = None) -> Reader:
    return Reader(get_language(), timezone.localtime(now))


def number(value: Number, digits: int = 0, where: Locale | None = None) -> str:
    return _decimal(Decimal(str(value)), digits, where or locale())


@lru_cache(maxsize=4096)
def _decimal(value: Decimal, digits: int, where: Locale) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(numbers.format_decimal(value, pattern, locale=where))


def percent(share: Number, digits: int = 0) -> str:
    """0.273 → 27 %."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return str(numbers.format_percent(Decimal(str(share)), pattern, locale=locale()))


def signed_percent(share: float) -> str:
    """−0.27 → −27 %."""
    return f"{share:+.0%}".replace("-", "−")


def money(amount: Number, currency: str, where: Locale | None = None) -> str:
    """¥416,000 or €12.50: cents appear where there are any."""
    value = Decimal(str(amount))
    digits = 0 if value == value.to_integral_value() else 2
    return _money(value, currency, digits, where or locale())


def price(amount: Decimal, currency: str) -> str:
    """As money, with all the decimals of a unit price: ¥0.0525."""
    decimals = -int(amount.normalize().as_tuple().exponent)
    return _money(amount, currency, max(decimals, 2) if decimals > 0 else 0, locale())


@lru_cache(maxsize=4096)
def _money(value: Decimal, currency: str, digits: int, where: Locale) -> str:
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    return str(
        numbers.format_currency(value, currency, pattern, locale=where, currency_digits=False)
    )


def symbol(currency: str) -> str:
    """What stands with figures in charts, as with money elsewhere: ¥ / CN¥, €, US$."""
    return str(numbers.get_currency_symbol(currency, locale=locale()))


def figure(value: Number) -> str:
    """As many decimals as tell something: 12,346; 12.3; 6.8; 0.235."""
    size = abs(Decimal(str(value)))
    if size >= 1000 or value == int(value):
        return number(value)
    return number(value, 3 if size < 1 else 1)


def exact(value: Decimal, least: int = 0) -> str:
    """All decimals that a stored number has, and at least so many: 12.50, 0.0125, 3."""
    exponent = value.normalize().as_tuple().exponent
    return number(value, max(least, -int(exponent)))


def written(value: str) -> str:
    """A stored value: a number as the language writes it, words as they are."""
    try:
        found = Decimal(value)
    except InvalidOperation:
        return value
    if not found.is_finite():
        return value
    return exact(round(found, 3)) if abs(found) < 1 else figure(found)


def labelled(label: object, value: object) -> str:
    """负责人：孙悦 / Owner: Sun Yue."""
    return f"{label}：{value}" if is_chinese() else f"{label}: {value}"


def listed(names: Iterable[object]) -> str:
    """华东、华北 / East, North."""
    return ("、" if is_chinese() else ", ").join(map(str, names))


def short_money(amount: Number, currency: str) -> str:
    """¥186 万, ¥4.86M: for narrow places."""
    value = Decimal(str(amount))
    steps: list[tuple[Decimal, str]] = (
        [(Decimal(10) ** 8, " 亿"), (Decimal(10) ** 4, " 万")]
        if is_chinese()
        else [(Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K")]
    )
    for size, unit in steps:
        if abs(value) >= size:
            scaled = value / size
            fine = 0 if abs(scaled) >= 100 else 2 if unit == " 亿" and abs(scaled) < 10 else 1
            scaled = round(scaled, fine)
            digits = next(n for n in range(3) if scaled == round(scaled, n))
            return _money(scaled, currency, digits, locale()) + unit
    return _money(round(value), currency, 0, locale())


def day(value: date | datetime | None) -> str:
    """2025年3月12日 / 12 Mar 2025, in the reader's zone."""
    if value is None:
        return ""
    return _day(timezone.localtime(value) if isinstance(value, datetime) else value)


def _day(local: date) -> str:
    return _written(local.year, local.month, local.day, get_language())


@lru_cache(maxsize=8192)
def _written(year: int, month: int, day: int, _language: str | None) -> str:
    local = date(year, month, day)
    if is_chinese():
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day} {_month(local.month)} {local.year}"


def month(value: date) -> str:
    """2025年3月 / Mar 2025."""
    if is_chinese():
        return f"{value.year}年{value.month}月"
    return f"{_month(value.month)} {value.year}"


def month_name(number: int) -> str:
    """3月 / Mar: for places that name the year."""
    return f"{number}月" if is_chinese() else _month(number)


def moment(value: datetime | None) -> str:
    """The day and the time of day."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{_day(local)} {_clock(local)}"


def clock(value: datetime) -> str:
    return _clock(timezone.localtime(value))


def _clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


@lru_cache(maxsize=32)
def _month_name(month: int, where: Locale) -> str:
    return str(where.months["format"]["abbreviated"][month])


def _month(month: int) -> str:
    return _month_name(month, locale())


def since(value: datetime | date | None, now: datetime | None = None) -> str:
    """How long ago or until: “35 days ago”, “in 6 days”, “today 15:30”."""
    if value is None:
        return ""
    now = timezone.localtime(now)
    if not isinstance(value, datetime):
        return _days((value - now.date()).days)
    return _since(value.astimezone(now.tzinfo), now, get_language())


def moment_and_since(value: datetime, by: Reader) -> tuple[str, str]:
    """``moment`` and ``since``."""
    local = value.astimezone(by.now.tzinfo)
    exact = f"{_written(local.year, local.month, local.day, by.language)} {_clock(local)}"
    return exact, _since(local, by.now, by.language)


def _since(local: datetime, now: datetime, language: str | None) -> str:
    days = (local.date() - now.date()).days
    if days == 0:
        minutes = int((now - local).total_seconds() // 60)
        if minutes == 0:
            return _("just now")
        if 0 < minutes < 60:
            return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
        return _("today %(time)s") % {"time": _clock(local)}
    return _days_away(days, language)


def _days(days: int) -> str:
    return _days_away(days, get_language())


@lru_cache(maxsize=8192)
def _days_away(days: int, _language: str | None) -> str:
    if days == 0:
        return _("today")
    if days == -1:
        return _("yesterday")
    if days == 1:
        return _("tomorrow")
    if days < 0:
        return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}
    return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}


def duration(seconds: Number | None) -> str:
    """“18 min”, “3 h 20 min”, “2 d 4 h”."""
    if seconds is None:
        return ""
    minutes = int(seconds // 60)
    if minutes < 60:
        return _("%(m)d min") % {"m": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes}
    days, hours = divmod(hours, 24)
    return _("%(d)d d %(h)d h") % {"d": days, "h": hours}
