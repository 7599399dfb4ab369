"""Writes about the sales plan."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.common.services import (
    record_create,
    record_lock,
    record_trash,
    record_update,
)
from sales.models import Target
from sales.services.places import restore_unless_replaced
from sales.services.reach import require_keeper


@transaction.atomic
def target_create(*, actor: Any, submission: UUID | None = None, **values: Any) -> Target:
    """What a person, or without one a team, is to sell; in the base currency.

    Raises
    ------
    PermissionDenied
        The actor does not keep the plan, or plans for another team.
    RefusedError
        There is one for this person or team and period.
    """
    require_keeper(actor)
    target = Target(currency=settings.BASE_CURRENCY, **values)
    _place(target, actor)
    twin = Target.objects.filter(submission=submission).first() if submission else None
    if twin is None:
        _refuse_second(target)
    return record_create(record=target, actor=actor, submission=submission)


@transaction.atomic
def target_update(
    *, pk: int, actor: Any, changes: dict[str, Any], expected_version: int | None = None
) -> Target:
    target: Target = record_lock(Target.objects.editable_by(actor), pk)
    for name, value in changes.items():
        setattr(target, name, value)
    if "owner" in changes:
        _place(target, actor)
        changes = {**changes, "team": target.team}
    _refuse_second(target)
    return record_update(
        model=Target, pk=pk, actor=actor, changes=changes, expected_version=expected_version
    )


target_trash = partial(record_trash, model=Target)


def target_restore(*, pk: int, actor: Any) -> Target:
    """Take it out of the trash, unless another one took its place meanwhile."""
    refusal = _("There is a target for this period already.")
    return restore_unless_replaced(model=Target, pk=pk, actor=actor, refusal=refusal)


def _place(target: Target, actor: Any) -> None:
    """A person's target stands in the person's team; a manager's in the manager's."""
    if target.owner is not None:
        target.team = target.owner.team
    elif actor is not None and actor.is_manager:
        target.team = actor.team
    if actor is not None and actor.is_manager and target.team_id != actor.team_id:
        raise PermissionDenied


def _refuse_second(target: Target) -> None:
    others = Target.objects.alive().exclude(pk=target.pk)
    same = others.filter(
        owner=target.owner_id, team=target.team_id,
        starts_on=target.starts_on, ends_on=target.ends_on,
    )  # fmt: skip
    if same.exists():
        raise RefusedError(_("There is a target for this period already."))
