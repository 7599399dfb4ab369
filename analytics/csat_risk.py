"""The likely marks of open requests: written by runs and every hour, shown where requests are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.csat_words import reason_texts
from analytics.frames import Scope
from analytics.models import RequestRisk, Run
from analytics.service_frames import open_requests
from crm.common import formats
from crm.common.columns import Column
from service.models import ServiceRequest
from service.querysets import OPEN_STATUSES

AT_ONCE = 2_000
# More likely than not.
HIGH = 0.5
TONES = {1: "green", 2: "yellow", 3: "red"}


def risks_write(run: Run) -> int:
    """Replace the likely marks of all open requests by those of the run's card, as of now.

    Without a card nothing can be told, and older ones are taken away. Gives how many were written.
    """
    from analytics.methods.scorecard import Scorecard

    RequestRisk.objects.all().delete()
    stored = run.result.get("card")
    frame = open_requests(Scope())
    if not stored or not len(frame):
        return 0
    scored, now = Scorecard.from_dict(stored).score(frame), timezone.now()
    base = run.result["risk"]["base_rate"]
    rows = (
        RequestRisk(
            request_id=int(pk), run=run, as_of=now, chance=round(float(chance), 4),
            mark=round(float(mark), 2), level=_level(float(chance), base),
            reasons=[
                {"column": one.column, "value": one.value, "typical": one.typical,
                 "effect": one.effect}
                for one in why
            ],
        )
        for pk, chance, mark, why in zip(
            frame["request"], scored.low, scored.mean, scored.reasons, strict=True
        )
    )  # fmt: skip
    return len(RequestRisk.objects.bulk_create(rows, batch_size=AT_ONCE))


def _level(chance: float, base: float) -> int:
    if chance >= HIGH:
        return RequestRisk.Level.HIGH
    return RequestRisk.Level.MEDIUM if chance >= base else RequestRisk.Level.LOW


def newest_run() -> Run | None:
    """The run whose card scores open requests."""
    found = Run.objects.finished().filter(method=Run.Method.CSAT, team=None)
    return found.order_by("-created_at").first()


# Where requests are ----------------------------------------------------------------------------


def risk_panel(user: Any, request: ServiceRequest) -> dict[str, Any] | None:
    """The likely mark of an open request with its reasons; who sees the request may see it."""
    if request.status not in OPEN_STATUSES:
        return None
    risk = RequestRisk.objects.filter(request=request.pk).first()
    if risk is None:
        return None
    return {
        "chance": round(100 * risk.chance), "text": formats.percent(risk.chance),
        "mark": formats.number(risk.mark, 1), "level": risk.get_level_display(),
        "tone": TONES[risk.level], "as_of": risk.as_of, "reasons": reason_texts(risk.reasons),
        "unanswered": request.first_responded_at is None,
    }  # fmt: skip


def risk_badges(requests: Sequence[ServiceRequest]) -> dict[int, dict[str, str]]:
    """A badge for each open request that is likely to get a low mark, in one query."""
    pks = [one.pk for one in requests if one.status in OPEN_STATUSES]
    if not pks:
        return {}
    found = RequestRisk.objects.filter(request__in=pks, level=RequestRisk.Level.HIGH)
    return {
        risk.request_id: {
            "label": _("Likely dissatisfied"), "tone": "red", "icon": "mood-sad",
            "title": _("Chance of a mark of 3 or less: %(chance)s")
            % {"chance": formats.percent(risk.chance)},
        }
        for risk in found
    }  # fmt: skip


@dataclass(frozen=True)
class RiskColumn(Column):
    """The likely mark, and the chance of a low one."""

    def render(self, record: Any) -> str:
        chance, mark = getattr(record, "risk_chance", None), getattr(record, "risk_mark", None)
        if chance is None or mark is None:
            return ""
        return f"{formats.number(mark, 1)} · {formats.percent(chance)}"


COLUMNS = [
    RiskColumn(
        "likely_mark", gettext_lazy("Likely mark"), css="text-end num", default=False, export=False
    )
]


def with_risks(requests: Any, shown: set[str]) -> Any:
    """The requests with the likely marks that a list shows."""
    if "likely_mark" not in shown:
        return requests
    risk = RequestRisk.objects.filter(
        request=OuterRef("pk"), request__status__in=OPEN_STATUSES
    )  # fmt: skip
    return requests.annotate(
        risk_chance=Subquery(risk.values("chance")), risk_mark=Subquery(risk.values("mark"))
    )


class RiskFilter(django_filters.ChoiceFilter):
    """Open requests by how likely a low mark is."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Risk of a low mark"), choices=RequestRisk.Level.choices,
            empty_label=gettext_lazy("All"),
        )  # fmt: skip

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        found = RequestRisk.objects.filter(request=OuterRef("pk"), level=int(value))
        return qs.filter(Exists(found), status__in=OPEN_STATUSES)


def risk_url() -> str:
    """The list of open requests that are likely to get a low mark."""
    address = f"{reverse('service:request_list')}?risk={RequestRisk.Level.HIGH.value}"
    return f"{address}&columns=subject,customer,status,priority,owner,likely_mark"
