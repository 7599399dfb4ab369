"""Handing one letter to a mail server, knowing at each step whether it may have arrived."""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.core.mail.message import sanitize_address

Handing = Callable[[], None]


class NotTakenError(Exception):
    """The server has surely not taken the letter; ``permanent`` when it never will."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class UnsureError(Exception):
    """The connection broke after the text was on its way: nobody knows whether it arrived."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def hand_over(message: EmailMessage, handing: Handing) -> None:
    """Give the letter to the mail server of the settings.

    ``handing()`` is called after the server agreed to sender and recipient, before it gets the
    text; whatever it raises stops the sending.

    Raises
    ------
    NotTakenError, UnsureError
    """
    backend: Any = get_connection()
    if not isinstance(backend, SmtpBackend):
        handing()
        backend.send_messages([message])
        return
    try:
        backend.open()
    except OSError as error:  # refused, timed out, 421, no TLS, wrong password
        raise NotTakenError(_said(error)) from error
    server: Any = backend.connection
    try:
        _envelope(server, message, backend)
        handing()
        _text(server, message)
    finally:
        # The answer to the text is all that counts, not how the server says goodbye.
        with contextlib.suppress(OSError):
            server.quit()
        server.close()


def _envelope(server: Any, message: EmailMessage, backend: SmtpBackend) -> None:
    encoding = message.encoding or "utf-8"
    try:
        server.ehlo_or_helo_if_needed()
        _require(server.mail(sanitize_address(message.from_email, encoding)))
        for address in message.recipients():
            _require(server.rcpt(sanitize_address(address, encoding)))
    except OSError as error:
        raise NotTakenError(_said(error)) from error


def _text(server: Any, message: EmailMessage) -> None:
    try:
        answer = server.data(message.message().as_bytes(linesep="\r\n"))
    except smtplib.SMTPDataError as error:  # the server did not even want the text
        raise NotTakenError(_said(error), permanent=error.smtp_code >= 500) from error
    except OSError as error:
        raise UnsureError(_said(error)) from error
    _require(answer)


def _require(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if not 200 <= code < 300:
        raise NotTakenError(f"{code} {_plain(words)}".strip(), permanent=500 <= code < 600)


def _said(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_plain(error.smtp_error)}".strip()
    return str(error) or type(error).__name__


def _plain(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words
