"""Cards of what is stored or counted elsewhere: charts of the built-in dashboard, results of the
last finished runs, and the customers with the highest scores. Apps add theirs to ``results``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import dashboard
from analytics.boards.looks import Look
from analytics.boards.models import BoardCard
from analytics.boards.shown import Shown, deaf_to
from analytics.models import CustomerScore, Run
from analytics.score_words import reason_texts
from analytics.slices import Slice
from crm.common import formats
from crm.common.registries import Text
from crm.records.resources import SELLERS
from customers.models import Customer

Kind = CustomerScore.Kind


@dataclass(frozen=True)
class Result:
    """``show(card, look)`` makes the card; ``obeys`` names the filters that it hears."""

    key: str
    label: Text
    roles: frozenset[str]
    show: Callable[[BoardCard, Look], Shown]
    obeys: frozenset[str] = frozenset()
    heeds_days: bool = True
    width: int = 6


results: dict[str, Result] = {}


def results_for(user: Any) -> list[Result]:
    return [result for result in results.values() if user.role in result.roles]


def _built_in(entry: dashboard.Card) -> Result:
    """A chart of the built-in dashboard, of the same slice."""

    def show(card: BoardCard, look: Look) -> Shown:
        part = look.part
        asked = Slice(part.user, part.start, part.end, part.team)
        chart, run = entry.build(asked), dashboard.run_of(entry, asked)
        notes = deaf_to(look, frozenset({"team"}))
        return Shown(
            card, card.title or str(entry.title), "chart", chart=chart, notes=notes,
            as_of=run.created_at if run else None,
            more_url=run.get_absolute_url() if run else "",
            is_empty=chart is None or not chart.rows,
            nothing=_nothing(entry.method),
        )  # fmt: skip

    heeds = entry.key not in {"coefficients", "segments"}
    return Result(
        entry.key, entry.title, entry.roles, show, frozenset({"team"}), heeds, entry.width
    )


def _nothing(method: str) -> str:
    return _("Not computed yet.") if method else _("No data in this period.")


def _highest(kind: CustomerScore.Kind) -> Callable[[BoardCard, Look], Shown]:
    """The customers with the highest chance, with the strongest reason, of the last run."""

    def show(card: BoardCard, look: Look) -> Shown:
        part = look.part
        wanted: dict[str, Any] = {
            name: value for name, value in part.narrowed.items() if name in _HEARD
        }
        seen = Customer.objects.visible_to(part.user).filter(**wanted)
        scores = CustomerScore.objects.filter(kind=kind, customer__in=seen)
        top = scores.select_related("customer").order_by("-chance", "customer")[: card.top]
        found = list(top)
        return Shown(
            card, card.title or str(kind.label), "table", columns=_score_columns(),
            rows=[_score_row(score) for score in found],
            cells=[_score_cells(score) for score in found],
            url=_score_url(kind, part), notes=deaf_to(look, _HEARD),
            as_of=_computed(kind) if found else None, is_empty=not found,
            nothing=_("No customer has a score yet."),
        )  # fmt: skip

    return show


_HEARD = frozenset({"team", "owner", "region"})


def _score_columns() -> list[str]:
    """Heads in the reader's language."""
    return [_("Customer"), _("Chance"), _("Strongest reason")]


def _score_row(score: CustomerScore) -> list[Any]:
    reasons = reason_texts(score.reasons[:1])
    told = _("%(label)s: %(value)s (usually %(usual)s)") % reasons[0] if reasons else ""
    return [score.customer.name, round(score.chance, 4), told]


def _score_cells(score: CustomerScore) -> list[str]:
    name, chance, reason = _score_row(score)
    link = format_html('<a href="{}">{}</a>', score.customer.get_absolute_url(), name)
    return [link, formats.percent(chance), reason]


def _score_url(kind: CustomerScore.Kind, part: Any) -> str:
    names = {"team": "team", "owner": "owned_by", "region": "region"}
    asked = {names[name]: value for name, value in part.narrowed.items() if name in _HEARD}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('customers:list')}?{kind.value}=3{'&' + query if query else ''}"


def _computed(kind: CustomerScore.Kind) -> Any:
    """When the newest of the runs was that the scores are from."""
    runs = Run.objects.finished().filter(method=kind.value)
    return runs.aggregate(newest=Max("created_at"))["newest"]


results.update({entry.key: _built_in(entry) for entry in dashboard.CARDS})
for _kind, _label in (
    (Kind.CHURN, gettext_lazy("Customers about to leave")),
    (Kind.POTENTIAL, gettext_lazy("Customers about to buy")),
):
    results[_kind.value] = Result(
        _kind.value, _label, SELLERS, _highest(_kind), _HEARD, heeds_days=False
    )
