"""Places that only one record may have: a need's deal, an order's refund, a period's target."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from crm.common.errors import RefusedError
from crm.common.models import Record
from crm.common.services import record_restore

R = TypeVar("R", bound=Record)


def restore_unless_replaced(*, model: type[R], pk: int, actor: Any, refusal: str) -> R:
    """Take a record out of the trash; RefusedError(refusal) when its place is taken."""
    try:
        with transaction.atomic():
            return record_restore(model=model, pk=pk, actor=actor)
    except IntegrityError as taken:
        raise RefusedError(refusal) from taken
