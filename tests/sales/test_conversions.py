"""Leads and needs become deals: one each, however many people press the button at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import translation

from crm.common.errors import RefusedError
from customers.models import Customer, Need
from sales.models import Deal, Stage, StageChange
from sales.services import lead_convert, need_convert
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory, NeedFactory
from tests.factories.sales import DealFactory, make_stages

Stages = dict[str, Stage]
AT_ONCE = 20


def at_once(act: Callable[[], Deal]) -> list[int]:
    """Do it in ``AT_ONCE`` threads, each on a connection of its own; the ids that they gave."""
    start, given = threading.Barrier(AT_ONCE), []

    def run() -> None:
        try:
            start.wait()
            given.append(act().pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_it_makes_one_deal_of_a_lead_from_twenty_clicks(transactional_db: None) -> None:
    cast, stages = make_cast(), make_stages()
    lead = CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="lead")
    older = DealFactory(customer=lead, owner=cast.rep, stage=stages["new"])
    given = at_once(lambda: lead_convert(pk=lead.pk, actor=cast.rep))
    deal = Deal.objects.exclude(pk=older.pk).get()
    assert given == [deal.pk] * AT_ONCE
    assert (Customer.objects.count(), StageChange.objects.count()) == (1, 1)
    lead.refresh_from_db()
    assert (lead.lifecycle, lead.open_deals) == ("active", 2)


def test_it_makes_one_deal_of_a_need_from_twenty_clicks(transactional_db: None) -> None:
    cast, _stages = make_cast(), make_stages()
    need = NeedFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team))
    given = at_once(lambda: need_convert(pk=need.pk, actor=cast.rep))
    assert given == [Deal.objects.get().pk] * AT_ONCE
    assert StageChange.objects.count() == 1


def test_it_converts_the_most_urgent_open_need_of_a_lead(cast: Cast, stages: Stages) -> None:
    lead = CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="lead")
    for title, priority, status in [("a", 2, "open"), ("b", 1, "open"), ("c", 1, "dropped")]:
        NeedFactory(customer=lead, title=title, priority=priority, status=status)
    deal = lead_convert(pk=lead.pk, actor=cast.rep)
    assert (deal.name, deal.stage, deal.owner) == ("b", stages["new"], cast.rep)
    assert list(Need.objects.order_by("title").values_list("status", flat=True)) == [
        "open", "quoted", "dropped",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["colleague", "stranger", "agent"])
def test_it_converts_nobody_elses_lead(cast: Cast, stages: Stages, role: str) -> None:
    lead = CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="lead")
    with pytest.raises(PermissionDenied):
        lead_convert(pk=lead.pk, actor=cast.user(role))
    lead.refresh_from_db()
    assert (lead.lifecycle, Deal.objects.count()) == ("lead", 0)


@translation.override("en")
def test_it_says_when_there_is_nothing_to_convert(cast: Cast, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="active")
    with pytest.raises(RefusedError, match="not a lead"):
        lead_convert(pk=customer.pk, actor=cast.rep)
    lead = CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="lead")
    Stage.objects.all().delete()
    with pytest.raises(RefusedError, match="no pipeline"):
        lead_convert(pk=lead.pk, actor=cast.rep)
    lead.refresh_from_db()
    assert lead.lifecycle == "lead"


def test_it_converts_by_a_button_on_the_leads_page(
    cast: Cast, client: Client, stages: Stages
) -> None:
    lead = CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="lead")
    client.force_login(cast.rep)
    url = reverse("sales:lead_convert", args=[lead.pk])
    assert url in client.get(lead.get_absolute_url()).content.decode()
    made = client.post(url)["Location"]
    assert made == Deal.objects.get().get_absolute_url()
    assert "Give it an amount" in client.get(made).content.decode()
    assert url not in client.get(lead.get_absolute_url()).content.decode()


def test_it_reopens_a_lost_deal_where_it_stood(cast: Cast, client: Client, stages: Stages) -> None:
    deal = DealFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team),
                       stage=stages["offer"])  # fmt: skip
    StageChange.objects.create(deal=deal, to_stage=stages["offer"], at=deal.stage_since)
    move = reverse("sales:deal_move", args=[deal.pk])
    client.force_login(cast.rep)
    lost = {"stage": stages["lost"].pk, "asked": 1, "lost_reason": "price"}
    client.post(move, lost)
    page = client.get(deal.get_absolute_url())
    assert page.context["reopen_stage"] == stages["offer"]
    client.post(move, {"stage": stages["offer"].pk, "version": 2})
    deal.refresh_from_db()
    assert (deal.stage, deal.closed_at, deal.lost_reason) == (stages["offer"], None, "")


def test_it_moves_a_deal_to_another_pipeline(cast: Cast, client: Client, stages: Stages) -> None:
    others = make_stages()
    deal = DealFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team),
                       stage=stages["new"])  # fmt: skip
    move = reverse("sales:deal_move", args=[deal.pk])
    client.force_login(cast.rep)
    choice = client.get(move).content.decode()
    assert f'value="{others["offer"].pk}"' in choice
    refused = client.post(move, {"stage": others["offer"].pk})
    assert refused.status_code == 422
    client.post(move, {"stage": others["offer"].pk, "across": "True", "version": 1})
    deal.refresh_from_db()
    assert (deal.stage, deal.pipeline) == (others["offer"], others["offer"].pipeline)
    lost = client.post(move, {"stage": stages["won"].pk, "across": "True", "version": 2})
    assert lost.status_code == 302
    deal.refresh_from_db()
    assert (deal.pipeline, deal.closed_at is None) == (stages["won"].pipeline, False)


def test_it_shows_each_stays_length_against_the_usual_one(
    cast: Cast, client: Client, stages: Stages
) -> None:
    Stage.objects.filter(pk=stages["new"].pk).update(norm_seconds=9 * 86_400)
    deal = DealFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team),
                       stage=stages["new"])  # fmt: skip
    StageChange.objects.create(deal=deal, to_stage=stages["new"], at=deal.stage_since)
    client.force_login(cast.rep)
    content = client.get(deal.get_absolute_url()).content.decode()
    assert "0 min · usually 9 days" in content
