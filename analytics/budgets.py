"""From a suggested split to campaigns: the total that may be asked for, the draft of a plan."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.charts import term_key, term_label
from analytics.forms import OptionsForm
from analytics.models import Run
from crm.common import formats
from crm.common.errors import RefusedError
from crm.records.forms import DateInput
from marketing.models import Campaign
from marketing.platforms import campaign_channel as nearest_channel
from marketing.services import campaign_create

MOST_WEEKS = 52
CENT = Decimal("0.01")


class BudgetForm(OptionsForm):
    """The money to split, within what the curves know."""

    total = forms.DecimalField(
        label=gettext_lazy("Money to split a week (empty: as now)"), required=False, min_value=1,
        max_digits=14, decimal_places=2,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.run:
            least, most = self.bounds(self.run)
            self.fields["total"].help_text = _(
                "Between %(least)s and %(most)s: within 20%% of what was tried."
            ) % {"least": formats.number(least), "most": formats.number(most)}

    @staticmethod
    def bounds(run: Run) -> tuple[float, float]:
        channels = run.result["channels"]
        return sum(one["least"] for one in channels), sum(one["most"] for one in channels)

    def clean_total(self) -> Decimal | None:
        total: Decimal | None = self.cleaned_data["total"]
        if total is not None and self.run:
            least, most = self.bounds(self.run)
            if not least <= total <= most:
                raise forms.ValidationError(
                    _("So much or so little was never tried; nothing is known about it.")
                )
        return total


class PlanForm(forms.Form):
    """When the campaigns of a plan run."""

    starts_on = forms.DateField(label=gettext_lazy("From"), widget=DateInput())
    weeks = forms.IntegerField(
        label=gettext_lazy("Weeks"), min_value=1, max_value=MOST_WEEKS, initial=4
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = today + timedelta(days=7 - today.weekday())
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-control")


def plan_rows(run: Run) -> list[dict[str, Any]]:
    """One row per channel: its key and name, the campaigns' channel, money a week."""
    return [
        {
            "key": term_key(one["name"]),
            "channel": term_label(one["name"]),
            "kind": Campaign.Channel(campaign_channel(term_key(one["name"]))),
            "weekly": Decimal(str(one["suggested"])).quantize(CENT),
            "now": one["spend"],
        }
        for one in run.result["channels"]
    ]


def campaign_channel(name: str) -> str:
    """The channel of campaigns that a channel of spend is nearest to."""
    return nearest_channel(name, Campaign.Channel.values)


@transaction.atomic
def plan_write(*, run: Run, actor: Any, starts_on: date, weeks: int) -> list[Campaign]:
    """Write a suggested split as planned campaigns, one per channel with money.

    A second call for the same run and weeks gives the campaigns of the first one.

    Raises
    ------
    PermissionDenied
        The run is not among the actor's.
    RefusedError
        The run suggests nothing.
    """
    if not Run.objects.visible_to(actor).filter(pk=run.pk).exists():
        raise PermissionDenied
    if run.method != Run.Method.BUDGET or not run.result.get("clear"):
        raise RefusedError(_("This analysis suggests no split, so there is nothing to plan."))
    rows = [row for row in plan_rows(run) if row["weekly"] > 0]
    return [
        campaign_create(
            actor=actor, submission=_submission(run, row["key"], starts_on, weeks),
            name=_("%(channel)s from %(day)s") % {
                "channel": row["channel"], "day": starts_on.isoformat()
            },
            objective=_("Suggested by budget advice %(run)d") % {"run": run.pk},
            channel=row["kind"], starts_on=starts_on,
            ends_on=starts_on + timedelta(weeks=weeks, days=-1), budget=row["weekly"] * weeks,
            currency=settings.BASE_CURRENCY,
        )
        for row in rows
    ]  # fmt: skip


def _submission(run: Run, channel: str, starts_on: date, weeks: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"budget/{run.pk}/{channel}/{starts_on}/{weeks}")
