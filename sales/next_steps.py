"""A deal's next step: the earliest open follow-up about it. The one definition of its state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, Min, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.models import About, FollowUp


class NextStep(models.TextChoices):
    OVERDUE = "overdue", _("Overdue")
    TODAY = "today", _("Today")
    LATER = "later", _("Later")
    NONE = "none", _("No next step")


def _open_steps() -> Any:
    return FollowUp.objects.alive().open().filter(about_kind=About.DEAL)


def _steps() -> Any:
    return _open_steps().filter(about_id=OuterRef("pk"))


def _due_at() -> Subquery:
    return Subquery(_steps().order_by("due_at").values("due_at")[:1])


def with_next_step(deals: Any) -> Any:
    """The deals with ``next_step_at``, the time of their next step or None."""
    return deals.annotate(next_step_at=_due_at())


def next_step_of(due_at: datetime | None, now: datetime) -> NextStep:
    """What a step due at ``due_at`` is at ``now``, in the reader's zone."""
    if due_at is None:
        return NextStep.NONE
    if due_at < now:
        return NextStep.OVERDUE
    return NextStep.TODAY if due_at < _tomorrow(now) else NextStep.LATER


def filter_next_step(deals: Any, state: str) -> Any:
    """The deals whose next step is in ``state`` now."""
    now = timezone.now()
    if state == NextStep.OVERDUE:
        return _first_due(deals, first__lt=now)
    if state == NextStep.TODAY:
        return _first_due(deals, first__gte=now, first__lt=_tomorrow(now))
    if state == NextStep.LATER:
        return _first_due(deals, first__gte=_tomorrow(now))
    return deals.filter(~Exists(_steps()))


def _first_due(deals: Any, **when: datetime) -> Any:
    """The deals whose next step is due then, found by their steps: most deals have none."""
    steps = _open_steps().order_by().values("about_id").annotate(first=Min("due_at"))
    return deals.filter(pk__in=steps.filter(**when).values("about_id"))


def _tomorrow(now: datetime) -> datetime:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)
