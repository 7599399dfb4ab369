"""One record of each kind, of each owner, with a marker to look for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from analytics.boards.models import Board, BoardCard
from analytics.datasets.models import Analysis, Dataset
from analytics.models import Run
from communications.models import Communication, FollowUp
from crm.accounts.models import User
from crm.api.models import ApiToken
from crm.api.services import token_create
from crm.common.models import Record
from crm.common.roles import Role
from crm.jobs.models import Job
from crm.mail.models import Mail
from crm.records.models import Attachment, BulkChange, Export, SavedView
from customers.duplicates.contact_merging import contact_merge
from customers.duplicates.merging import customer_merge
from customers.models import (
    Contact,
    ContactMerge,
    ContactPair,
    Customer,
    DuplicatePair,
    ImportBatch,
    Merge,
    Need,
    PrivacyRequest,
)
from marketing.experiments.models import Experiment
from marketing.models import Activity, Campaign
from sales.models import (
    Deal,
    Order,
    Pipeline,
    PriceList,
    Product,
    Quote,
    ReportSchedule,
    SavedReport,
    Stage,
    StageChange,
    Target,
)
from service.models import ServiceRequest
from tests.factories.cast import Cast
from tests.factories.customers import TeamFactory, UserFactory

SCOPES = ("own", "team", "other", "trashed")


@dataclass(frozen=True)
class World:
    """The records that a kind's makers hang theirs on."""

    cast: Cast
    pipeline: Pipeline
    stage: Stage
    customers: dict[str, Customer]
    requests: dict[str, ServiceRequest]
    campaigns: dict[str, Campaign]

    def owner(self, scope: str) -> User:
        return {"team": self.cast.colleague, "other": self.cast.stranger}.get(scope, self.cast.rep)


def make_world(cast: Cast) -> World:
    pipeline = Pipeline.objects.filter(is_default=True).first() or Pipeline.objects.create(
        name="Sales", is_default=True
    )
    stage = pipeline.stages.filter(kind="open").first() or Stage.objects.create(
        pipeline=pipeline, name="New", order=1, probability=10
    )
    for order, kind in ((90, "won"), (91, "lost")):
        if not pipeline.stages.filter(kind=kind).exists():
            Stage.objects.create(pipeline=pipeline, name=kind, order=order, kind=kind)
    world = World(cast, pipeline, stage, {}, {}, {})
    agents = {
        "own": cast.agent,
        "team": UserFactory(team=cast.service_team, role=Role.AGENT),
        "other": UserFactory(team=TeamFactory(), role=Role.AGENT),
    }
    for scope in SCOPES:
        owner = world.owner(scope)
        world.customers[scope] = Customer.objects.create(
            name=f"Ground {scope}", owner=owner, team=owner.team
        )
        agent = agents.get(scope, cast.agent)
        world.requests[scope] = ServiceRequest.objects.create(
            subject=f"Ground {scope}", customer=world.customers[scope], owner=agent,
            team=agent.team, opened_at=timezone.now(),
        )  # fmt: skip
        world.campaigns[scope] = Campaign.objects.create(
            name=f"Ground {scope}", owner=owner, team=owner.team,
            starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1),
        )  # fmt: skip
    return world


def make_record(world: World, kind: str, scope: str, marker: str) -> Any:
    owner = world.owner(scope)
    base = {"owner": owner, "team": owner.team}
    record = _MAKERS[kind](world, scope, marker, base)
    if scope == "trashed" and isinstance(record, Record):
        record.trashed_at, record.trashed_by = timezone.now(), world.cast.stranger
        record.save()
    return record


def _customer(world: World, scope: str, marker: str, base: dict[str, Any]) -> Customer:
    return Customer.objects.create(name=marker, **base)


def _contact(world: World, scope: str, marker: str, base: dict[str, Any]) -> Contact:
    return Contact.objects.create(name=marker, **base)


def _need(world: World, scope: str, marker: str, base: dict[str, Any]) -> Need:
    return Need.objects.create(title=marker, customer=world.customers[scope], **base)


def _product(world: World, scope: str, marker: str, base: dict[str, Any]) -> Product:
    return Product.objects.create(sku=f"S-{marker}"[:60], name=marker, **base)


def _deal(world: World, scope: str, marker: str, base: dict[str, Any]) -> Deal:
    deal = Deal.objects.create(
        name=marker, customer=world.customers[scope], pipeline=world.pipeline, stage=world.stage,
        stage_since=timezone.now(), **base,
    )  # fmt: skip
    StageChange.objects.create(deal=deal, to_stage=world.stage, at=timezone.now())
    return deal


def _order(world: World, scope: str, marker: str, base: dict[str, Any]) -> Order:
    order = Order.objects.create(
        number=marker[:40], customer=world.customers[scope], ordered_at=timezone.now(), **base
    )
    order.lines.create(description="Line", quantity=1, unit_price=10)
    return order


def _quote(world: World, scope: str, marker: str, base: dict[str, Any]) -> Quote:
    day = timezone.localdate()
    quote = Quote.objects.create(
        number=marker[:40], customer=world.customers[scope], quoted_on=day, valid_until=day, **base
    )
    quote.lines.create(description="Line", quantity=1, unit_price=10)
    return quote


def _price_list(world: World, scope: str, marker: str, base: dict[str, Any]) -> PriceList:
    return PriceList.objects.create(name=marker, **base)


def _target(world: World, scope: str, marker: str, base: dict[str, Any]) -> Target:
    offset = SCOPES.index(scope)
    return Target.objects.create(
        starts_on=date(2026, 1, 1) + timedelta(days=offset), ends_on=date(2026, 4, 1),
        amount=1_000_000 + 7 * offset, **base,
    )  # fmt: skip


def _communication(world: World, scope: str, marker: str, base: dict[str, Any]) -> Communication:
    return Communication.objects.create(
        subject=marker, customer=world.customers[scope], happened_at=timezone.now(), **base
    )


def _follow_up(world: World, scope: str, marker: str, base: dict[str, Any]) -> FollowUp:
    return FollowUp.objects.create(
        title=marker, customer=world.customers[scope], due_at=timezone.now(), **base
    )


def _request(world: World, scope: str, marker: str, base: dict[str, Any]) -> ServiceRequest:
    ground = world.requests[scope]
    return ServiceRequest.objects.create(
        subject=marker, customer=ground.customer, owner=ground.owner, team=ground.team,
        opened_at=timezone.now(),
    )  # fmt: skip


def _campaign(world: World, scope: str, marker: str, base: dict[str, Any]) -> Campaign:
    return Campaign.objects.create(
        name=marker, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1), **base
    )


def _activity(world: World, scope: str, marker: str, base: dict[str, Any]) -> Activity:
    return Activity.objects.create(
        campaign=world.campaigns[scope], customer=world.customers[scope],
        happened_at=timezone.now(), note=marker, **base,
    )  # fmt: skip


def _import(world: World, scope: str, marker: str, base: dict[str, Any]) -> ImportBatch:
    return ImportBatch.objects.create(
        kind="customers", filename=marker, created_by=base["owner"], team=base["team"],
        state="finished",
    )  # fmt: skip


def _two(world: World, marker: str, base: dict[str, Any]) -> tuple[Customer, Customer]:
    one = Customer.objects.create(name=marker, **base)
    return one, Customer.objects.create(name=f"{marker} again", **base)


def _pair(world: World, scope: str, marker: str, base: dict[str, Any]) -> DuplicatePair:
    one, other = _two(world, marker, base)
    return DuplicatePair.objects.create(
        first=one, second=other, probability=0.9, found_at=timezone.now()
    )


def _merge(world: World, scope: str, marker: str, base: dict[str, Any]) -> Merge:
    one, other = _two(world, marker, base)
    return customer_merge(survivor=one.pk, other=other.pk, actor=world.cast.admin)


def _two_contacts(marker: str, base: dict[str, Any]) -> tuple[Contact, Contact]:
    one = Contact.objects.create(name=marker, **base)
    return one, Contact.objects.create(name=f"{marker} again", **base)


def _contact_pair(world: World, scope: str, marker: str, base: dict[str, Any]) -> ContactPair:
    one, other = _two_contacts(marker, base)
    return ContactPair.objects.create(
        first=one, second=other, probability=0.9, found_at=timezone.now()
    )


def _contact_merge(world: World, scope: str, marker: str, base: dict[str, Any]) -> ContactMerge:
    one, other = _two_contacts(marker, base)
    return contact_merge(survivor=one.pk, other=other.pk, actor=world.cast.admin)


def _privacy(world: World, scope: str, marker: str, base: dict[str, Any]) -> PrivacyRequest:
    customer = Customer.objects.create(name=marker, **base)
    return PrivacyRequest.objects.create(
        kind="export", customer=customer, team=base["team"], requested_by=base["owner"],
        reason=marker,
    )  # fmt: skip


def _job(world: World, scope: str, marker: str, base: dict[str, Any]) -> Job:
    return Job.objects.create(
        kind="analyze", title=marker, created_by=base["owner"], state=Job.State.QUEUED
    )


def _attachment(world: World, scope: str, marker: str, base: dict[str, Any]) -> Attachment:
    """A file of a customer."""
    attachment = Attachment(
        parent=world.customers[scope], name=f"{marker}.txt", media_type="text/plain", size=4
    )
    attachment.file.save("file", ContentFile(b"text"), save=False)
    attachment.save()
    return attachment


def _mail(world: World, scope: str, marker: str, base: dict[str, Any]) -> Mail:
    return Mail.objects.create(
        kind="test", subject=marker, to="a@example.com", message_id=f"<{marker}@x>",
        user=base["owner"], text=marker,
    )  # fmt: skip


def _dataset(world: World, scope: str, marker: str, base: dict[str, Any]) -> Dataset:
    return Dataset.objects.create(
        name=marker, team=base["team"], state="ready", filename="table.csv", rows=2,
        columns=[{"column": "a", "kind": "text", "missing": 0, "distinct": 1, "top": [["x", 2]]}],
    )  # fmt: skip


def _analysis(world: World, scope: str, marker: str, base: dict[str, Any]) -> Analysis:
    return Analysis.objects.create(
        dataset=_dataset(world, scope, marker, base), method="describe", state="finished",
        answer={"rows_used": 2},
    )  # fmt: skip


def _run(world: World, scope: str, marker: str, base: dict[str, Any]) -> Run:
    error = {"code": "no_rows", "params": {}, "text": ""}
    return Run.objects.create(
        method="cluster", state="refused", error=error, team=base["team"], created_by=base["owner"]
    )


def _advice(world: World, scope: str, marker: str, base: dict[str, Any]) -> Run:
    channel = {"name": "tv", "suggested": 10, "spend": 5}
    return Run.objects.create(
        method="budget", state="finished", result={"clear": True, "channels": [channel]},
        team=base["team"], created_by=base["owner"],
    )  # fmt: skip


def _experiment(world: World, scope: str, marker: str, base: dict[str, Any]) -> Experiment:
    return Experiment.objects.create(
        campaign=world.campaigns[scope], name=marker, arms=["Short"], created_by=base["owner"]
    )


def _report(world: World, scope: str, marker: str, base: dict[str, Any]) -> SavedReport:
    return SavedReport.objects.create(name=marker, owner=base["owner"])


def _mailing(world: World, scope: str, marker: str, base: dict[str, Any]) -> ReportSchedule:
    schedule = ReportSchedule.objects.create(
        report=_report(world, scope, marker, base), created_by=base["owner"],
        active_since=timezone.now(),
    )  # fmt: skip
    schedule.recipients.create(user=base["owner"])
    return schedule


def _token(world: World, scope: str, marker: str, base: dict[str, Any]) -> ApiToken:
    return token_create(user=base["owner"], name=marker)[0]


def _board(world: World, scope: str, marker: str, base: dict[str, Any]) -> Board:
    return Board.objects.create(name=marker, owner=base["owner"])


def _board_card(world: World, scope: str, marker: str, base: dict[str, Any]) -> BoardCard:
    board = _board(world, scope, marker, base)
    return BoardCard.objects.create(board=board, kind="metric", key="sales", title=marker)


def _view(world: World, scope: str, marker: str, base: dict[str, Any]) -> SavedView:
    return SavedView.objects.create(kind="customers.customer", name=marker, owner=base["owner"])


def _bulk(world: World, scope: str, marker: str, base: dict[str, Any]) -> BulkChange:
    return BulkChange.objects.create(
        kind="customers.customer", action="trash", state="done", created_by=base["owner"]
    )


def _export(world: World, scope: str, marker: str, base: dict[str, Any]) -> Export:
    return Export.objects.create(
        kind="customers.customer", format="csv", rows=0, created_by=base["owner"]
    )


_MAKERS: dict[str, Callable[..., Any]] = {
    "customers:": _customer,
    "customers:contact_": _contact,
    "customers:need_": _need,
    "sales:product_": _product,
    "sales:deal_": _deal,
    "sales:order_": _order,
    "sales:quote_": _quote,
    "sales:price_list_": _price_list,
    "sales:target_": _target,
    "communications:": _communication,
    "communications:follow_up_": _follow_up,
    "service:request_": _request,
    "marketing:campaign_": _campaign,
    "marketing:activity_": _activity,
    "pair": _pair,
    "merge": _merge,
    "contact_pair": _contact_pair,
    "contact_merge": _contact_merge,
    "import": _import,
    "privacy": _privacy,
    "job": _job,
    "run": _run,
    "advice": _advice,
    "experiment": _experiment,
    "dataset": _dataset,
    "analysis": _analysis,
    "attachment": _attachment,
    "mail": _mail,
    "report": _report,
    "mailing": _mailing,
    "token": _token,
    "view": _view,
    "board": _board,
    "board_card": _board_card,
    "bulk": _bulk,
    "export": _export,
}
