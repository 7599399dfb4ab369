"""A team's plan of a year: filled by presets, saved at once, conflicts shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from sales.models import Target
from sales.plan_grid import grid, split
from sales.services.plans import plan_save
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import OrderFactory

URL = reverse("sales:target_plan")
YEAR = 2026


def body(
    cast: Cast, cells: dict[tuple[int, int], str] | None = None, **more: str
) -> dict[str, str]:
    """What the manager's browser sends: the grid as it is stored, then the typed ``cells``."""
    sent = {"team": str(cast.team.pk), "year": str(YEAR)}
    for cell in grid(cast.manager, cast.team, YEAR).cells.values():
        sent[cell.name] = cell.text
        sent[f"s-{cell.owner}-{cell.month}"] = cell.seen
    for (owner, month), text in (cells or {}).items():
        sent[f"c-{owner}-{month}"] = text
    return {**sent, **more}


def stored() -> dict[tuple[int, int], Decimal]:
    alive = Target.objects.alive()
    return {(t.owner_id or 0, t.starts_on.month): t.amount for t in alive}


@pytest.fixture
def manager(client: Client, cast: Cast) -> Client:
    client.force_login(cast.manager)
    return client


def test_it_saves_the_whole_grid_at_once(manager: Client, cast: Cast) -> None:
    rep = cast.rep.pk
    sent = body(cast, {(0, 1): "120,000", (rep, 1): "500.5", (rep, 12): " 700 "})
    assert manager.post(URL, sent).status_code == 302
    plan = {(0, 1): 120_000, (rep, 1): Decimal("500.50"), (rep, 12): 700}
    assert stored() == plan
    target = Target.objects.get(owner=rep, starts_on="2026-12-01")
    assert (target.ends_on, target.team, target.created_by) == (
        date(2027, 1, 1), cast.team, cast.manager,
    )  # fmt: skip
    assert manager.post(URL, sent).status_code == 302  # sent twice: nothing more
    assert stored() == plan
    manager.post(URL, body(cast, {(0, 1): "", (rep, 1): "501"}))
    assert stored() == {(rep, 1): 501, (rep, 12): 700}
    assert Target.objects.trashed().count() == 1
    assert Target.objects.get(owner=rep, starts_on="2026-01-01").version == 2


def test_it_keeps_what_was_typed_when_somebody_was_faster(manager: Client, cast: Cast) -> None:
    rep = cast.rep.pk
    manager.post(URL, body(cast, {(rep, 1): "500"}))
    mine = body(cast, {(rep, 1): "600", (rep, 2): "50", (0, 3): "9"})
    manager.post(URL, body(cast, {(rep, 1): "550", (rep, 2): "40"}))
    answer = manager.post(URL, mine)
    assert answer.status_code == 409
    assert stored() == {(rep, 1): 550, (rep, 2): 40}
    page = answer.content.decode()
    assert 'value="600"' in page
    assert "¥550" in page
    again = {cell.name: cell.text for cell in answer.context["grid"].cells.values()}
    again |= {f"s-{c.owner}-{c.month}": c.seen for c in answer.context["grid"].cells.values()}
    assert manager.post(URL, {**mine, **again}).status_code == 302
    assert stored() == {(rep, 1): 600, (rep, 2): 50, (0, 3): 9}


@pytest.mark.parametrize("text", ["abc", "-5", "0", "NaN", "1e99", "1.2.3"])
def test_it_marks_what_is_no_amount(manager: Client, cast: Cast, text: str) -> None:
    answer = manager.post(URL, body(cast, {(0, 1): text, (0, 2): "5"}))
    assert answer.status_code == 422
    assert f'value="{text}"' in answer.content.decode()
    assert stored() == {}


def test_it_plans_for_ones_own_team_only(client: Client, cast: Cast) -> None:
    client.force_login(cast.manager)
    sent = body(cast, {(cast.stranger.pk, 1): "5"}) | {"team": str(cast.other_team.pk)}
    assert client.post(URL, sent).status_code == 302  # the team that is sent is not heard
    assert stored() == {}
    foreign = grid(cast.admin, cast.other_team, YEAR)
    foreign.rows[0].cells[0].text = "5"
    for actor in (cast.manager, cast.rep, cast.agent):
        with pytest.raises(PermissionDenied):
            plan_save(actor=actor, grid=foreign)
    assert plan_save(actor=cast.admin, grid=foreign) == 1


def sell(cast: Cast, month: int, amount: int) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    at = datetime(YEAR - 1, month, 15, tzinfo=UTC)
    OrderFactory(customer=customer, team=cast.team, ordered_at=at, lines=[(1, amount)])


def filled(answer: Any, owner: int) -> list[str]:
    return [cell.text for key, cell in answer.context["grid"].cells.items() if key[0] == owner]


def test_it_copies_last_year_and_a_percentage(manager: Client, cast: Cast) -> None:
    sell(cast, 2, 1000)
    answer = manager.post(URL, body(cast, preset="copy", basis="sold", percent="10"))
    assert filled(answer, cast.rep.pk)[:3] == ["", "1100", ""]
    assert filled(answer, 0)[1] == "1100"
    Target.objects.create(owner=cast.rep, team=cast.team, starts_on="2025-03-01",
                          ends_on="2025-04-01", amount=300)  # fmt: skip
    answer = manager.post(URL, body(cast, preset="copy", basis="planned", percent="-50"))
    assert filled(answer, cast.rep.pk)[2] == "150"
    for percent in ("x", "-100", "1e9", "NaN"):
        answer = manager.post(URL, body(cast, preset="copy", percent=percent))
        assert answer.status_code == 422
    assert stored().keys() == {(cast.rep.pk, 3)}  # last year's; nothing was saved


def test_it_splits_a_year_and_a_team(manager: Client, cast: Cast) -> None:
    sell(cast, 1, 300)
    sell(cast, 2, 100)
    year = {f"y-{cast.rep.pk}": "1000"}
    answer = manager.post(URL, body(cast, preset="year", how="equal", **year))
    parts = filled(answer, cast.rep.pk)
    assert sorted(set(parts)) == ["83", "84"]
    assert sum(map(int, parts)) == 1000
    answer = manager.post(URL, body(cast, preset="year", how="season", **year))
    assert filled(answer, cast.rep.pk)[:3] == ["750", "250", ""]
    answer = manager.post(URL, body(cast, {(0, 5): "800"}, preset="people", how="season"))
    assert (filled(answer, cast.rep.pk)[4], filled(answer, cast.colleague.pk)[4]) == ("800", "")
    answer = manager.post(URL, body(cast, {(0, 5): "800"}, preset="people", how="equal"))
    people = [row.cells[4].text for row in answer.context["grid"].people]
    assert sum(map(int, people)) == 800
    for preset in ("year", "people"):
        assert manager.post(URL, body(cast, preset=preset)).status_code == 422
    assert stored() == {}


@pytest.mark.parametrize(
    ("amount", "weights"), [("100", [1, 1, 1]), ("99.99", [3, 2, 1]), ("7", [0, 0]), ("5", [-3, 1])]
)
def test_it_splits_without_losing_a_cent(amount: str, weights: list[int]) -> None:
    parts = split(Decimal(amount), weights)
    assert sum(parts) == Decimal(amount)
    assert all(part >= 0 for part in parts)


def test_it_offers_the_grid_to_keepers(client: Client, cast: Cast) -> None:
    client.force_login(cast.manager)
    assert URL in client.get(reverse("sales:target_list")).content.decode()
    assert client.get(URL, {"year": "abcd", "team": "x"}).status_code == 200
    client.force_login(cast.rep)
    assert URL not in client.get(reverse("sales:target_list")).content.decode()
    assert client.get(URL).status_code == 404


def test_it_says_what_targets_do_not_stand_in_the_grid(manager: Client, cast: Cast) -> None:
    for months in (1, 3):
        Target.objects.create(
            team=cast.team, starts_on=date(YEAR, 1, 1), ends_on=date(YEAR, 1 + months, 1), amount=5
        )
    page = manager.get(URL, {"year": str(YEAR)}).content.decode()
    assert "1 target of this year is of a longer or other period" in page
