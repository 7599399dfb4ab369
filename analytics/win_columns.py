"""The chance of winning where deals are: their page, their list, the board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.customer_columns import ChanceColumn
from analytics.models import Run, WinChance
from analytics.score_words import reason_texts
from analytics.win_runs import FALL
from crm.common import formats
from crm.common.expressions import AsStored
from crm.records.keyset import RelatedSort
from sales.models import Deal

TONES = {1: "secondary", 2: "azure", 3: "green"}


def _shown(column: str) -> AsStored:
    """Of open deals: what was told of one that is closed is over."""
    found = WinChance.objects.shown_each().filter(deal=OuterRef("pk"), deal__closed_at=None)
    return AsStored(found.values(column)[:1])


FOUND = {"win_chance": _shown("chance"), "win_before": _shown("before")}
COLUMNS = [
    ChanceColumn("win_chance", _("Chance of winning"), sort="win", default=False,
                 export=FOUND["win_chance"]),
    ChanceColumn("win_before", _("Chance a week ago"), default=False, export=FOUND["win_before"]),
]  # fmt: skip
SORTS = [
    RelatedSort("win", "win_chances__chance",
                where={"win_chances__run__live": True, "closed_at__isnull": True}),
]  # fmt: skip


def with_chances(deals: Any, shown: set[str]) -> Any:
    """The deals with their chances, as far as a list shows them."""
    return deals.annotate(**{key: FOUND[key] for key in FOUND if key in shown})


def with_learned(deals: Any) -> Any | None:
    """Open deals with their chance as ``learned``, by a join; None where no run tells any."""
    runs = Run.objects.filter(method=Run.Method.WIN, live=True, result__better=True)
    shown = list(runs.values_list("pk", flat=True))
    if not shown:
        return None
    told = FilteredRelation("win_chances", condition=Q(win_chances__run__in=shown))
    return deals.alias(told=told).annotate(learned=F("told__chance"))


def _having(deals: Any, **where: Any) -> Any:
    found = WinChance.objects.shown().filter(deal=OuterRef("pk"), **where)
    return deals.filter(Exists(found), closed_at__isnull=True)


class WinFilter(django_filters.ChoiceFilter):
    """Open deals by how likely they are to be won."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Chance of winning"), choices=WinChance.Level.choices, empty_label=_("All")
        )

    def filter(self, qs: Any, value: Any) -> Any:
        return _having(qs, level=int(value)) if value else qs


class WinFellFilter(django_filters.BooleanFilter):
    """Open deals whose chance is ten points or more below that of a week ago."""

    def __init__(self) -> None:
        choices = [("", _("All")), ("true", _("Yes"))]
        super().__init__(label=_("Chance sank within a week"), widget=forms.Select(choices=choices))

    def filter(self, qs: Any, value: Any) -> Any:
        return _having(qs, chance__lte=F("before") - FALL) if value else qs


FILTERS = {"win": WinFilter(), "win_fell": WinFellFilter()}


def win_panel(user: Any, deal: Deal) -> dict[str, Any] | None:
    """The chance of an open deal with its reasons; who sees the deal may see it."""
    if deal.closed_at is not None:
        return None
    found = WinChance.objects.shown().filter(deal=deal.pk).select_related("run").first()
    if found is None:
        return None
    sank = found.before is not None and found.before - found.chance >= FALL
    return {
        "chance": round(100 * found.chance), "text": formats.percent(found.chance),
        "level": found.get_level_display(), "tone": TONES[found.level],
        "reasons": reason_texts(found.reasons), "as_of": found.run.told_at,
        "before": formats.percent(found.before) if sank and found.before is not None else "",
    }  # fmt: skip


def win_tags(deals: Sequence[Deal]) -> dict[int, tuple[str, str]]:
    """The chance of each open deal on the board, with what it says, in one query."""
    pks = [deal.pk for deal in deals if deal.closed_at is None]
    chances = WinChance.objects.shown().filter(deal__in=pks).values_list("deal", "chance")
    title = gettext("Chance of winning")
    return {pk: (formats.percent(chance), title) for pk, chance in chances}
