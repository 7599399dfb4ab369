"""A worker that is killed while it sends: nothing goes out twice, and what is unknown is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm.accounts.models import User
from crm.mail.models import Mail
from crm.mail.services import Letter, mail_queue
from tests.faults.conftest import Process, kill_with_children
from tests.mail.server import Server, running_server

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

Wait = Callable[..., object]
RECOVERY_SECONDS = 60


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture
def mail_worker(
    start_worker: Callable[..., Process], valkey: Any, server: Server
) -> Callable[[], Process]:
    environment = {
        "CRM_TEST_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(server.port),
        "EMAIL_USE_TLS": "0",
    }
    return lambda: start_worker(**environment)


@pytest.mark.parametrize(
    ("mood", "state", "arrived"), [("hang before", "sent", 1), ("hang after", "unsure", 1)]
)
def test_it_sends_at_most_once_when_its_worker_is_killed(
    mail_worker: Callable[[], Process], beat: Process, server: Server, wait_until: Wait,
    mood: str, state: str, arrived: int,
) -> None:  # fmt: skip
    server.misbehave(mood)
    worker = mail_worker()
    user = User.objects.create_user("owner", email="owner@example.com", language="en")
    mail = mail_queue(kind="test", letter=Letter("Hello", "Words"), user=user)
    asked = (lambda: server.handler.taken) if mood == "hang after" else lambda: server.handler.asked
    wait_until(asked, seconds=20)
    kill_with_children(worker)
    server.behave()
    mail_worker()

    def settled() -> bool:
        mail.refresh_from_db()
        return mail.state not in {Mail.State.WAITING, Mail.State.SENDING}

    wait_until(settled, seconds=RECOVERY_SECONDS, what=mail.state)
    assert (mail.state, len(server.letters)) == (state, arrived)
