"""Presentation for templates: formats, badges, icons. Loaded in every template."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.common import columns, formats
from crm.common.markup import joined, piece

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """One icon of the sprite; decoration unless it has a label."""
    sprite = static("build/icons.svg")
    if label:
        return format_html(
            '<svg class="icon {}" width="20" height="20" role="img" aria-label="{}">'
            '<use href="{}#{}"></use></svg>',
            css, label, sprite, name,
        )  # fmt: skip
    return format_html(
        '<svg class="icon {}" width="20" height="20" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        css, sprite, name,
    )  # fmt: skip


@register.filter
def money(amount: Decimal | float | None, currency: str = "CNY") -> str:
    return "" if amount is None else formats.money(amount, currency)


@register.filter
def price(amount: Decimal, currency: str) -> str:
    return formats.price(amount, currency)


@register.filter
def whole_money(amount: Decimal | float | None, currency: str = "CNY") -> str:
    """Without cents: for tables of many amounts."""
    return "" if amount is None else formats.money(round(amount), currency)


@register.filter
def short_money(amount: Decimal | float | None, currency: str = "CNY") -> str:
    return "" if amount is None else formats.short_money(amount, currency)


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    return "" if value is None else formats.number(value, digits)


@register.filter
def quantity(value: Decimal | None) -> str:
    """2.000 as “2”, 1.500 as “1.5”."""
    return "" if value is None else formats.exact(value)


@register.filter
def percent(share: float | None, digits: int = 0) -> str:
    """A share (0.27) in per cent."""
    return "" if share is None else formats.percent(share, digits)


@register.filter
def signed_percent(share: float) -> str:
    """A change (-0.27) in per cent, with its sign."""
    return formats.signed_percent(share)


@register.filter
def points(change: float) -> str:
    """A change of a share (-0.041) in points: −4.1."""
    return f"{100 * change:+.1f}".replace("-", "−")


@register.filter
def day(value: date | None) -> str:
    return formats.day(value)


@register.filter
def month(value: date) -> str:
    return formats.month(value)


@register.filter
def moment(value: datetime | None) -> str:
    return formats.moment(value)


@register.filter
def figure(value: Any) -> str:
    """A number with as many decimals as tell something; words as they are."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return formats.figure(value) if is_number else str(value)


@register.filter
def told(row: Sequence[Any]) -> str:
    """A row of a table as a line of a mail: its first cell names the others."""
    name, *others = row
    return formats.labelled(name, " · ".join(map(str, others)))


@register.filter
def labelled(label: Any, value: Any) -> str:
    return formats.labelled(label, value)


@register.filter
def since(value: datetime | date | None) -> str:
    return columns.since(value)


@register.filter
def due(value: datetime | date | None) -> str:
    return columns.due(value)


@register.filter
def duration(seconds: float | None) -> str:
    return formats.duration(seconds)


@register.filter
def phone(e164: str | None) -> str:
    return columns.phone(e164)


@register.filter
def initial(name: object) -> str:
    """The letter of an avatar."""
    return str(name)[:1].upper()


@register.filter
def table_rows(rows: Iterable[Iterable[Any]]) -> SafeString:
    """Rows of a table, the first cell their head; joined here, because charts have hundreds."""
    return joined(
        f'<tr><th scope="row">{piece(head)}</th>'
        + "".join(f"<td>{piece('' if cell is None else cell)}</td>" for cell in cells)
        + "</tr>"
        for head, *cells in rows
    )


@register.simple_tag
def badge(record: Any, field: str) -> str:
    """``{% badge request "status" %}``: the choice in its tone."""
    return columns.badge(record, field)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's address with some parameters changed; None takes one away."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            params.pop(name, None)
        else:
            params[name] = value
    return "?" + params.urlencode()


@register.filter
def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
