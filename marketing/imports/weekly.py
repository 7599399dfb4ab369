"""Weekly figures of marketing: revenue, spend by channel, and what else may explain it.

A row is one week: created when its result was not there, updated when its result or one of its
spends has changed, skipped otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from customers.imports.layout import Row
from customers.imports.ledger import Ledger, RowRejectedError
from customers.imports.registry import Importer, Setting, importer, missing_column, require
from marketing.models import MarketResult, Spend

WEEK = timedelta(days=7)
SPEND = "_S"
CENT = Decimal("0.01")
MOST = Decimal(10) ** 13


@importer
class MarketingWeekly(Importer):
    kind = "marketing_weekly"
    label = gettext_lazy("Marketing by week")
    hint = gettext_lazy(
        "One row per week with the columns DATE, revenue and one column per channel that ends "
        "in _S; the other columns are kept as other influences."
    )
    reasons = {
        "bad_date": gettext_lazy("The date cannot be read."),
        "bad_number": gettext_lazy("Revenue or a spend is not a number."),
        "twice": gettext_lazy("The week stands in the file twice."),
    }
    uses_currency = True
    icon = "speakerphone"
    chunk = 1_000

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self._channels = {
            title.removesuffix(SPEND)[:40]: place
            for place, title in enumerate(header)
            if title.endswith(SPEND)
        }
        used = {*self.at.values(), *self._channels.values()}
        self._controls = {
            title: place for place, title in enumerate(header) if title and place not in used
        }
        self._weeks: set[date] = set()
        team = setting.team_id
        self._mine = Q(team__isnull=True) if team is None else Q(team=team)

    @classmethod
    def places(cls, header: Sequence[str]) -> dict[str, int]:
        at = require(header, ["DATE", "revenue"])
        if not any(title.endswith(SPEND) for title in header):
            raise missing_column(f"…{SPEND}")
        return at

    def remember(self, row: Row) -> None:
        try:
            self._weeks.add(date.fromisoformat(row.cells[self.at["DATE"]].strip()))
        except ValueError:
            return

    def load(self, rows: Sequence[Row], ledger: Ledger) -> None:
        weeks: dict[date, dict[str, Any]] = {}
        for row in rows:
            try:
                week = self._week(row)
            except RowRejectedError as reason:
                ledger.reject(row, str(reason))
                continue
            weeks[week["starts_on"]] = week
        changed = self._spends(list(weeks.values()), ledger)
        created, updated = self._results(list(weeks.values()), changed, ledger)
        ledger.take(len(weeks), created=created, updated=updated)

    def _week(self, row: Row) -> dict[str, Any]:
        try:
            starts_on = date.fromisoformat(row.cells[self.at["DATE"]].strip())
        except ValueError:
            raise RowRejectedError("bad_date") from None
        revenue = _amount(row.cells[self.at["revenue"]])
        spends = {name: _amount(row.cells[place]) for name, place in self._channels.items()}
        if any(amount < 0 for amount in spends.values()):
            raise RowRejectedError("bad_number")
        if starts_on in self._weeks:
            raise RowRejectedError("twice")
        self._weeks.add(starts_on)
        controls = {name: _control(row.cells[at]) for name, at in self._controls.items()}
        return {
            "starts_on": starts_on, "revenue": revenue, "spends": spends, "controls": controls
        }  # fmt: skip

    def _spends(self, weeks: list[dict[str, Any]], ledger: Ledger) -> set[date]:
        """The weeks in which a spend is new or different."""
        days = [week["starts_on"] for week in weeks]
        mine = Spend.objects.filter(self._mine, campaign=None, starts_on__in=days)
        there = {
            (spend.starts_on, spend.channel): spend
            for spend in mine.select_for_update()
            if spend.ends_on == spend.starts_on + WEEK
        }
        new, changed = [], []
        for week in weeks:
            for channel, amount in week["spends"].items():
                spend = there.get((week["starts_on"], channel))
                if spend is None:
                    new.append(self._stamp(Spend(channel=channel, amount=amount), week))
                else:
                    values = {"amount": amount, "currency": self.setting.currency}
                    if _give(spend, values, ledger):
                        changed.append(spend)
        Spend.objects.bulk_create(new, batch_size=1_000)
        ledger.changes.made(new)
        Spend.objects.bulk_update(changed, ["amount", "currency"], batch_size=500)
        ledger.objects["spends"] += len(new)
        return {spend.starts_on for spend in [*new, *changed]}

    def _results(
        self, weeks: list[dict[str, Any]], respent: set[date], ledger: Ledger
    ) -> tuple[int, int]:
        """(weeks created, weeks updated)."""
        days = [week["starts_on"] for week in weeks]
        mine = MarketResult.objects.filter(self._mine, starts_on__in=days)
        there = {
            result.starts_on: result
            for result in mine.select_for_update()
            if result.ends_on == result.starts_on + WEEK
        }
        new, changed = [], []
        for week in weeks:
            values = {
                "revenue": week["revenue"],
                "controls": week["controls"],
                "currency": self.setting.currency,
            }
            result = there.get(week["starts_on"])
            if result is None:
                new.append(self._stamp(MarketResult(**values), week))
            elif _give(result, values, ledger):
                changed.append(result)
        MarketResult.objects.bulk_create(new, batch_size=1_000)
        ledger.changes.made(new)
        MarketResult.objects.bulk_update(
            changed, ["revenue", "controls", "currency"], batch_size=500
        )
        ledger.objects["market_results"] += len(new)
        touched = respent | {result.starts_on for result in changed}
        return len(new), len(touched - {result.starts_on for result in new})

    def _stamp(self, record: Any, week: dict[str, Any]) -> Any:
        record.starts_on = week["starts_on"]
        record.ends_on = week["starts_on"] + WEEK
        record.team_id = self.setting.team_id
        record.currency = self.setting.currency
        return record


def _give(record: Any, values: dict[str, Any], ledger: Ledger) -> bool:
    """Whether one of the values was new to the record."""
    news = {name: value for name, value in values.items() if getattr(record, name) != value}
    if news:
        ledger.changes.changed(record, {name: getattr(record, name) for name in news}, news)
        for name, value in news.items():
            setattr(record, name, value)
    return bool(news)


def _amount(text: str) -> Decimal:
    try:
        found = Decimal(text.strip() or "0")
    except InvalidOperation:
        raise RowRejectedError("bad_number") from None
    if not found.is_finite() or abs(found) >= MOST:
        raise RowRejectedError("bad_number")
    return found.quantize(CENT)


def _control(text: str) -> float | str:
    """A figure as a number; anything else as it stands."""
    text = text.strip()
    try:
        found = float(text)
    except ValueError:
        return text[:80]
    return found if abs(found) < float("inf") else text[:80]
