"""Writes about deals: what they are, and how they move through their pipeline."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import EditConflictError, RefusedError
from crm.common.services import (
    record_create,
    record_lock,
    record_trash,
    record_update,
)
from customers.models import Customer, Need
from sales.currency import to_base
from sales.models import Deal, Pipeline, Stage, StageChange
from sales.services.places import restore_unless_replaced
from sales.services.reach import require_seller

STANDARD_PIPELINE = ("标准销售流程", "Standard sales")
STANDARD_STAGES = [
    ("新线索", "New", 10, Stage.Kind.OPEN),
    ("已联系", "Contacted", 20, Stage.Kind.OPEN),
    ("方案报价", "Proposal", 50, Stage.Kind.OPEN),
    ("商务谈判", "Negotiation", 70, Stage.Kind.OPEN),
    ("赢单", "Won", 100, Stage.Kind.WON),
    ("丢单", "Lost", 0, Stage.Kind.LOST),
]


@transaction.atomic
def deal_create(
    *,
    actor: Any,
    customer: Customer,
    stage: Stage,
    amount: Decimal = Decimal(0),
    currency: str = "",
    probability: int | None = None,
    lost_reason: str = "",
    submission: UUID | None = None,
    **values: Any,
) -> Deal:
    """A new deal with a customer whom the actor sees, standing in ``stage``.

    The probability is the stage's unless one is given. A manager's deal without an owner
    goes to the customer's owner.

    Raises
    ------
    PermissionDenied
        The actor does not sell, or does not see the customer.
    RefusedError
        The currency has no rate, or a lost deal has no reason.
    """
    require_seller(actor, customer)
    now = timezone.now()
    currency = currency or settings.BASE_CURRENCY
    deal = Deal(
        customer=customer,
        amount=amount,
        currency=currency,
        amount_base=to_base(amount, currency, timezone.localdate()),
        **values,
    )
    if deal.owner_id is None and not getattr(actor, "is_rep", False):
        deal.owner = customer.owner
    enter_stage(deal, stage, now, lost_reason=lost_reason, probability=probability)
    created = record_create(record=deal, actor=actor, submission=submission)
    if created is deal:
        StageChange.objects.create(deal=deal, to_stage=stage, at=now, by=actor)
    return created


@transaction.atomic
def deal_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> Deal:
    """Change a deal; a change of ``stage`` is a move, see ``deal_move``.

    The amount in the base currency follows today's rate when amount or currency change, and
    stays as it was otherwise. Raises as ``record_update`` and ``deal_create``.
    """
    deal: Deal = record_lock(Deal.objects.editable_by(actor), pk)
    changes = dict(changes)
    stage, reason = changes.pop("stage", None), changes.pop("lost_reason", "")
    if "customer" in changes and changes["customer"].pk != deal.customer_id:
        require_seller(actor, changes["customer"])
    if changes.get("probability", 0) is None:
        changes["probability"] = deal.stage.probability
    value = (changes.get("amount", deal.amount), changes.get("currency", deal.currency))
    if value != (deal.amount, deal.currency):
        changes["amount_base"] = to_base(*value, timezone.localdate())
    updated = record_update(
        model=Deal, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )
    if stage is None or stage.pk == updated.stage_id:
        return updated
    return deal_move(pk=pk, actor=actor, stage=stage, lost_reason=reason)


@transaction.atomic
def deal_move(
    *,
    pk: int,
    actor: Any,
    stage: Stage,
    lost_reason: str = "",
    probability: int | None = None,
    expected_version: int | None = None,
    across: bool = False,
) -> Deal:
    """Move a deal to another stage of its pipeline and remember it; a second call does nothing.

    ``across`` lets it go to a stage of another pipeline.

    The probability becomes the stage's unless one is given or somebody typed one before;
    won and lost always have 100 and 0. Won and lost close the deal, other stages reopen it.

    Raises
    ------
    PermissionDenied
        The actor may not edit the deal.
    EditConflictError
        The deal is no longer at ``expected_version``.
    RefusedError
        The stage is another pipeline's, or the deal is lost without a reason.
    """
    deal: Deal = record_lock(Deal.objects.editable_by(actor), pk)
    if deal.stage_id == stage.pk:
        return deal
    if expected_version is not None and deal.version != expected_version:
        raise EditConflictError(deal)
    if stage.pipeline_id != deal.pipeline_id and not across:
        raise RefusedError(_("This stage belongs to another pipeline."))
    now = timezone.now()
    left = deal.stage
    typed = deal.probability if deal.probability != left.probability else None
    enter_stage(
        deal,
        stage,
        now,
        lost_reason=lost_reason,
        probability=probability if probability is not None else typed,
    )
    deal.version += 1
    deal.full_clean(exclude=["submission", "search"])
    deal.save()
    StageChange.objects.create(deal=deal, from_stage=left, to_stage=stage, at=now, by=actor)
    return deal


def enter_stage(
    deal: Deal, stage: Stage, now: datetime, *, lost_reason: str, probability: int | None
) -> None:
    """Set what follows from standing in ``stage`` since ``now``."""
    lost = stage.kind == Stage.Kind.LOST
    if lost and lost_reason not in Deal.LostReason.values:
        raise RefusedError(_("Say why the deal was lost."))
    closes = stage.kind != Stage.Kind.OPEN
    deal.stage, deal.pipeline_id, deal.stage_since = stage, stage.pipeline_id, now
    deal.closed_at = now if closes else None
    deal.lost_reason = lost_reason if lost else ""
    deal.probability = stage.probability if closes or probability is None else probability


deal_trash = partial(record_trash, model=Deal)


def deal_restore(*, pk: int, actor: Any) -> Deal:
    """Take it out of the trash, unless another one took its place meanwhile."""
    refusal = _("The need of this deal has another deal now.")
    return restore_unless_replaced(model=Deal, pk=pk, actor=actor, refusal=refusal)


@transaction.atomic
def need_convert(*, pk: int, actor: Any) -> Deal:
    """Make the deal of a need, in the first open stage; a second call gives the same deal.

    Raises
    ------
    PermissionDenied
        The actor may not change the need.
    RefusedError
        There is no pipeline yet.
    """
    need: Need = record_lock(Need.objects.editable_by(actor), pk)
    made = Deal.objects.alive().filter(need=need).first()
    if made is not None:
        return made
    stage = first_stage()
    if stage is None:
        raise RefusedError(_("There is no pipeline yet. An administrator sets it up."))
    deal = deal_create(
        actor=actor, customer=need.customer, stage=stage, need=need, name=need.title,
        note=need.description, owner=None if actor.is_rep else need.owner,
    )  # fmt: skip
    need.status = Need.Status.QUOTED
    need.version += 1
    need.save(update_fields=["status", "version"])
    return deal


def first_stage() -> Stage | None:
    """Where new deals begin: the first open stage of the default pipeline."""
    stages = Stage.objects.filter(kind=Stage.Kind.OPEN).select_related("pipeline")
    return stages.order_by("-pipeline__is_default", "pipeline", "order").first()


@transaction.atomic
def pipeline_set_up(*, actor: Any) -> Pipeline:
    """The first pipeline, with the stages that most companies start from; once only."""
    if not actor.is_admin:
        raise PermissionDenied
    name, name_en = STANDARD_PIPELINE
    pipeline, created = Pipeline.objects.get_or_create(
        is_default=True, defaults={"name": name, "name_en": name_en}
    )
    if created:
        Stage.objects.bulk_create(
            Stage(pipeline=pipeline, order=order, name=name, name_en=name_en,
                  probability=probability, kind=kind)
            for order, (name, name_en, probability, kind) in enumerate(STANDARD_STAGES, start=1)
        )  # fmt: skip
    return pipeline
