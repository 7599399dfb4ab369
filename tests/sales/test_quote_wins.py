"""An accepted quote offers to win its deal, on its own page and on its order's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from crm.common.errors import RefusedError
from sales.models import Deal, Quote, Stage, StageChange
from sales.services import (
    LineItem,
    deal_move,
    quote_accept,
    quote_create,
    quote_order,
    quote_win,
)
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory

Stages = dict[str, Stage]


@pytest.fixture
def deal(cast: Cast, stages: Stages) -> Deal:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    return DealFactory(
        customer=customer, stage=stages["new"], amount=Decimal(5000), owner=cast.rep, team=cast.team
    )


@pytest.fixture
def quote(cast: Cast, deal: Deal) -> Quote:
    lines = [LineItem(Decimal(2), Decimal(2000), None, "Pump", Decimal(10), Decimal(13))]
    return quote_create(actor=cast.rep, customer=deal.customer, deal=deal, lines=lines)


def offers(client: Client, page: str, quote: Quote) -> bool:
    return reverse("sales:quote_win", args=[quote.pk]) in client.get(page).content.decode()


def test_it_offers_to_win_the_deal_once_accepted(cast: Cast, client: Client, quote: Quote) -> None:
    client.force_login(cast.rep)
    assert not offers(client, quote.get_absolute_url(), quote)
    quote_accept(pk=quote.pk, actor=cast.rep)
    assert offers(client, quote.get_absolute_url(), quote)
    page = client.get(quote.get_absolute_url()).content.decode()
    assert "Win the deal at CN¥3,600<" in page
    answer = client.post(reverse("sales:quote_win", args=[quote.pk]))
    assert answer["Location"] == quote.get_absolute_url()
    assert not offers(client, quote.get_absolute_url(), quote)


def test_it_wins_the_deal_at_what_was_agreed_once(cast: Cast, deal: Deal, quote: Quote) -> None:
    quote_accept(pk=quote.pk, actor=cast.rep)
    deal.refresh_from_db()
    assert (deal.stage.kind, deal.amount) == ("open", 5000)
    quote_win(pk=quote.pk, actor=cast.rep)
    won = quote_win(pk=quote.pk, actor=cast.rep)
    deal.refresh_from_db()
    assert (deal.stage.kind, deal.amount, deal.amount_base) == ("won", 3600, 3600)
    assert (deal.closed_at is not None, deal.version) == (True, won.version)
    assert StageChange.objects.filter(deal=deal, to_stage__kind="won").count() == 1


def test_its_order_offers_it_too(
    cast: Cast, client: Client, deal: Deal, quote: Quote, stages: Stages
) -> None:
    client.force_login(cast.rep)
    quote_accept(pk=quote.pk, actor=cast.rep)
    order = quote_order(pk=quote.pk, actor=cast.rep)
    assert offers(client, order.get_absolute_url(), quote)
    answer = client.post(reverse("sales:quote_win", args=[quote.pk]))
    assert answer["Location"] == order.get_absolute_url()
    assert not offers(client, order.get_absolute_url(), quote)
    deal_move(pk=deal.pk, actor=cast.rep, stage=stages["lost"], lost_reason="price")
    assert offers(client, order.get_absolute_url(), quote)


def test_a_deal_of_a_colleague_is_not_ours_to_win(
    cast: Cast, client: Client, deal: Deal, quote: Quote
) -> None:
    quote_accept(pk=quote.pk, actor=cast.rep)
    Deal.objects.filter(pk=deal.pk).update(owner=cast.colleague)
    client.force_login(cast.rep)
    assert not offers(client, quote.get_absolute_url(), quote)
    with pytest.raises(PermissionDenied):
        quote_win(pk=quote.pk, actor=cast.rep)


def test_it_refuses_what_cannot_be_won(cast: Cast, quote: Quote) -> None:
    with pytest.raises(RefusedError):
        quote_win(pk=quote.pk, actor=cast.rep)
    quote_accept(pk=quote.pk, actor=cast.rep)
    Stage.objects.filter(kind="won").update(kind="open")
    with pytest.raises(RefusedError):
        quote_win(pk=quote.pk, actor=cast.rep)
    Quote.objects.filter(pk=quote.pk).update(deal=None)
    with pytest.raises(RefusedError):
        quote_win(pk=quote.pk, actor=cast.rep)
