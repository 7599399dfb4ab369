"""The rows of the queue as HTML, joined here: fifty rows of templates are most of a page's time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.common.columns import badge
from crm.common.markup import joined, piece
from crm.common.templatetags.ui import icon

STEPS_FORM = "queue-steps"  # the page's one form; every step is a button of it


def queue_body(rows: Sequence[Any]) -> SafeString:
    """Rows dressed by ``service.selectors.dress_all``, each a ``<tr>``."""
    heads = [
        f'<td class="{css}" data-label="{escape(label)}">'
        for css, label in (
            ("cell-main", _("Request")),
            ("text-nowrap", _("Priority")),
            ("", _("Customer")),
            ("", pgettext("request", "Category")),
            ("text-nowrap", _("Status")),
            ("", _("Handled by")),
            ("", _("SLA")),
        )
    ]
    return joined(_row(row, heads) for row in rows)


def _row(row: Any, heads: Sequence[str]) -> str:
    url = row.get_absolute_url()
    cells = (
        f'<a class="fw-medium" href="{url}"><span class="text-secondary num">{row.number}</span>'
        f" {piece(row.subject)}</a>{''.join(map(_mark, row.badges))}",
        badge(row, "priority"),
        _asker(row),
        piece(row.category or ""),
        badge(row, "status"),
        piece(row.owner or ""),
        row.clock.html,
    )
    shown = "".join(f"{head}{cell}</td>" for head, cell in zip(heads, cells, strict=True))
    return f'<tr id="request-{row.pk}" data-href="{url}">{shown}{_steps(row)}</tr>\n'


def _mark(mark: Any) -> str:
    return (
        f' <span class="badge bg-{mark["tone"]}-lt" title="{piece(mark["title"])}">'
        f"{icon(mark['icon'], 'icon-inline')}{piece(mark['label'])}</span>"
    )


def _asker(row: Any) -> str:
    if row.customer is None:
        return piece(row.requester)
    return f'<a href="{row.customer.get_absolute_url()}">{piece(row.customer)}</a>'


def _steps(row: Any) -> str:
    """The one-click buttons; the answer swaps the row."""
    buttons = "".join(
        f'<button type="submit" form="{STEPS_FORM}" id="step-{row.pk}-{number}"'
        f' class="btn btn-sm{" btn-primary" if number == 1 else ""}" formaction="{step["url"]}"'
        f' hx-post="{step["url"]}" aria-label="{piece(step["label"])}: {row.number}">'
        f"{icon(step['icon'])}{piece(step['label'])}</button>"
        for number, step in enumerate(row.steps, 1)
    )
    return (
        '<td class="cell-wide" hx-target="closest tr" hx-swap="outerHTML">'
        f'<div class="btn-list flex-sm-nowrap">{buttons}</div></td>'
    )
