"""One line of JSON per event, for operators: names and ids, never values of customers."""

import logging
import re

import structlog
from structlog.typing import EventDict, WrappedLogger

_BLANK = "▮"
_MAIL = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:=]+\.[\w-]+")
# A telephone number as it is stored; ids are shorter, and parts of a UUID are not apart.
_NUMBER = re.compile(r"(?<![\w.-])\+?\d{10,15}(?![\w.-])")
# What PostgreSQL tells of the row that it refused.
_DETAIL = re.compile(r"(DETAIL:\s*)[^\n]*")
_KEY = re.compile(r"(Key \([^)]*\)=)\([^\n]*?\)(?= (?:already|is|conflicts)|$)", re.MULTILINE)


def without_values(text: str) -> str:
    """A text without mail addresses, telephone numbers and what the database quotes of a row.

    >>> without_values("mail to lilei@example.com failed")
    'mail to ▮ failed'
    """
    text = _DETAIL.sub(rf"\1{_BLANK}", text)
    text = _KEY.sub(rf"\1({_BLANK})", text)
    return _NUMBER.sub(_BLANK, _MAIL.sub(_BLANK, text))


def _impersonal(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    request = event.pop("request", None)
    if request is not None:  # its text holds the query: what was searched for
        event["path"] = getattr(request, "path", "")
    return {
        key: without_values(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def formatter() -> logging.Formatter:
    """The formatter that Django's LOGGING names."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _impersonal,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
