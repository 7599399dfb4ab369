"""Dashboards: made from ready ones, arranged, shared, each reader's own figures, undone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from analytics.boards import cards, looks, services
from analytics.boards.models import Board, BoardCard
from analytics.boards.starts import STARTS, starts_for
from analytics.models import CustomerScore, Run
from crm.common.errors import EditConflictError
from crm.records.custom import added_fields
from crm.records.models import SavedView
from sales.models import Target
from sales.plan import next_month
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import ChannelFactory, OrderFactory


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def sell(owner: Any, amount: int, region: str = "East", **values: Any) -> None:
    customer = CustomerFactory(owner=owner, team=owner.team, region=region)
    OrderFactory(customer=customer, owner=owner, team=owner.team, lines=[(1, amount)], **values)


def compose(cast: Cast, *plan: dict[str, Any], sharing: str = "public", **values: Any) -> Board:
    name = values.pop("name", f"Board {uuid4()}"[:40])
    return services.board_create(
        actor=cast.manager, name=name, sharing=sharing, cards=plan, **values
    )


METRIC = {"kind": "metric", "key": "sales"}


def test_it_makes_a_ready_one_in_one_click_once(client: Client, cast: Cast) -> None:
    client.force_login(cast.manager)
    page = client.get(reverse("analytics:boards"))
    assert [start.key for start in page.context["starts"]] == [start.key for start in STARTS]
    data = {"start": "sales", "submission": str(page.context["submission"])}
    for _click in range(2):
        answer = client.post(reverse("analytics:board_start"), data)
        assert answer.status_code == 302
    board = Board.objects.get()
    assert board.cards.count() == len(STARTS[0].cards)
    assert client.get(board.get_absolute_url()).status_code == 200


def test_it_offers_ready_ones_by_role(cast: Cast) -> None:
    assert [start.key for start in starts_for(cast.agent)] == ["service", "empty"]
    assert [start.key for start in starts_for(cast.rep)] == ["sales", "empty"]


@pytest.mark.parametrize("role", ["rep", "manager", "agent", "admin"])
@pytest.mark.parametrize("start", STARTS, ids=lambda start: start.key)
def test_it_shows_every_ready_card_to_every_role(
    client: Client, cast: Cast, start: Any, role: str
) -> None:
    board = compose(cast, *start.cards)
    user = cast.user(role)
    client.force_login(user)
    page = client.get(board.get_absolute_url())
    assert page.status_code == 200
    mine = [card for card in board.cards.all() if cards.may_see(card, user)]
    assert page.context["left_out"] == board.cards.count() - len(mine)
    for card in mine:
        assert client.get(reverse("analytics:board_card", args=[card.pk])).status_code == 200
        assert client.get(reverse("analytics:board_card_csv", args=[card.pk])).status_code == 200
    for card in set(board.cards.all()) - set(mine):
        assert client.get(reverse("analytics:board_card", args=[card.pk])).status_code == 404


def test_it_shows_each_reader_their_own_figures(client: Client, cast: Cast) -> None:
    for owner, amount in ((cast.rep, 100), (cast.colleague, 30), (cast.stranger, 5)):
        sell(owner, amount)
    board = compose(cast, METRIC)
    for user, text in ((cast.rep, "CN¥100"), (cast.manager, "CN¥130"), (cast.admin, "CN¥135")):
        user.language = "en"
        user.save()
        client.force_login(user)
        assert text in client.get(board.get_absolute_url()).content.decode()
    client.force_login(cast.agent)
    page = client.get(board.get_absolute_url())
    assert page.context["left_out"] == 1
    assert "130" not in page.content.decode()


def test_it_obeys_the_filter_in_the_address_and_says_what_does_not(
    client: Client, cast: Cast
) -> None:
    shop = ChannelFactory()
    sell(cast.rep, 100, "East", channel=shop)
    sell(cast.rep, 30, "West")
    sell(cast.rep, 7, "East", ordered_at=timezone.now() - timezone.timedelta(days=800))
    board = compose(cast, METRIC, {"kind": "metric", "key": "new_customers"})
    cast.manager.language = "en"
    cast.manager.save()
    client.force_login(cast.manager)
    first, second = board.cards.all()

    def card(pk: int, **params: Any) -> str:
        answer = client.get(reverse("analytics:board_card", args=[pk]), params)
        return answer.content.decode()

    assert "CN¥130" in card(first.pk)
    assert "CN¥100" in card(first.pk, channel=shop.pk)
    assert "CN¥30" in card(first.pk, region="West")
    assert "CN¥137" in card(first.pk, period="custom", start="2020-01-01", until="2035-01-01")
    assert "Not narrowed by: Sales channel" in card(second.pk, channel=shop.pk)
    assert "Not narrowed" not in card(second.pk, region="West")


@pytest.mark.parametrize(
    "params",
    [
        {"period": "custom", "start": "2026-02-30", "until": "2026-03-01"},
        {"period": "custom", "start": "2026-03-02", "until": "2026-03-01"},
        {"period": "never"}, {"owner": "0"}, {"channel": "x"}, {"product": "99999999999999999999"},
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_with_a_filter(
    client: Client, cast: Cast, params: dict[str, str]
) -> None:
    board = compose(cast, METRIC)
    client.force_login(cast.manager)
    assert client.get(board.get_absolute_url(), params).status_code == 422
    card = board.cards.get()
    assert client.get(reverse("analytics:board_card", args=[card.pk]), params).status_code == 404


def test_it_opens_with_the_filter_that_was_kept(client: Client, cast: Cast) -> None:
    board = compose(cast, METRIC)
    client.force_login(cast.manager)
    url = reverse("analytics:board_filter", args=[board.pk])
    client.post(url, {"query": "period=last_month&compare=year&evil=1"})
    board.refresh_from_db()
    assert board.query == "period=last_month&compare=year"
    look = client.get(board.get_absolute_url()).context["look"]
    assert (look.text, look.compare) == (board.query, "year")


def test_it_adds_a_card_of_each_kind_once(client: Client, cast: Cast) -> None:
    board = compose(cast)
    view = SavedView.objects.create(
        kind="customers.customer", name="Leads", query="lifecycle=lead", columns=["name"],
        owner=cast.manager,
    )  # fmt: skip
    client.force_login(cast.manager)
    url = reverse("analytics:board_card_add", args=[board.pk])
    submission = str(client.get(url).context["submission"])
    choices = ["metric:sales", "chart:orders", "table:won", "list:sales.deal", f"view:{view.pk}",
               "result:churn"]  # fmt: skip
    for choice in [*choices, "metric:sales"]:
        assert client.post(url, {"choice": choice, "submission": submission}).status_code == 302
    made = list(board.cards.all())
    assert [card.kind for card in made] == ["metric", "chart", "table", "list", "list", "result"]
    assert (made[4].query, made[4].columns) == ("lifecycle=lead", ["name"])
    for choice in ("metric:nothing", "view:0", "list:accounts.user", "", "table:attained"):
        assert client.post(url, {"choice": choice}).status_code == 404


def test_it_lets_nobody_take_over_a_view_they_do_not_see(client: Client, cast: Cast) -> None:
    board = compose(cast)
    view = SavedView.objects.create(kind="customers.customer", name="Mine", owner=cast.rep)
    client.force_login(cast.manager)
    url = reverse("analytics:board_card_add", args=[board.pk])
    assert client.post(url, {"choice": f"view:{view.pk}"}).status_code == 404


def test_it_shows_the_rows_of_a_list_the_reader_sees(client: Client, cast: Cast) -> None:
    ours = CustomerFactory(owner=cast.rep, team=cast.team, name="Ours Ltd")
    CustomerFactory(owner=cast.stranger, team=cast.other_team, name="Theirs Ltd")
    board = compose(cast, {"kind": "list", "key": "customers.customer"})
    client.force_login(cast.rep)
    url = reverse("analytics:board_card", args=[board.cards.get().pk])
    page = client.get(url).content.decode()
    assert ours.name in page
    assert "Theirs" not in page


def test_it_configures_a_card_and_shows_both_when_two_do(client: Client, cast: Cast) -> None:
    board = compose(cast, METRIC)
    card = board.cards.get()
    client.force_login(cast.manager)
    url = reverse("analytics:board_card_edit", args=[card.pk])
    data = {"title": "By region", "kind": "chart", "by": "region", "form": "bar", "step": "",
            "top": "5", "width": "8", "expected_version": "1"}  # fmt: skip
    assert client.post(url, data).status_code == 302
    card.refresh_from_db()
    assert (card.kind, card.by, card.width, card.version) == ("chart", "region", 8, 2)
    late = client.post(url, {**data, "title": "Mine"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "By region" in page
    assert 'value="Mine"' in page
    version = late.context["form"]["expected_version"].value()
    assert (
        client.post(url, {**data, "title": "Mine", "expected_version": version}).status_code == 302
    )
    for wrong in ({"top": "99"}, {"by": "nothing"}, {"kind": "table", "by": ""}, {"width": "7"}):
        assert client.post(url, {**data, "expected_version": "3", **wrong}).status_code == 422


def test_it_moves_cards_by_arrow_and_by_drag(client: Client, cast: Cast) -> None:
    board = compose(cast, METRIC, METRIC, METRIC)
    first, second, third = board.cards.values_list("pk", flat=True)
    client.force_login(cast.manager)
    url = reverse("analytics:board_order", args=[board.pk])

    def order() -> list[int]:
        return list(board.cards.alive().values_list("pk", flat=True))

    assert client.post(url, {"card": first, "move": "later", "version": "1"}).status_code == 302
    assert order() == [second, first, third]
    drag = {"order": f"{third},{second},{first}", "version": "2"}
    json = {"Accept": "application/json"}
    assert client.post(url, drag, headers=json).json() == {"version": 3}
    assert order() == [third, second, first]
    stale = client.post(url, {**drag, "order": f"{first},{second},{third}"}, headers=json)
    assert stale.status_code == 409
    for wrong in (f"{first},{second}", f"{first},{first},{second}", "x", "1,2,3"):
        data = {"order": wrong, "version": "3"}
        assert client.post(url, data, headers=json).status_code == 409
    assert order() == [third, second, first]


def test_it_undoes_removals(client: Client, cast: Cast) -> None:
    board = compose(cast, METRIC, METRIC)
    card = board.cards.first()
    assert card is not None
    client.force_login(cast.manager)
    client.post(reverse("analytics:board_card_trash", args=[card.pk]))
    assert board.cards.alive().count() == 1
    client.post(reverse("analytics:board_card_restore", args=[card.pk]))
    assert board.cards.alive().first() == card
    client.post(reverse("analytics:board_trash", args=[board.pk]))
    assert client.get(board.get_absolute_url()).status_code == 404
    client.post(reverse("analytics:board_restore", args=[board.pk]))
    assert client.get(board.get_absolute_url()).status_code == 200


def test_it_shares_as_saved_views_do(client: Client, cast: Cast) -> None:
    private, team = compose(cast, sharing="private"), compose(cast, METRIC, sharing="team")
    for user, seen in ((cast.rep, {team}), (cast.stranger, set()), (cast.agent, set()),
                       (cast.manager, {private, team})):  # fmt: skip
        assert set(Board.objects.visible_to(user)) == seen
    assert not Board.objects.editable_by(cast.rep).exists()
    client.force_login(cast.rep)
    assert client.get(f"{team.get_absolute_url()}?edit=1").context["editing"] is False
    client.post(reverse("analytics:board_copy", args=[team.pk]))
    copy = Board.objects.get(owner=cast.rep)
    assert (copy.sharing, copy.cards.count()) == ("private", 1)
    answer = client.post(
        reverse("analytics:board_edit", args=[copy.pk]), {"name": "For all", "sharing": "public"}
    )
    assert answer.status_code == 422


def test_it_shows_both_names_when_two_rename(client: Client, cast: Cast) -> None:
    board = compose(cast, name="First")
    client.force_login(cast.manager)
    url = reverse("analytics:board_edit", args=[board.pk])
    data = {"name": "Second", "sharing": "team", "expected_version": "1"}
    assert client.post(url, data).status_code == 302
    late = client.post(url, {**data, "name": "Third"})
    assert late.status_code == 409
    assert "Second" in late.content.decode()
    assert "Third" in late.content.decode()
    with pytest.raises(EditConflictError):
        services.board_update(pk=board.pk, actor=cast.manager, expected_version=1, name="Fourth")


def test_it_draws_a_figure_over_time_beside_the_period_before(cast: Cast) -> None:
    now = timezone.now()
    sell(cast.rep, 100, ordered_at=now)
    sell(cast.rep, 40, ordered_at=now - timezone.timedelta(days=365))
    board = compose(cast, {"kind": "chart", "key": "sales", "step": "month"})
    _form, look = looks.read(cast.manager, "period=year&compare=year")
    assert look is not None
    shown = cards.show(board.cards.get(), look)
    assert shown.chart is not None
    now_line, before = (series["data"] for series in shown.chart.spec["series"])
    assert (sum(now_line), sum(value or 0 for value in before)) == (100, 40)
    assert len(shown.chart.spec["drill"]) == len(shown.chart.spec["x"]) == len(shown.chart.rows)


def test_it_folds_what_is_left_over_into_others(cast: Cast) -> None:
    for n in range(6):
        sell(cast.rep, 10 + n, f"Region {n}")
    board = compose(cast, {"kind": "table", "key": "sales", "by": "region", "top": 4})
    _form, look = looks.read(cast.manager, "")
    assert look is not None
    shown = cards.show(board.cards.get(), look)
    assert [row[1] for row in shown.rows] == [Decimal(n) for n in (15, 14, 13, 12, 21)]
    assert sum(row[2] for row in shown.rows) == pytest.approx(1)


# Queries that show a card, as a manager; they may not grow with the records.
QUERIES: list[tuple[dict[str, Any], int]] = [
    (METRIC, 2),
    ({"kind": "metric", "key": "pipeline"}, 1),
    ({"kind": "metric", "key": "csat"}, 3),
    ({"kind": "chart", "key": "sales"}, 2),
    ({"kind": "chart", "key": "sales", "by": "region", "form": "bar"}, 1),
    ({"kind": "chart", "key": "orders", "by": "channel", "form": "stacked"}, 2),
    ({"kind": "table", "key": "sales", "by": "owner"}, 3),
    ({"kind": "list", "key": "customers.customer"}, 1),
    ({"kind": "result", "key": "churn"}, 1),
]


@pytest.mark.parametrize(("plan", "count"), QUERIES, ids=lambda value: str(value)[:60])
def test_it_asks_a_fixed_number_of_queries(cast: Cast, plan: dict[str, Any], count: int) -> None:
    board = compose(cast, plan)
    card = BoardCard.objects.get(board=board)
    _form, look = looks.read(cast.manager, "")
    assert look is not None
    added_fields("")  # kept for seconds: not asked by each card
    for more in (2, 5):
        for n in range(more):
            sell(cast.rep, 10 + n, f"R{more}{n}", channel=ChannelFactory())
            sell(cast.colleague, 10 + n)
        with CaptureQueriesContext(connection) as captured:
            cards.show(card, look)
        assert len(captured) == count, [query["sql"][:200] for query in captured]


def test_it_asks_for_a_years_plan_at_once(cast: Cast) -> None:
    """Not a query per month: the plan and the sales of the period and of the one before."""
    card = compose(cast, {"kind": "metric", "key": "attained"}).cards.get()
    _form, look = looks.read(cast.manager, "")
    assert look is not None
    first = look.part.start.replace(day=1)
    for n in range(-12, 12):
        Target.objects.create(
            team=cast.team, amount=100, starts_on=next_month(first, n),
            ends_on=next_month(first, n + 1),
        )  # fmt: skip
    sell(cast.rep, 30)
    with CaptureQueriesContext(connection) as captured:
        shown = cards.show(card, look)
    assert (shown.raw, len(captured)) == (pytest.approx(30 / 1200), 4)


def test_it_tells_the_strongest_reason_in_words(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    reason = {"column": "orders", "value": 3, "typical": 5, "effect": 0.4}
    run = Run.objects.create(method="churn", state=Run.State.FINISHED, live=True)
    CustomerScore.objects.create(
        run=run, customer=customer, kind="churn", chance=0.7, level=3, reasons=[reason, reason]
    )
    card = compose(cast, {"kind": "result", "key": "churn"}).cards.get()
    _form, look = looks.read(cast.manager, "")
    assert look is not None
    with translation.override("en"):
        shown = cards.show(card, look)
    assert [row[2] for row in shown.rows] == ["Orders: 3 (usually 5)"]
