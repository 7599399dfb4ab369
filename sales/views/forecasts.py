"""The weighted forecast."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from crm.common import formats
from crm.common.csv_files import csv_file
from crm.records.filters import owners
from crm.records.resources import SELLERS
from sales import measures
from sales.forecast import DEFAULT_HORIZON, HORIZONS, Forecast, Movement, forecast, movement
from sales.models import Deal
from sales.scopes import SalesScope, choosable_teams, sales_scope


@require_GET
def forecast_page(request: HttpRequest) -> HttpResponse:
    """Months to come with their plan, and how the forecast of one moved."""
    scope, horizon = _asked(request)
    if scope is None:
        return render(request, "sales/forecast.html", {"scope": None})
    today = measures.company_today()
    found = forecast(scope, today, horizon)
    moved = movement(scope, today, _month(request.GET.get("month", "")), horizon)
    asked = {**scope.asked, **({"months": horizon} if horizon != DEFAULT_HORIZON else {})}
    context = {
        "scope": scope, "horizon": horizon, "horizons": HORIZONS, "forecast": found,
        "movement": moved, "months_chart": _months_chart(found), "weeks_chart": _weeks_chart(moved),
        "base_currency": settings.BASE_CURRENCY, "query": urlencode(asked),
        "colleagues": _people(request, scope), "teams": choosable_teams(request.user),
    }  # fmt: skip
    return render(request, "sales/forecast.html", context)


@require_GET
def forecast_csv(request: HttpRequest) -> HttpResponse:
    scope, horizon = _asked(request)
    if scope is None:
        raise Http404
    found = forecast(scope, measures.company_today(), horizon)
    columns = [
        _("Month"), _("Open deals"), _("Open amount"), _("Weighted"), pgettext("amount", "Won"),
        _("Forecast"), _("Sold"), _("Target"), _("By learned chance"),
    ]  # fmt: skip
    rows = [
        [line.month.isoformat()[:7], line.open.deals, line.open.amount, line.open.weighted,
         line.won, line.expected, line.sold, line.target, line.open.learned]
        for line in found.lines
    ]  # fmt: skip
    for label, part in ((_("Overdue"), found.overdue), (_("In later months"), found.later),
                        (_("Without a date"), found.undated)):  # fmt: skip
        rest = [None] * 4
        rows.append([label, part.deals, part.amount, part.weighted, *rest, part.learned])
    return csv_file("forecast", columns, rows)


def _asked(request: HttpRequest) -> tuple[SalesScope | None, int]:
    """404 for roles that have no forecast."""
    user: Any = request.user
    if user.role not in SELLERS:
        raise Http404
    months = request.GET.get("months", "")
    horizon = int(months) if months in map(str, HORIZONS) else DEFAULT_HORIZON
    return sales_scope(user, request.GET), horizon


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _people(request: HttpRequest, scope: SalesScope) -> Any:
    """Whose figures the reader may choose; representatives see their own only."""
    user: Any = request.user
    return None if user.is_rep else owners(request.user, scope.owner_id, [Deal])


def _months_chart(found: Forecast) -> dict[str, Any]:
    lines = found.lines
    series = [
        {"name": pgettext("amount", "Won"), "data": [float(line.won) for line in lines]},
        {"name": _("Weighted"), "data": [float(line.open.weighted) for line in lines]},
    ]
    return {
        "type": "stacked", "x": [formats.month(line.month) for line in lines], "series": series,
        "unit": formats.symbol(settings.BASE_CURRENCY), "drill": [line.open_url for line in lines],
    }  # fmt: skip


def _weeks_chart(moved: Movement) -> dict[str, Any] | None:
    weeks = moved.weeks
    if len(weeks) < 2:
        return None
    series = [
        {"name": _("Forecast"), "data": [float(week.expected) for week in weeks]},
        {"name": pgettext("amount", "Won"), "data": [float(week.won) for week in weeks]},
    ]
    known = [None if (one := week.by_learned) is None else float(one) for week in weeks]
    if any(one is not None for one in known):
        series.insert(1, {"name": _("Forecast by learned chance"), "data": known})
    return {
        "type": "line", "zero": True, "x": [week.taken_on.isoformat() for week in weeks],
        "series": series, "unit": formats.symbol(settings.BASE_CURRENCY),
    }  # fmt: skip
