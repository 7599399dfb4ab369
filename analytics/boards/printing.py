"""A dashboard on paper: its cards with charts drawn on the server, as PDF by an export's job."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from analytics.boards import cards, looks
from analytics.boards.looks import Look
from analytics.boards.models import Board
from analytics.boards.paper import BARS, Picture, Shade, picture, shades
from analytics.boards.shown import Shown
from crm.common.errors import RefusedError
from crm.common.pdf import render_pdf
from crm.jobs.context import JobContext
from crm.jobs.services import job_enqueue
from crm.records.forms import problems
from crm.records.models import Export
from crm.records.permissions import may_export

KIND = "analytics.board"
JOB_KIND = "board_pdf"
MOST_ROWS = 15
MOST_HALF = 5  # columns that fit into half a page


@dataclass(frozen=True)
class Printed:
    """A card on paper: its picture, or bars (label, text, share of the largest), or rows."""

    shown: Shown
    picture: Picture | None = None
    shades: list[Shade] | None = None
    bars: list[tuple[Any, Any, float]] | None = None
    wide: bool = False

    @property
    def columns(self) -> list[str]:
        chart = self.shown.chart
        return list(chart.columns if chart else self.shown.columns)

    @property
    def rows(self) -> list[list[Any]]:
        chart = self.shown.chart
        return [list(row) for row in (chart.cells if chart else self.shown.cells)[:MOST_ROWS]]


def look_of(user: Any, text: str, today: Any = None) -> Look:
    """The look of a filter that was kept; RefusedError when it cannot be asked (any more)."""
    form, look = looks.read(user, QueryDict(text), today)
    if look is None:
        raise RefusedError(
            _("This filter does not work: %(reasons)s") % {"reasons": problems(form)}
        )
    return look


def shown_cards(board: Board, look: Look) -> list[Shown]:
    """The cards that are for the reader's role, in their order."""
    mine = [card for card in board.cards.alive() if cards.may_see(card, look.user)]
    return [cards.show(card, look) for card in mine]


def printed(shown: Shown) -> Printed:
    wide = shown.card.width >= 8
    if shown.chart is not None and not shown.is_empty:
        spec = shown.chart.spec
        if spec["type"] in BARS:
            return Printed(shown, bars=_bars(shown, spec), wide=wide)
        drawn = Printed(shown, picture(spec, wide=wide), shades(spec), wide=wide)
        if drawn.picture or drawn.shades:
            return drawn
    table = Printed(shown, wide=wide)
    return replace(table, wide=wide or len(table.columns) > MOST_HALF)


def _bars(shown: Shown, spec: dict[str, Any]) -> list[tuple[Any, Any, float]]:
    cells = shown.chart.cells if shown.chart else []
    values = [float(value or 0) for value in spec["values"]]
    largest = max((abs(value) for value in values), default=0) or 1
    return [
        (row[0], row[1], round(100 * max(value, 0) / largest, 1))
        for row, value in zip(cells, values, strict=False)
    ]


def pdf_file(board: Board, look: Look) -> bytes:
    """The dashboard on A4. Raises PdfImpossibleError."""
    return render_pdf(pdf_html(board, look, shown_cards(board, look)))


def pdf_html(board: Board, look: Look, shown: list[Shown]) -> str:
    language = translation.get_language() or settings.LANGUAGE_CODE
    context = {
        "board": board, "look": look, "cards": [printed(one) for one in shown],
        "language": language, "maker": look.user, "made_at": timezone.now(),
        "sender": settings.COMPANY_NAME or settings.BRAND.get(language, settings.BRAND["en"]),
        "base_currency": settings.BASE_CURRENCY,
    }  # fmt: skip
    return render_to_string("analytics/boards/pdf.html", context)


@transaction.atomic
def board_export(*, actor: Any, board: Board, text: str) -> Export:
    """Log the export and start the job that prints.

    Raises PermissionDenied: the actor's role takes nothing out, or does not see the dashboard.
    RefusedError: the filter does not work.
    """
    if not may_export(actor) or not Board.objects.visible_to(actor).filter(pk=board.pk).exists():
        raise PermissionDenied
    look = look_of(actor, text)
    export = Export.objects.create(
        kind=KIND, format=Export.Format.PDF, query=look.text, record_ids=[board.pk], rows=0,
        created_by=actor,
    )  # fmt: skip
    export.job = job_enqueue(
        kind=JOB_KIND, params={"export": export.pk}, actor=actor, title=board.name,
        url=reverse("records:export_detail", args=[export.pk]),
    )  # fmt: skip
    export.save(update_fields=["job"])
    return export


def board_print(job: JobContext) -> Export:
    """Make the PDF of an export with the rights that its maker has now."""
    export = Export.objects.select_related("created_by").get(pk=job.params["export"])
    seen = Board.objects.visible_to(export.created_by)
    board = seen.filter(pk__in=export.record_ids or []).first()
    if board is None:
        raise RefusedError(_("This dashboard is gone, or not shared with you any more."))
    job.progress(0, 2)
    look = look_of(export.created_by, export.query)
    shown = shown_cards(board, look)
    job.progress(1, 2)
    content = ContentFile(render_pdf(pdf_html(board, look, shown)))
    with job.guard():
        name = f"exports/{timezone.now():%Y/%m}/{uuid.uuid4().hex}.pdf"
        export.file.name = default_storage.save(name, content)
        export.rows = len(shown)
        export.save(update_fields=["file", "rows"])
        job.progress(2, 2)
    return export
