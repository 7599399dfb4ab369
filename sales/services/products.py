"""Writes about products."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from crm.common.services import record_create, record_restore, record_trash, record_update
from sales.models import Product
from sales.services.reach import require_keeper


def product_create(*, actor: Any, submission: UUID | None = None, **values: Any) -> Product:
    """A new product of the catalogue; managers and administrators keep it."""
    require_keeper(actor)
    return record_create(record=Product(**values), actor=actor, submission=submission)


product_update = partial(record_update, model=Product)
product_trash = partial(record_trash, model=Product)
product_restore = partial(record_restore, model=Product)
