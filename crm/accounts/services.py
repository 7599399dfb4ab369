"""Writes about people."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from crm.accounts.models import User


@transaction.atomic
def preferences_set(*, user: User, changes: dict[str, Any]) -> User:
    """Language, theme, time zone and name of one's own account."""
    for name, value in changes.items():
        setattr(user, name, value)
    user.full_clean(exclude=["password"])
    user.save(update_fields=list(changes))
    return user
