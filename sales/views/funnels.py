"""The sales funnel by cohort."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from crm.accounts.http import SignedInRequest
from crm.common.csv_files import csv_file
from crm.records.filters import owners
from customers.models import Customer
from sales import measures
from sales.funnel import Funnel, funnel
from sales.models import Deal
from sales.plan import next_month
from sales.reports.periods import CHOICES, bounds
from sales.scopes import choosable_teams, sales_scope
from sales.views.reports import require_seller

DEFAULT_PERIOD = "12months"
KEYS = ("month", "last_month", "quarter", "last_quarter", "year", "last_year", "12months", "custom")
PERIODS = [(key, label) for key, label in CHOICES if key in KEYS]
DAY = timedelta(days=1)
MOST_DAYS = 366 * 5


@require_GET
def funnel_page(request: SignedInRequest) -> HttpResponse:
    require_seller(request)
    user: Any = request.user
    scope = sales_scope(user, request.GET)
    if scope is None:
        return render(request, "sales/funnel.html", {"scope": None})
    key, start, end, problem = asked_period(request.GET)
    found = funnel(scope, start, end)
    context = {
        "scope": scope, "funnel": found, "period": key, "periods": PERIODS, "problem": problem,
        "last_month": end - DAY, "chart": _chart(found), "base_currency": settings.BASE_CURRENCY,
        "query": urlencode({**scope.asked, **period_query(key, start, end)}),
        "colleagues": None if user.is_rep else owners(request.user, scope.owner_id, [Deal]),
        "teams": choosable_teams(user), "acquisitions": Customer.Acquisition.choices,
        "given": request.GET,
    }  # fmt: skip
    return render(request, "sales/funnel.html", context)


@require_GET
def funnel_csv(request: SignedInRequest, table: str) -> HttpResponse:
    """The stages, or the cohorts by month."""
    require_seller(request)
    scope = sales_scope(request.user, request.GET)
    if scope is None or table not in TABLES:
        raise Http404
    _key, start, end, _problem = asked_period(request.GET)
    columns, rows = TABLES[table](funnel(scope, start, end))
    return csv_file(f"funnel-{table}", columns, rows)


def asked_period(params: Any) -> tuple[str, date, date, str]:
    """(key, start, end, what is wrong with the months that were given): whole months."""
    key, problem = params.get("period", DEFAULT_PERIOD), ""
    if key == "custom":
        start, last = _month(params.get("from", "")), _month(params.get("to", ""))
        if start and last and start <= last and (last - start).days <= MOST_DAYS:
            return key, start, next_month(last), ""
        problem = _("Give two months, the first not after the last, at most five years apart.")
    if key not in KEYS or problem:
        key = DEFAULT_PERIOD
    first, until = bounds(key, measures.company_today())
    assert first is not None  # noqa: S101  # only “all” has no bounds
    assert until is not None  # noqa: S101  # as above
    return key, first, next_month(until - DAY), problem


def period_query(key: str, start: date, end: date) -> dict[str, str]:
    if key != "custom":
        return {"period": key} if key != DEFAULT_PERIOD else {}
    return {"period": key, "from": start.isoformat()[:7], "to": (end - DAY).isoformat()[:7]}


def _month(text: str) -> date | None:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2200 else None


def _chart(found: Funnel) -> dict[str, Any]:
    return {
        "type": "funnel",
        "labels_y": [step.stage.label for step in found.steps],
        "values": [step.reached.deals for step in found.steps],
        "drill": [step.reached.url for step in found.steps],
    }


def _stage_table(found: Funnel) -> tuple[list[str], list[list[Any]]]:
    columns = [
        _("Stage"), pgettext("funnel", "Reached"), _("Amount"), _("Of all"), _("Goes on"),
        _("Goes on, period before"), _("Days in stage: first quartile"), _("Days in stage: median"),
        _("Days in stage: third quartile"), _("Stays that ended"), _("Stays that last"),
    ]  # fmt: skip
    rows = []
    for step in found.steps:
        quartiles = step.stays.quartiles if step.stays else (None, None, None)
        days = [None if q is None else round(q / 86_400, 2) for q in quartiles]
        counts = [step.stays.ended, step.stays.running] if step.stays else [None, None]
        rows.append(
            [step.stage.label, step.reached.deals, step.reached.amount, step.overall, step.onward,
             step.onward_before, *days, *counts]
        )  # fmt: skip
    return columns, rows


def _month_table(found: Funnel) -> tuple[list[str], list[list[Any]]]:
    columns = [
        _("Created in"), _("Deals"), _("Amount"), *(stage.label for stage in found.stages),
        *(_("Won within %(days)d days") % {"days": days} for days in found.columns),
    ]  # fmt: skip
    rows = [
        [month.month.isoformat()[:7], month.created.deals, month.created.amount,
         *(share for _stage, share in month.by_stage),
         *(share for _days, share, _complete in month.by_days)]
        for month in found.months
    ]  # fmt: skip
    return columns, rows


TABLES = {"stages": _stage_table, "months": _month_table}
