"""The services about deals."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import translation

from crm.common.changes import record_changes
from crm.common.errors import EditConflictError, RefusedError
from customers.models import Need
from customers.services import customer_update
from sales.models import Deal, ExchangeRate, Pipeline, Stage, StageChange
from sales.services import (
    deal_create,
    deal_move,
    deal_restore,
    deal_trash,
    deal_update,
    need_convert,
    pipeline_set_up,
)
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory, NeedFactory
from tests.factories.sales import DealFactory, OrderFactory, PipelineFactory, make_stages

Stages = dict[str, Stage]


@pytest.fixture
def deal(cast: Cast, stages: Stages) -> Deal:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    return deal_create(
        actor=cast.rep, customer=customer, stage=stages["new"], name="Deal", amount=Decimal(1000)
    )


def test_it_stands_in_its_stage_with_its_probability(deal: Deal, cast: Cast) -> None:
    assert (deal.owner, deal.team, deal.probability) == (cast.rep, cast.team, 10)
    assert list(deal.stage_changes.values_list("from_stage", "to_stage", "by")) == [
        (None, deal.stage_id, cast.rep.pk)
    ]


def test_it_is_made_once_per_submission(cast: Cast, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    key = "0d9b6ad6-b4a6-4f5e-9b63-7c8a0b9a3d10"
    values = {"actor": cast.rep, "customer": customer, "stage": stages["new"], "name": "Twice"}
    first, second = deal_create(**values, submission=key), deal_create(**values, submission=key)
    assert first == second
    assert StageChange.objects.count() == 1


def test_it_refuses_a_customer_out_of_reach(cast: Cast, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.stranger, team=cast.other_team)
    with pytest.raises(PermissionDenied):
        deal_create(actor=cast.rep, customer=customer, stage=stages["new"], name="No")
    assert not Deal.objects.exists()


def test_it_gives_a_managers_deal_to_the_customers_owner(cast: Cast, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    deal = deal_create(actor=cast.manager, customer=customer, stage=stages["new"], name="Given")
    assert deal.owner == cast.rep


def test_it_moves_and_remembers_the_way(deal: Deal, cast: Cast, stages: Stages) -> None:
    moved = deal_move(pk=deal.pk, actor=cast.manager, stage=stages["offer"])
    assert (moved.stage, moved.probability, moved.version) == (stages["offer"], 50, 2)
    assert moved.stage_since > deal.stage_since
    change = moved.stage_changes.latest("at")
    assert (change.from_stage, change.to_stage, change.by, change.at) == (
        stages["new"], stages["offer"], cast.manager, moved.stage_since,
    )  # fmt: skip


def test_it_moves_once_when_asked_twice(deal: Deal, cast: Cast, stages: Stages) -> None:
    for _ in range(2):
        deal_move(pk=deal.pk, actor=cast.rep, stage=stages["offer"], expected_version=1)
    assert deal.stage_changes.count() == 2


def test_it_keeps_a_typed_probability_while_open(cast: Cast, deal: Deal, stages: Stages) -> None:
    deal_update(pk=deal.pk, actor=cast.rep, changes={"probability": 90})
    assert deal_move(pk=deal.pk, actor=cast.rep, stage=stages["offer"]).probability == 90
    assert deal_move(pk=deal.pk, actor=cast.rep, stage=stages["won"]).probability == 100


def test_it_closes_when_won_and_reopens(deal: Deal, cast: Cast, stages: Stages) -> None:
    won = deal_move(pk=deal.pk, actor=cast.rep, stage=stages["won"])
    assert won.closed_at == won.stage_since
    again = deal_move(pk=deal.pk, actor=cast.rep, stage=stages["offer"])
    assert (again.closed_at, again.probability) == (None, 50)


def test_it_is_lost_for_a_reason_only(deal: Deal, cast: Cast, stages: Stages) -> None:
    for reason in ("", "nonsense"):
        with pytest.raises(RefusedError):
            deal_move(pk=deal.pk, actor=cast.rep, stage=stages["lost"], lost_reason=reason)
    lost = deal_move(pk=deal.pk, actor=cast.rep, stage=stages["lost"], lost_reason="price")
    assert (lost.lost_reason, lost.probability, lost.closed_at) == ("price", 0, lost.stage_since)


def test_it_forgets_the_reason_when_reopened(deal: Deal, cast: Cast, stages: Stages) -> None:
    deal_move(pk=deal.pk, actor=cast.rep, stage=stages["lost"], lost_reason="price")
    assert deal_move(pk=deal.pk, actor=cast.rep, stage=stages["new"]).lost_reason == ""


def test_it_stays_in_its_pipeline(deal: Deal, cast: Cast) -> None:
    other = make_stages(PipelineFactory())
    with pytest.raises(RefusedError):
        deal_move(pk=deal.pk, actor=cast.rep, stage=other["offer"])


def test_it_refuses_a_move_of_an_older_version(deal: Deal, cast: Cast, stages: Stages) -> None:
    deal_update(pk=deal.pk, actor=cast.manager, changes={"name": "Changed"})
    with pytest.raises(EditConflictError):
        deal_move(pk=deal.pk, actor=cast.rep, stage=stages["offer"], expected_version=1)
    assert deal.stage_changes.count() == 1


def test_it_refuses_others_to_move_it(deal: Deal, cast: Cast, stages: Stages) -> None:
    for other in (cast.colleague, cast.agent, cast.stranger):
        with pytest.raises(PermissionDenied):
            deal_move(pk=deal.pk, actor=other, stage=stages["offer"])
    assert deal.stage_changes.count() == 1


def test_it_counts_the_customers_open_deals(deal: Deal, cast: Cast, stages: Stages) -> None:
    def count() -> int:
        deal.customer.refresh_from_db()
        return deal.customer.open_deals

    assert count() == 1
    deal_move(pk=deal.pk, actor=cast.rep, stage=stages["won"])
    assert count() == 0


def test_it_converts_by_the_rate_of_the_day(cast: Cast, stages: Stages) -> None:
    ExchangeRate.objects.create(currency="USD", from_date=date(2020, 1, 1), rate="6.5")
    ExchangeRate.objects.create(currency="USD", from_date=date(2021, 1, 1), rate="7.1234")
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    deal = deal_create(
        actor=cast.rep, customer=customer, stage=stages["new"], name="USD",
        amount=Decimal("100.10"), currency="USD",
    )  # fmt: skip
    assert deal.amount_base == Decimal("713.05")


def test_it_names_a_currency_without_a_rate(cast: Cast, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    with pytest.raises(RefusedError, match="XAU"):
        deal_create(
            actor=cast.rep, customer=customer, stage=stages["new"], name="No rate", currency="XAU"
        )


def test_it_keeps_the_old_rate_until_the_amount_changes(cast: Cast, stages: Stages) -> None:
    ExchangeRate.objects.create(currency="USD", from_date=date(2020, 1, 1), rate=7)
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    deal = deal_create(
        actor=cast.rep, customer=customer, stage=stages["new"], name="USD", amount=Decimal(10),
        currency="USD",
    )  # fmt: skip
    ExchangeRate.objects.update(rate=8)
    same = deal_update(pk=deal.pk, actor=cast.rep, changes={"name": "Still USD"})
    assert same.amount_base == 70
    changed = deal_update(pk=deal.pk, actor=cast.rep, changes={"amount": Decimal(20)})
    assert changed.amount_base == 160


@pytest.mark.parametrize(
    ("language", "day"), [("en", "24 Dec 2026"), ("zh-hans", "2026年12月24日")]
)
def test_its_history_writes_amounts_and_days_as_the_reader_does(
    deal: Deal, cast: Cast, language: str, day: str
) -> None:
    changes = {"amount": Decimal("12500.50"), "expected_close": date(2026, 12, 24)}
    changed = deal_update(pk=deal.pk, actor=cast.rep, changes=changes)
    with translation.override(language):
        told = [(one.before, one.after) for one in record_changes(changed, cast.rep)[0].fields]
    assert {("1,000", "12,500.50"), ("–", day)} <= set(told)


def test_it_makes_a_needs_deal_once(cast: Cast, stages: Stages) -> None:
    need = NeedFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team))
    first = need_convert(pk=need.pk, actor=cast.rep)
    assert need_convert(pk=need.pk, actor=cast.rep) == first
    need.refresh_from_db()
    assert (first.name, first.customer, first.stage) == (need.title, need.customer, stages["new"])
    assert need.status == Need.Status.QUOTED


def test_it_refuses_to_convert_an_unseen_need(cast: Cast, stages: Stages) -> None:
    need = NeedFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team))
    for other in (cast.stranger, cast.agent):
        with pytest.raises(PermissionDenied):
            need_convert(pk=need.pk, actor=other)
    assert not Deal.objects.exists()


def test_it_refuses_a_restore_when_the_need_has_another_deal(cast: Cast, stages: Stages) -> None:
    need = NeedFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team))
    first = need_convert(pk=need.pk, actor=cast.rep)
    deal_trash(pk=first.pk, actor=cast.rep)
    second = need_convert(pk=need.pk, actor=cast.rep)
    assert second != first
    with pytest.raises(RefusedError):
        deal_restore(pk=first.pk, actor=cast.rep)


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_deal_of_parallel_conversions() -> None:
    cast = make_cast()
    make_stages()
    need = NeedFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team))
    barrier, made = threading.Barrier(8), []

    def convert() -> None:
        barrier.wait()
        try:
            made.append(need_convert(pk=need.pk, actor=cast.rep).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=convert) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert set(made) == set(Deal.objects.values_list("pk", flat=True))
    assert Deal.objects.count() == 1


def test_it_hands_open_work_to_the_customers_new_owner(cast: Cast, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    mine = DealFactory(customer=customer, stage=stages["new"])
    nobodys = DealFactory(customer=customer, stage=stages["new"], owner=None)
    closed = DealFactory(
        customer=customer, stage=stages["won"], closed_at=mine.stage_since, probability=100
    )
    other = DealFactory(customer=customer, stage=stages["new"], owner=cast.colleague)
    shipped = OrderFactory(customer=customer, status="shipped")
    done = OrderFactory(customer=customer, status="completed")
    customer_update(pk=customer.pk, actor=cast.admin, changes={"owner": cast.stranger})
    records = (mine, nobodys, closed, other, shipped, done)
    for record in records:
        record.refresh_from_db()
    assert [record.owner for record in records] == [
        cast.stranger, cast.stranger, cast.rep, cast.colleague, cast.stranger, cast.rep
    ]  # fmt: skip
    assert {record.team for record in records} == {cast.other_team}


def test_it_sets_the_standard_pipeline_up_once(cast: Cast) -> None:
    assert pipeline_set_up(actor=cast.admin) == pipeline_set_up(actor=cast.admin)
    assert Pipeline.objects.get().stages.count() == 6
    with pytest.raises(PermissionDenied):
        pipeline_set_up(actor=cast.manager)
