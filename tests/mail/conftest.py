"""A real SMTP server that behaves, or misbehaves, as told; and the people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from crm.accounts.models import User
from tests.factories.cast import Cast, make_cast
from tests.mail.server import Server, running_server


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast()
    for name in ("rep", "manager", "admin"):
        user: User = made.user(name)
        user.email = f"{name}@example.com"
        user.save(update_fields=["email"])
    return made


@pytest.fixture
def server(settings: LazySettings) -> Iterator[Server]:
    with running_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_TIMEOUT = 1
        yield server
