"""Dashboards by mail: one turn for one recipient, with the figures that they may see."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.boards.models import Board
from analytics.boards.printing import look_of, pdf_html, shown_cards
from analytics.boards.shown import Shown
from crm.common.errors import RefusedError
from crm.common.pdf import PdfImpossibleError, render_pdf
from crm.mail.services import Attachment, Letter
from crm.records.resources import EVERYONE
from crm.records.views.lists import TYPES
from sales.mailables import Mailable, mailables
from sales.models import ReportDelivery, ReportSchedule
from sales.reports.delivery import Prepared

MOST_ROWS, MOST_COLUMNS = 5, 6  # of a card, in the mail itself
State = ReportDelivery.State
Format = ReportSchedule.Format


def prepare(schedule: ReportSchedule, user: Any, key: str) -> Prepared:
    """The letter with the recipient's figures, or the reason why there is none."""
    board: Board = schedule.subject
    try:
        look = look_of(user, board.query, _day(key))
    except RefusedError as refusal:
        return Prepared(State.REFUSED, refusal.message)
    shown = shown_cards(board, look)
    if not shown:
        return Prepared(State.REFUSED, _("No card of this dashboard is for your role."))
    if schedule.skip_empty and all(one.is_empty for one in shown):
        return Prepared(State.SKIPPED, _("There was nothing to report."))
    files, note = _files(schedule, board, pdf_html(board, look, shown))
    context = {
        "board": board, "look": look, "user": user, "note": note, "language": user.language,
        "figures": [one for one in shown if one.kind == "metric"],
        "tables": [_table(one) for one in shown if one.kind != "metric"],
        "url": f"{settings.BASE_URL}{board.get_absolute_url()}",
        "stop_url": f"{settings.BASE_URL}{schedule.mail_url}",
    }  # fmt: skip
    letter = Letter.rendered("board", context)
    return Prepared(State.MAILED, rows=len(shown), letter=letter, files=files)


def _day(key: str) -> date:
    """The recipient's day on which the turn fell due: what “yesterday” counts from."""
    return timezone.localdate() if key.startswith("now") else date.fromisoformat(key)


def _files(
    schedule: ReportSchedule, board: Board, html: str
) -> tuple[tuple[Attachment, ...], str]:  # fmt: skip
    """The attached PDF; without one a word of why, where none can be made."""
    if schedule.format != Format.PDF:
        return (), ""
    try:
        content = render_pdf(html)
    except PdfImpossibleError as problem:
        return (), problem.message
    return (Attachment(f"{board.name}.pdf", TYPES[Format.PDF], content),), ""


def _table(shown: Shown) -> dict[str, Any]:
    """A card's first rows as text; of what goes over time the last ones."""
    chart = shown.chart
    columns, cells = (chart.columns, chart.cells) if chart else (shown.columns, shown.cells)
    over_time = chart is not None and "x" in chart.spec
    rows = list(cells)[-MOST_ROWS:] if over_time else list(cells)[:MOST_ROWS]
    plain = [["" if cell is None else strip_tags(str(cell)) for cell in row[:MOST_COLUMNS]]
             for row in rows]  # fmt: skip
    return {"shown": shown, "columns": list(columns)[:MOST_COLUMNS], "rows": plain}


mailables["board"] = Mailable(
    "board", Board, EVERYONE, "analytics:board_mail", gettext_lazy("Mail the dashboard"),
    (Format.PDF, Format.NONE), prepare,
)  # fmt: skip
