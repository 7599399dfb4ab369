"""Writes about keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.api.models import ApiToken
from crm.common.errors import RefusedError

MARK = "crm_"
MOST_TOKENS = 20
_HINT = len(MARK) + 6
_USE_IS_NOTED_EVERY = timedelta(minutes=5)


@transaction.atomic
def token_create(
    *, user: User, name: str, kinds: Sequence[str] = (), last_day: date | None = None
) -> tuple[ApiToken, str]:
    """A new key and its secret, which is shown this once and kept nowhere.

    Raises
    ------
    RefusedError
        There are ``MOST_TOKENS`` living keys already.
    """  # fmt: skip
    User.objects.select_for_update().get(pk=user.pk)
    if ApiToken.objects.visible_to(user).living().count() >= MOST_TOKENS:
        raise RefusedError(
            _("You have %(most)d keys. Take one back first.") % {"most": MOST_TOKENS}
        )
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user, name=name, digest=digest(secret), hint=secret[:_HINT], stamp=_stamp(user),
        kinds=sorted(kinds), last_day=last_day,
    )  # fmt: skip
    token.full_clean()
    token.save(force_insert=True)
    return token, secret


@transaction.atomic
def token_revoke(*, user: User, pk: int) -> ApiToken:
    """End one's own key; one that is over stays as it is."""
    token = ApiToken.objects.visible_to(user).select_for_update().filter(pk=pk).first()
    if token is None:
        raise PermissionDenied
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def token_of(secret: str) -> ApiToken | None:
    """The living key with that secret, its user beside it; None when the right behind it ended."""
    found = ApiToken.objects.living().select_related("user__team")
    token = found.filter(digest=digest(secret), user__is_active=True).first()
    if token is None or not constant_time_compare(token.stamp, _stamp(token.user)):
        return None
    return token


def use_note(*, token: ApiToken) -> None:
    """Write down that a key is in use, every five minutes at most."""
    now = timezone.now()
    old = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_IS_NOTED_EVERY)
    if token.last_used_at is None or now - token.last_used_at > _USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(old, pk=token.pk).update(last_used_at=now)


def digest(secret: str) -> str:
    """Secrets are random, so a plain digest cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _stamp(user: Any) -> str:
    return salted_hmac(
        "crm.api.token", f"{user.password}|{user.role}", algorithm="sha256"
    ).hexdigest()
