"""How the entries of a timeline look. In Python: a template per entry costs more than its query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import Truncator

from crm.common import formats
from crm.common.columns import since
from crm.common.markup import filled, joined
from crm.common.templatetags.ui import icon

LONGEST_BODY = 400


def entries_html(entries: Iterable[dict[str, Any]]) -> SafeString:
    """List items for entries of {icon, when, who, title, body, url, tone, badge, badge_tone}."""
    by = formats.reader()
    return joined(_entry(entry, by) for entry in entries)


def _entry(entry: dict[str, Any], by: formats.Reader) -> SafeString:
    return filled(
        '<li class="timeline-entry"><span class="timeline-icon bg-{}-lt">{}</span>'
        '<div class="timeline-card"><div class="timeline-head"><span class="timeline-title">{}{}'
        '</span><span class="timeline-when">{}{}</span></div>{}</div></li>',
        entry.get("tone") or "secondary", icon(entry["icon"]), _title(entry), _badge(entry),
        f"{entry['who']} · " if entry.get("who") else "", since(entry["when"], by), _body(entry),
    )  # fmt: skip


def _title(entry: dict[str, Any]) -> SafeString | str:
    if not entry.get("url"):
        return str(entry["title"])
    return filled('<a href="{}">{}</a>', entry["url"], entry["title"])


def _badge(entry: dict[str, Any]) -> SafeString | str:
    if not entry.get("badge"):
        return ""
    tone = entry.get("badge_tone") or "secondary"
    return filled(' <span class="badge bg-{}-lt">{}</span>', tone, entry["badge"])


def _body(entry: dict[str, Any]) -> SafeString | str:
    if not entry.get("body"):
        return ""
    body = Truncator(str(entry["body"])).chars(LONGEST_BODY)
    return filled('<p class="timeline-body pre-line">{}</p>', body)
