"""The one place where the rule and the window of attribution are set."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from analytics.attribution.credit import Terms
from analytics.attribution.models import Declaration, Rule
from crm.records.resources import KEEPERS

SHOWN = 20


def declared() -> Terms:
    """By which terms every page, card, file and mail goes. One query."""
    newest = Declaration.objects.first()
    return Terms(Rule(newest.rule), newest.days) if newest else Terms()


def declarations() -> list[tuple[Declaration, Terms]]:
    """Who declared which terms and when, newest first."""
    found = Declaration.objects.select_related("declared_by")[:SHOWN]
    return [(one, Terms(Rule(one.rule), one.days)) for one in found]


@transaction.atomic
def declare(*, terms: Terms, actor: Any) -> None:
    """Let the terms count from now on; the same ones again are not written twice.

    Raises
    ------
    PermissionDenied
        The actor is neither a manager nor an administrator.
    """
    if actor.role not in KEEPERS:
        raise PermissionDenied
    if terms != declared():
        Declaration.objects.create(rule=terms.rule, days=terms.days, declared_by=actor)
