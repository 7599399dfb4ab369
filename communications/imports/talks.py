"""Communications: calls, mails, meetings and notes that were written down elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.imports import headers
from communications.imports.activities import WHOSE, ActivityRows, place, whose_targets
from communications.models import Communication
from crm.records.resources import SELLERS
from customers.imports.days import moment
from customers.imports.headers import plain
from customers.imports.mapped import Cleaned
from customers.imports.problems import CellError
from customers.imports.registry import Question, Setting, importer
from customers.imports.targets import Target, choice, choice_names, length_of, number, text

LONGEST = 24 * 3600
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
OUTCOMES = choice_names(Communication.Outcome.choices, headers.OUTCOME_CALLED)
CHANNELS = tuple((value, label) for value, label in Communication.Channel.choices)


def seconds(said: str) -> int:
    """A duration: 190, 3:10 or 00:03:10."""
    if found := _CLOCK.fullmatch(said):
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        total = hours * 3600 + minutes * 60 + rest
    else:
        total = int(number(said))
    if not 0 <= total <= LONGEST:
        raise CellError("bad_number")
    return total


@importer
class CommunicationRows(ActivityRows):
    kind = "communications"
    label = _("Communications")
    hint = _("Calls, mails, meetings and notes: one row each, with the customer or contact.")
    icon = "messages"
    roles = SELLERS
    model = Communication
    names = headers.COMMUNICATION
    needed = ("content", "subject")
    also_needed = (("happened_at",), *WHOSE)
    when = "happened_at"
    own = ("channel", "direction", "outcome", "duration_seconds", "subject", "content")
    asks = (Question("channel", _("Channel, where the file does not say"), CHANNELS),)
    targets = [
        Target("subject", _("Subject"), clean=length_of(Communication, "subject")),
        Target("content", _("Content"), clean=length_of(Communication, "content"), joins="\n"),
        Target("happened_at", _("When"), "", moment(False), needs_order=True, timed=True),
        Target("channel", _("Channel"), "",
               choice(Communication, "channel", headers.CHANNEL_CALLED), choices=True),
        Target("direction", _("Direction"), "",
               choice(Communication, "direction", headers.DIRECTION_CALLED), choices=True),
        Target("outcome", _("Outcome"), clean=text(200)),
        Target("duration_seconds", _("Duration"), "", seconds),
        *whose_targets(),
    ]  # fmt: skip
    reasons = {
        **ActivityRows.reasons,
        "no_text": _("The row has neither subject nor content."),
        "in_future": _("This is in the future. Plan a follow-up instead."),
    }

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self._channel = {**self.answers(header), **setting.answers}["channel"]

    @classmethod
    def answers(cls, header: Sequence[str]) -> dict[str, Any]:
        """The channel of which most columns speak; calls where none does."""
        titles = {plain(title) for title in header}
        marks = {
            channel: sum(plain(sign) in titles for sign in signs)
            for channel, signs in headers.CHANNEL_SIGNS.items()
        }
        return {"channel": max(marks, key=lambda channel: marks[channel])}

    @staticmethod
    def key_of(record: Communication) -> str:
        said = record.subject or record.content
        return place(record.customer_id, record.happened_at, record.channel, said)

    @staticmethod
    def what(values: Mapping[str, Any]) -> tuple[str, ...]:
        return values["channel"], values.get("subject") or values.get("content", "")

    def complete(self, cleaned: Cleaned) -> None:
        super().complete(cleaned)
        values = cleaned.values
        values.setdefault("channel", self._channel)
        said = values.get("outcome")
        if said is None:
            return
        values["outcome"] = OUTCOMES.get(plain(said), "")
        if plain(said) not in OUTCOMES:
            # The same in every language: what was said may be what a row is known by.
            values["content"] = f"{values.get('content', '')}\n[{said}]".strip()

    def settle(self, values: dict[str, Any]) -> str:
        if not (values.get("subject") or values.get("content")):
            raise self.reject("no_text")
        if values.get("happened_at", timezone.now()) > timezone.now():
            raise self.reject("in_future", "happened_at")
        return super().settle(values)
