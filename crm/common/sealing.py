"""Short secrets at rest: sealed with a key drawn from SECRET_KEY."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:  # seven megabytes that most processes never need
    from cryptography.fernet import Fernet


def sealed(text: str, purpose: str) -> str:
    """``text`` as nobody reads it in the database or a backup."""
    return _box(purpose).encrypt(text.encode()).decode()


def unsealed(token: str, purpose: str) -> str | None:
    """The text again; None where it was sealed with another key."""
    from cryptography.fernet import InvalidToken

    try:
        return _box(purpose).decrypt(token.encode()).decode()
    except InvalidToken:
        return None


def _box(purpose: str) -> Fernet:
    from cryptography.fernet import Fernet

    key = hashlib.scrypt(
        settings.SECRET_KEY.encode(), salt=purpose.encode(), n=2**12, r=8, p=1, dklen=32
    )
    return Fernet(base64.urlsafe_b64encode(key))
