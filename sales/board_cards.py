"""The cards of the board, written in Python: a template for each would take most of the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.common import formats
from crm.common.addresses import record_url
from crm.common.markup import filled, joined
from sales.models import Deal, Stage
from sales.next_steps import NextStep, next_step_of
from sales.stays import is_slow, stay_words

STEP_LOOKS = {
    NextStep.OVERDUE: ("red", "alert-triangle"),
    NextStep.TODAY: ("orange", "calendar-due"),
    NextStep.LATER: ("green", "calendar-event"),
    NextStep.NONE: ("secondary", "circle-dashed"),
}
_CARD = (
    '<li class="board-card" data-card="{}" data-version="{}"><div class="board-card-top">'
    '<a class="board-card-title" href="{}">{}</a>'
    '<a class="btn btn-icon btn-ghost-secondary btn-row-menu" href="{}" data-move aria-label="{}">'
    '{}</a></div><div class="board-card-sub">{}</div><div class="board-card-foot">'
    '<span class="num board-card-amount">{}</span><span class="board-card-side">'
    '<span class="when text-{}">{}{}</span>{}</span></div>{}</li>'
)
_OWNER = (
    '<span class="avatar-initial avatar-sm bg-secondary-lt" role="img" title="{}" aria-label="{}">'
    "{}</span>"
)
_TAGS = '<div class="board-card-tags"><span class="badge {}">{}{}</span>{}</div>'
_TAG = '<span class="badge badge-tag num" title="{}">{}</span>'


@dataclass
class CardWriter:
    """Writes the cards of one board at one moment; ``query`` is where a move leads back to."""

    now: datetime
    query: str

    def __post_init__(self) -> None:
        icons = {name for _tone, name in STEP_LOOKS.values()} | {"flag"}
        self._icons = {name: _small_icon(name) for name in icons}
        self._move_icon = _small_icon("arrows-exchange")
        self._slow_icon = _small_icon("hourglass-high")
        self._move_label = _("Move %(title)s")

    def card(self, deal: Any, stage: Stage, tags: Sequence[tuple[str, str]] = ()) -> SafeString:
        """One deal, which came ``with_next_step``; ``tags`` as ``sales.offers`` gives them."""
        tone, name, words = self._when(deal)
        return filled(
            _CARD, deal.pk, deal.version, deal.get_absolute_url(), deal.name,
            f"{record_url('sales:deal_move', deal.pk)}{self.query}",
            self._move_label % {"title": deal.name}, self._move_icon, deal.customer.name,
            formats.money(deal.amount, deal.currency), tone, self._icons[name], words,
            _owner(deal), self._tags(deal, stage, tags),
        )  # fmt: skip

    def _when(self, deal: Any) -> tuple[str, str, str]:
        """Tone, icon and words: the next step, or for a closed deal when it was closed."""
        if deal.closed_at is not None:
            return "secondary", "flag", formats.since(deal.closed_at, self.now)
        due_at = deal.next_step_at
        state = next_step_of(due_at, self.now)
        if state == NextStep.OVERDUE:
            return *STEP_LOOKS[state], _overdue(due_at, self.now)
        return *STEP_LOOKS[state], formats.since(due_at, self.now) or str(NextStep.NONE.label)

    def _tags(self, deal: Deal, stage: Stage, tags: Sequence[tuple[str, str]]) -> SafeString | str:
        if deal.closed_at is not None:
            return ""
        slow = is_slow(deal, stage, self.now)
        css, sign = ("bg-orange-lt", self._slow_icon) if slow else ("badge-tag", "")
        more = joined(filled(_TAG, title, text) for text, title in tags)
        return filled(_TAGS, css, sign, stay_words(deal, stage, self.now), more)


def _small_icon(name: str) -> SafeString:
    """An icon of the sprite in the fewest bytes; style sheets give its size."""
    sprite = static("build/icons.svg")
    return format_html(
        '<svg class="icon icon-inline" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name
    )


def _owner(deal: Deal) -> SafeString | str:
    if deal.owner is None:
        return ""
    name = str(deal.owner)
    return filled(_OWNER, name, name, name[:1].upper())


def _overdue(due_at: datetime, now: datetime) -> str:
    days = (timezone.localdate(now) - timezone.localdate(due_at)).days
    words = ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days}
    return words if days else _("Overdue today")
