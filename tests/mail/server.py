"""A counting SMTP server: it takes letters, or refuses, hangs and drops as told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Handler:
    """``mood`` says what goes wrong; ``taken`` holds every letter whose text came in whole."""

    def __init__(self) -> None:
        self.mood = ""
        self.taken: list[bytes] = []
        self.asked = 0  # envelopes begun

    async def handle_MAIL(  # noqa: N802  # the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked += 1
        if self.mood == "421":
            return "421 4.3.2 come back later"
        if self.mood == "hang before":
            await asyncio.sleep(60)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood == "550":
            return "550 5.1.1 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        if self.mood == "451":
            return "451 4.7.1 greylisted"
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        if self.mood == "drop":
            transport: Any = server.transport
            transport.abort()
        if self.mood == "hang after":
            await asyncio.sleep(60)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        if self.mood == "drop at the end":
            transport: Any = server.transport
            transport.abort()
        return "221 Bye"


class Server:
    def __init__(self, handler: Handler, port: int) -> None:
        self.handler = handler
        self.port = port

    def misbehave(self, mood: str) -> None:
        self.handler.mood = mood

    def behave(self) -> None:
        self.handler.mood = ""

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.handler.taken]


class _Controller(Controller):
    """On a port of the kernel's choice."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def running_server() -> Iterator[Server]:
    handler = Handler()
    controller = _Controller(handler, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield Server(handler, controller.port)
    finally:
        controller.stop()
