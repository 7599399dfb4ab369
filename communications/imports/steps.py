"""Follow-ups: tasks that were planned, or done, elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.imports import headers
from communications.imports.activities import WHOSE, ActivityRows, moment_of, place, whose_targets
from communications.models import FollowUp
from crm.records.resources import SELLERS
from customers.imports.days import moment
from customers.imports.headers import plain
from customers.imports.mapped import Cleaned
from customers.imports.registry import importer
from customers.imports.targets import Target, choice, length_of, text

_priority = choice(FollowUp, "priority", headers.PRIORITY_CALLED)


@importer
class FollowUpRows(ActivityRows):
    kind = "follow_ups"
    label = _("Follow-ups")
    hint = _("Tasks: one row each, with the customer or contact and the day on which it is due.")
    icon = "calendar-due"
    roles = SELLERS
    model = FollowUp
    names = headers.FOLLOW_UP
    needed = ("title",)
    also_needed = (("due_at",), *WHOSE)
    when = "due_at"
    own = ("title", "kind", "priority", "note", "done_at")
    targets = [
        Target("title", _("What to do"), clean=length_of(FollowUp, "title")),
        Target("due_at", _("Due"), "", moment(False), needs_order=True, timed=True),
        Target("kind", _("Kind"), "", choice(FollowUp, "kind", headers.KIND_CALLED),
               choices=True),
        Target("priority", _("Priority"), "", lambda said: int(_priority(said)), choices=True),
        Target("status", _("Status"), clean=text(100)),
        Target("done_at", _("Done"), "", moment(False), needs_order=True,
               timed=True),
        Target("note", _("Note"), "", length_of(FollowUp, "note"), "", joins="\n"),
        *whose_targets(),
    ]  # fmt: skip
    reasons = {**ActivityRows.reasons, "no_name": _("The name is missing.")}

    @staticmethod
    def key_of(record: FollowUp) -> str:
        return place(record.customer_id, record.due_at, record.title)

    @staticmethod
    def what(values: Mapping[str, Any]) -> tuple[str, ...]:
        return (values.get("title", ""),)

    def complete(self, cleaned: Cleaned) -> None:
        """What is completed was done when that is said, else when it was due."""
        super().complete(cleaned)
        values = cleaned.values
        done = values.get("done_at")
        if done is None and plain(values.get("status", "")) in headers.DONE:
            done = values.get("due_at")
        if done is not None:
            values["done_at"] = min(moment_of(done), timezone.now())

    def settle(self, values: dict[str, Any]) -> str:
        if not values.get("title"):
            raise self.reject("no_name", "title")
        return super().settle(values)
