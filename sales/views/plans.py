"""The plan of a team's year: one grid, saved at once."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm.accounts.http import SignedInRequest
from crm.accounts.models import Team
from crm.common import formats
from crm.records.resources import KEEPERS
from sales import measures
from sales.plan_grid import Grid, copy_last_year, grid, seen, spread_team, spread_year, typed
from sales.scopes import choosable_teams
from sales.services.plans import PlanConflictError, plan_save

MOST_PERCENT = 1000


@require_http_methods(["GET", "POST"])
def plan(request: SignedInRequest) -> HttpResponse:
    """Show the grid; fill it by a preset; save it."""
    user: Any = request.user
    if user.role not in KEEPERS:
        raise Http404
    teams = choosable_teams(user)
    asked = request.POST if request.method == "POST" else request.GET
    team, year = _team(user, teams, asked.get("team", "")), _year(asked.get("year", ""))
    if team is None:
        return render(request, "sales/plan.html", {"grid": None, "teams": teams})
    found = grid(user, team, year)
    if request.method == "GET":
        return _page(request, found, teams)
    typed(found, request.POST)
    if not found.check():
        problem = _("Some cells are no amounts: they are marked. Nothing was saved.")
        return _page(request, found, teams, problem=problem, status=422)
    if (preset := request.POST.get("preset", "")) in PRESETS:
        problem = _fill(found, user, preset, request.POST)
        filled = "" if problem else _("The grid is filled. Nothing is saved yet.")
        status = 422 if problem else 200
        return _page(request, found, teams, problem=problem, note=filled, status=status)
    return _save(request, found, teams)


def _save(request: SignedInRequest, found: Grid, teams: Any) -> HttpResponse:
    try:
        count = plan_save(actor=request.user, grid=found)
    except PlanConflictError as conflict:
        for key, theirs in conflict.theirs.items():
            cell = found.cells[key]
            cell.seen = seen(theirs)
            amount = formats.money(theirs.amount, settings.BASE_CURRENCY) if theirs else "–"
            cell.error = _("Stored meanwhile: %(amount)s") % {"amount": amount}
        problem = _(
            "Someone else changed the marked cells while you were planning. Nothing was saved: "
            "what you typed is kept. Save again to put yours in their place."
        )
        return _page(request, found, teams, problem=problem, status=409)
    text = ngettext("%(n)d target saved.", "%(n)d targets saved.", count) % {"n": count}
    messages.success(request, text)
    return redirect(f"{reverse('sales:target_plan')}?team={found.team.pk}&year={found.year}")


PRESETS = {"copy", "year", "people"}


def _fill(found: Grid, user: Any, preset: str, given: Any) -> str:
    """Fill the grid by a preset; gives what is wrong, or nothing."""
    how = given.get("how", "")
    if preset == "copy":
        try:
            percent = Decimal(given.get("percent", "").strip() or "0")
        except InvalidOperation:
            percent = Decimal("NaN")
        if not percent.is_finite() or not -100 < percent <= MOST_PERCENT:
            return _("The percentage is a number above −100 and up to 1000.")
        copy_last_year(found, user, given.get("basis", ""), percent)
        return ""
    if preset == "year":
        done = spread_year(found, user, how)
        return "" if done else _("Give the amount of a year in the last column first.")
    done = spread_team(found, user, how)
    return "" if done else _("Plan the months of the whole team first.")


def _page(
    request: SignedInRequest, found: Grid, teams: Any, *, problem: str = "", note: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    this = measures.company_today().year
    context = {
        "grid": found, "teams": teams, "problem": problem, "note": note, "given": request.POST,
        "years": sorted({*range(this - 1, this + 3), found.year}),
        "base_currency": settings.BASE_CURRENCY,
        "totals": [
            (label, formats.short_money(total, settings.BASE_CURRENCY))
            for label, total in zip(found.months, found.people_totals, strict=True)
        ],
    }  # fmt: skip
    return render(request, "sales/plan.html", context, status=status)


def _team(user: Any, teams: Any, wanted: str) -> Team | None:
    if not user.is_admin:
        return user.team
    chosen = next((team for team in teams if str(team.pk) == wanted), None)
    return chosen or (teams[0] if teams else None)


def _year(text: str) -> int:
    this = measures.company_today().year
    return (
        int(text) if text.isdecimal() and 1991 <= int(text[:4]) <= 2199 and len(text) == 4 else this
    )
