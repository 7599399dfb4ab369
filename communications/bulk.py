"""What follow-ups do with many customers, or records about which one speaks, at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.models import FollowUp
from communications.services import MORNING, follow_ups_plan
from crm.common.years import check_known
from crm.records.bulk import Before, BulkAction, BulkForm, Chunk, bulk_actions, editable
from crm.records.filters import DateInput
from crm.records.resources import SELLERS


class FollowUpsForm(BulkForm):
    title = forms.CharField(
        label=_("What to do"), max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Due"), widget=DateInput(attrs={"class": "form-control"}), validators=[check_known]
    )

    def set_choices(self) -> None:
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=1)

    def params(self) -> dict[str, Any]:
        return {**super().params(), "due_on": self.cleaned_data["due_on"].isoformat()}


def plan(chunk: Chunk, ids: Sequence[int], about: str = "") -> Before:
    """A follow-up with each customer, or about each record of a kind, for its owner; the actor's
    where there is none."""
    day = date.fromisoformat(chunk.params["due_on"])
    made = follow_ups_plan(
        records=chunk.locked(ids), actor=chunk.actor, title=chunk.params["title"],
        due_at=timezone.make_aware(datetime.combine(day, MORNING)), about=about,
    )  # fmt: skip
    return {one.about_id or one.customer_id: one.pk for one in made}


def take_back(chunk: Chunk, before: Before) -> int:
    """Remove the follow-ups that nobody has touched since."""
    untouched = FollowUp.objects.filter(pk__in=list(before.values()), version=1, done_at=None)
    ids = list(untouched.values_list("pk", flat=True))
    FollowUp.objects.filter(pk__in=ids).delete()
    return len(ids)


def plan_action(kind: str, about: str = "") -> BulkAction:
    """Planning follow-ups, for the lists of a kind."""
    return BulkAction(
        "follow_up", _("Plan follow-ups"), "calendar-plus", SELLERS, partial(plan, about=about),
        take_back, editable, form=FollowUpsForm, kinds=frozenset({kind}),
    )  # fmt: skip


bulk_actions.append(plan_action("customers.customer"))
