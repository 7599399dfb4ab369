"""What the address of a report asks for, read and checked once for page, files and mail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict

from sales.forms.reports import ReportForm
from sales.measures import company_today, within
from sales.models import Deal, Order, OrderLine, SalesDay
from sales.reports import periods
from sales.reports.dimensions import BY_KEY, KEPT, Dimension, Step

# Where each subject's day stands, and whether it is a day already (else a moment).
DAYS = {
    "orders": ("ordered_at", False),
    "won": ("closed_at", False),
    "lost": ("closed_at", False),
    "open": ("expected_close", True),
}


@dataclass(frozen=True)
class ReportQuery:
    """One person's question. ``asked`` are the form's cleaned values."""

    user: Any
    asked: dict[str, Any]
    start: date | None
    end: date | None
    text: str
    narrowed: tuple[str, ...] = ()  # “Region: East”: the filters in words

    @property
    def what(self) -> str:
        return str(self.asked["what"])

    @property
    def by(self) -> Dimension:
        return BY_KEY[self.asked["by"]]

    @property
    def across(self) -> Dimension | None:
        return BY_KEY.get(self.asked["across"])

    @property
    def figure(self) -> str:
        return str(self.asked["figure"])

    @property
    def sort(self) -> str:
        return str(self.asked["sort"] or ("label" if isinstance(self.by, Step) else "-total"))

    @property
    def of_lines(self) -> bool:
        """Figures of products are those of lines: an order has several."""
        across = self.across
        chosen = self.asked["product"] or self.asked["category"]
        return bool(self.by.of_lines or (across and across.of_lines) or chosen)

    @property
    def compared(self) -> ReportQuery | None:
        """The same question about the period it is compared with."""
        how = self.asked["compare"]
        if how == "none" or self.start is None or self.end is None:
            return None
        start, end = periods.compared(self.asked["period"], self.start, self.end, how)
        return replace(self, start=start, end=end)

    def records(self) -> Any:
        """The orders, lines or deals that the user may see and the question is about."""
        if not self.of_lines:
            model: Any = Order if self.what == "orders" else Deal
            return model.objects.visible_to(self.user).filter(**self._narrowing())
        ours = {f"order__{name}": value for name, value in self._narrowing().items()}
        lines = OrderLine.objects.visible_to(self.user).filter(**ours)
        if self.asked["product"]:
            lines = lines.filter(product=self.asked["product"])
        if self.asked["category"]:
            lines = lines.filter(product__category=self.asked["category"])
        return lines

    def kept_days(self) -> Any:
        """The sums that are kept of the same orders; None where they cannot tell the rows."""
        told = self.what == "orders" and not (self.of_lines or self.asked["region"])
        if not told or self.by.of_days() is None or self.start is None:
            return None
        found = SalesDay.objects.visible_to(self.user).exclude(orders=0, refunds=0)
        asked = {name: self.asked[name] for name in KEPT if self.asked[name]}
        return found.filter(day__gte=self.start, day__lt=self.end, **asked)

    def _narrowing(self) -> dict[str, Any]:
        """Filter arguments of orders or deals."""
        names = ("team", "owner", "channel", "pipeline")
        found = {name: self.asked[name] for name in names if self.asked[name]}
        if self.what != "orders":
            found["stage__kind"] = self.what
        if self.asked["region"]:
            found["customer__region"] = self.asked["region"]
        return {**found, **self._days()}

    def _days(self) -> dict[str, Any]:
        if self.start is None or self.end is None:
            return {}
        field, is_day = DAYS[self.what]
        if is_day:
            return {f"{field}__gte": self.start, f"{field}__lt": self.end}
        return dict(within(self.start, self.end, field))


def read(
    user: Any, params: Any, today: date | None = None
) -> tuple[ReportForm, ReportQuery | None]:
    """The form of an address and, when nothing in it is wrong, its question.

    ``params`` is a QueryDict or its text. What is left out has its usual value.
    """
    given = QueryDict(params) if isinstance(params, str) else params
    today = today or company_today()
    form = ReportForm(_complete(given, today), user=user)
    if not form.is_valid():
        return form, None
    asked = form.cleaned_data
    if asked["period"] == "custom":
        start, end = asked["start"], asked["until"] + periods.DAY
    else:
        start, end = periods.bounds(asked["period"], today)
    return form, ReportQuery(user, asked, start, end, text_of(given), form.narrowed())


def text_of(params: Any) -> str:
    """The address part that asks for this report: known names with values alone, in order."""
    kept = QueryDict(mutable=True)
    for name in ReportForm.base_fields:
        if params.get(name):
            kept[name] = params[name]
    return kept.urlencode()


USUAL = {"what": "orders", "by": "region", "figure": "total", "compare": "previous"}


def _complete(given: Any, today: date) -> dict[str, Any]:
    """What is left out, or another subject's, has its usual value; days that were just asked for
    begin with a month."""
    data = {name: given.get(name) or USUAL.get(name, "") for name in ReportForm.base_fields}
    for name in ("by", "across"):
        asked = BY_KEY.get(data[name])
        if asked and data["what"] in DAYS and data["what"] not in asked.sources:
            data[name] = USUAL.get(name, "")
    if not data["period"]:
        data["period"] = "all" if data["what"] == "open" else "12months"
    if data["period"] == "custom" and not (data["start"] or data["until"]):
        data["start"], data["until"] = f"{today - 29 * periods.DAY}", f"{today}"
    return data
