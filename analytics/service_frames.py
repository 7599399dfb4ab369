"""Service requests as frames: surveys with what was known before them, and the open ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, Count, F, Q, When
from django.utils import timezone

from analytics.frames import Scope
from service.models import Reply, ServiceRequest, StatusChange, Survey
from service.selectors import business_calendar

if TYPE_CHECKING:
    import pandas as pd

# In order of importance: with few marks the last ones are left out.
DRIVERS = [
    "response_hours", "reopened", "kind", "resolution_hours", "priority", "load", "off_hours",
    "channel", "replies", "category",
]  # fmt: skip
# Not yet known while a request is open.
LATER = ("resolution_hours", "replies")
GROUPS = ("agent", "category")
NEWEST = 60_000
_REQUEST = ["owner_id", "opened_at", "first_responded_at", "resolved_at", "reopened_count", "kind",
            "priority", "channel", "category__code"]  # fmt: skip
_DONE = ["resolved", "closed"]


def requests_of(scope: Scope) -> Any:
    """The requests of a scope: a team's are those it handles and those of its customers."""
    model: Any = ServiceRequest.objects
    found = model.visible_to(scope.actor) if scope.actor else model.alive()
    if scope.team_id:
        found = found.filter(Q(team=scope.team_id) | Q(customer__team=scope.team_id))
    return scope.known(found)


def surveys(scope: Scope) -> pd.DataFrame:
    """One row per survey sent, oldest first; see ``methods.satisfaction.explain_marks``.

    Everything in a row but the mark was known when the survey was sent. Of more than 60 000 the
    newest are taken.
    """
    import pandas as pd

    all_sent = Survey.objects.filter(request__in=requests_of(scope).values("pk"))
    asked = scope.known(all_sent, "sent_at").annotate(mark=_known_mark(scope))
    fields = ["request_id", "agent_id", "sent_at", "mark", *(f"request__{n}" for n in _REQUEST)]
    rows = asked.order_by("-sent_at", "-pk").values_list(*fields)[:NEWEST]
    columns = ["request", "agent", "sent_at", "score", *_REQUEST]
    frame = pd.DataFrame.from_records(list(rows)[::-1], columns=columns)
    if frame.empty:
        return pd.DataFrame(columns=["score", "day", *DRIVERS, "agent", "month"])
    frame["owner_id"] = frame["agent"]
    sent = pd.to_datetime(frame["sent_at"], utc=True)
    resolved = pd.to_datetime(frame["resolved_at"], utc=True).fillna(sent)
    ended = resolved.where(resolved < sent, sent)  # resolved again after the survey
    made = _drivers(frame, sent)
    made["resolution_hours"] = _hours(frame["opened_at"], ended)
    before = {"at__lt": F("request__survey__sent_at")}
    again = StatusChange.objects.filter(from_status__in=_DONE, **before)
    again = again.exclude(to_status__in=_DONE)
    made["reopened"] = _counts(again, frame["request"])
    told = Reply.objects.filter(internal=False, created_at__lt=F("request__survey__sent_at"))
    made["replies"] = _counts(told, frame["request"])
    made["score"] = frame["score"].astype(float)
    local = sent.dt.tz_convert(settings.TIME_ZONE)
    made["day"] = (local.dt.tz_localize(None) - pd.Timestamp("2000-01-01")).dt.days
    made["month"] = local.dt.strftime("%Y-%m")
    made["agent"] = frame["agent"]
    return made


def _known_mark(scope: Scope) -> Any:
    """The mark, unless it was given after the moment as of which is looked."""
    if scope.until is None:
        return F("score")
    return Case(When(answered_at__lte=scope.until, then="score"))


def open_requests(scope: Scope) -> pd.DataFrame:
    """One row per open request, ``request`` (id) with the drivers as they are now.

    A request that nobody answered has waited until now.
    """
    import pandas as pd

    rows = requests_of(scope).open().order_by("pk").values_list("pk", *_REQUEST)
    frame = pd.DataFrame.from_records(list(rows), columns=["request", *_REQUEST])
    if frame.empty:
        return pd.DataFrame(columns=["request", *DRIVERS])
    now = pd.Series(pd.Timestamp(timezone.now()), index=frame.index)
    made = _drivers(frame, now)
    made["reopened"] = frame["reopened_count"].astype(float)
    made.insert(0, "request", frame["request"])
    return made


def _drivers(frame: pd.DataFrame, until: pd.Series) -> pd.DataFrame:
    """What is known of open and resolved requests alike."""
    import pandas as pd

    answered = pd.to_datetime(frame["first_responded_at"], utc=True).fillna(until)
    outside = _outside_hours(frame["opened_at"])
    return pd.DataFrame(
        {
            "response_hours": _hours(frame["opened_at"], answered),
            "kind": frame["kind"],
            "priority": frame["priority"].astype(float),
            "load": _loads(frame["owner_id"], frame["opened_at"]),
            "off_hours": ["yes" if out else "no" for out in outside],
            "channel": frame["channel"],
            "category": frame["category__code"].replace({"": pd.NA}),
        }
    )


def _hours(start: Any, end: Any) -> Any:
    import pandas as pd

    gap: Any = end - pd.to_datetime(start, utc=True)
    return (gap.dt.total_seconds() / 3600).clip(lower=0).round(3)


def _counts(rows: Any, requests: pd.Series) -> pd.Series:
    """How many rows each surveyed request has."""
    asked = rows.filter(request__survey__isnull=False).order_by()
    found = dict(asked.values("request").annotate(n=Count("pk")).values_list("request", "n"))
    return requests.map(found).fillna(0.0).astype(float)


def _loads(agents: pd.Series, moments: pd.Series) -> Any:
    """How many other requests the agent had open when each came in; unknown without an agent."""
    import numpy as np
    import pandas as pd

    since = min(moments)
    held = ServiceRequest.objects.alive().filter(owner__isnull=False)
    held = held.filter(Q(resolved_at__isnull=True) | Q(resolved_at__gte=since))
    rows = held.values_list("owner_id", "opened_at", "resolved_at").iterator(chunk_size=20_000)
    table = pd.DataFrame.from_records(rows, columns=["agent", "opened", "resolved"])
    for name in ("opened", "resolved"):
        table[name] = pd.to_datetime(table[name], utc=True)
    at = pd.to_datetime(moments, utc=True).to_numpy()
    made = np.full(len(agents), np.nan)
    holders = agents.to_numpy(dtype=float, na_value=np.nan)
    for agent, part in table.groupby("agent"):
        mine = holders == agent
        opened = np.sort(part["opened"].to_numpy())
        resolved = np.sort(part["resolved"].dropna().to_numpy())
        came = np.searchsorted(opened, at[mine], side="left")
        made[mine] = came - np.searchsorted(resolved, at[mine], side="right")
    return made


def _outside_hours(moments: Iterable[datetime]) -> list[bool]:
    """Which moments lie outside the business hours of the service level."""
    calendar = business_calendar()
    zone = ZoneInfo(settings.TIME_ZONE)
    known: dict[date, list[tuple[datetime, datetime]]] = {}
    made = []
    for moment in moments:
        day = moment.astimezone(zone).date()
        if day not in known:
            known[day] = list(calendar.hours(day))
        made.append(not any(opens <= moment < closes for opens, closes in known[day]))
    return made
