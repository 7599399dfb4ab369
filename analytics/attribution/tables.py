"""The table of campaigns: added up at once while orders are few, else by a job, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.attribution.credit import Credit, Terms, credits_of, sold_in
from analytics.attribution.declaring import declared
from analytics.attribution.models import CreditTable
from crm.accounts.models import User
from crm.jobs.services import job_enqueue
from crm.records.resources import KEEPERS
from marketing.models import Activity
from sales.measures import company_today

JOB_KIND, NIGHTLY_KIND = "attribution", "attribution_nightly"
# They take half a second.
AT_ONCE = 150_000
# Activities of one campaign beyond which its page reads a kept table.
MANY_TOUCHES = 20_000
YEAR = timedelta(days=364)
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """By which terms the orders of the company's days [first, last] are credited."""

    terms: Terms
    first: date
    last: date

    @property
    def key(self) -> dict[str, Any]:
        return {"rule": self.terms.rule.value, "days": self.terms.days, "first": self.first,
                "last": self.last}  # fmt: skip


def usual() -> Asked:
    """As declared, of the last year."""
    today = company_today()
    return Asked(declared(), today - YEAR, today)


def credits_told(user: Any, asked: Asked) -> tuple[Sequence[Credit] | None, datetime | None]:
    """The rows and of when they are: None is now; no rows where many orders wait to be added."""
    if not _many(user, asked):
        return credits_of(sold_in(user, asked.first, asked.last), asked.terms, user), None
    kept = CreditTable.objects.filter(reader=user, **asked.key).first()
    if kept is None:
        return None, None
    return _credits(kept), kept.made_at


def kept_year(user: Any) -> tuple[list[Credit], datetime] | None:
    """The rows of the newest table of a year by the declared terms, and of when they are."""
    terms = declared()
    tables = CreditTable.objects.filter(
        reader=user, rule=terms.rule, days=terms.days, first=F("last") - YEAR
    )
    kept = tables.order_by("-last").first()
    return (_credits(kept), kept.made_at) if kept else None


def _credits(kept: CreditTable) -> list[Credit]:
    return [Credit(campaign, orders, Decimal(amount)) for campaign, orders, amount in kept.lines]


def credits_ask(user: Any, asked: Asked) -> Any:
    """Enqueue the adding up; the job leads back to the table."""
    params = {**asked.key, "first": asked.first.isoformat(), "last": asked.last.isoformat()}
    return job_enqueue(
        kind=JOB_KIND, params=params, actor=user, title=_("Attributed revenue"),
        url=f"{reverse('analytics:attribution')}?{urlencode(params)}",
    )  # fmt: skip


def credits_keep(user: Any, asked: Asked) -> int:
    """Add up and keep; gives how many campaigns there are."""
    found = credits_of(sold_in(user, asked.first, asked.last), asked.terms, user)
    lines = [[one.campaign, one.orders, str(one.amount)] for one in found]
    CreditTable.objects.update_or_create(reader=user, **asked.key, defaults={"lines": lines})
    return len(lines)


def credits_nightly(progress: Any) -> int:
    """Keep the usual table of everybody who has many orders, or of all where a campaign has very
    many activities; old tables go. Gives how many."""
    CreditTable.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    readers = list(User.objects.filter(is_active=True, role__in=KEEPERS))
    made, asked, touches = 0, usual(), _many_touches()
    for done, user in enumerate(readers):
        progress(done, len(readers))
        if touches or _many(user, asked):
            credits_keep(user, asked)
            made += 1
    return made


def _many(user: Any, asked: Asked) -> bool:
    orders = sold_in(user, asked.first, asked.last).order_by()
    return bool(orders[: AT_ONCE + 1].count() > AT_ONCE)


def _many_touches() -> bool:
    by_campaign = Activity.objects.alive().order_by().values("campaign").annotate(n=Count("pk"))
    return bool(by_campaign.filter(n__gt=MANY_TOUCHES).exists())
