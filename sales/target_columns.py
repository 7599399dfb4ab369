"""Columns of the list of targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from crm.common import formats
from crm.common.columns import Column
from sales import measures
from sales.selectors import attainment


@dataclass(frozen=True)
class PeriodColumn(Column):
    """A target's days, both ends included; files hold the first one."""

    def render(self, record: Any) -> SafeString:
        last = record.ends_on - timedelta(days=1)
        return format_html(
            '<a href="{}" class="fw-medium" data-row-link>{} – {}</a>',
            record.get_absolute_url(), formats.day(record.starts_on), formats.day(last),
        )  # fmt: skip


@dataclass(frozen=True)
class WhoseColumn(Column):
    """Whose target it is; a team's own is everybody's."""

    def render(self, record: Any) -> str:
        return super().render(record) or gettext("The whole team")


@dataclass(frozen=True)
class AttainmentColumn(Column):
    """Sold against planned, as a bar with its figure."""

    def render(self, record: Any) -> SafeString | str:
        if not hasattr(record, "achieved"):
            return ""
        reached = attainment(record, measures.company_today())
        text = formats.percent(reached.share)
        return format_html(
            '<span class="progress-line{}"><progress value="{}" max="100" aria-label="{}">'
            '</progress><span class="num">{}</span></span>',
            " tone-green" if reached.on_pace else " tone-orange",
            min(round(reached.share * 100), 100), text, text,
        )  # fmt: skip
