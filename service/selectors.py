"""Page-shaped reads of service requests, with a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy

from communications.models import Communication
from communications.selectors import CHANNEL_ICONS
from crm.accounts.models import User
from crm.common import tones
from crm.common.addresses import record_url
from crm.common.prepared import Prepared
from crm.common.roles import Role
from customers.models import Customer
from service.clocks import next_clock, resolution_clock, response_clock
from service.conditions import DUE_SOON, RUNNING, parts
from service.models import Category, Holiday, Reply, ServiceRequest, Shift, StatusChange
from service.offers import badges_of, panels_of
from service.queue_rows import STEPS_FORM, queue_body
from service.sla import Calendar

QUEUE_ROWS = 50
COUNT_CAP = 99
CONVERSATION_ROWS = 200
PANEL_ROWS = 5
QUEUE_ROLES = frozenset({Role.AGENT.value, Role.MANAGER.value, Role.ADMIN.value})

TABS = {
    "mine": gettext_lazy("Mine"),
    "unassigned": gettext_lazy("Unassigned"),
    "due": gettext_lazy("Due soon"),
    "breached": gettext_lazy("Overdue"),
    "waiting": pgettext_lazy("requests", "Waiting"),
}


def business_calendar() -> Calendar:
    """The company's hours, in two queries."""
    shifts = Shift.objects.values_list("weekday", "starts_at", "ends_at")
    holidays = Holiday.objects.values_list("day", flat=True)
    return Calendar.of(shifts, holidays, ZoneInfo(settings.TIME_ZONE))


# Queue ------------------------------------------------------------------------------------------
def queue_tab(user: Any, key: str, **times: datetime) -> Any:
    """The requests of one tab of the queue; ``times`` are those of ``service.conditions.parts``."""
    seen = ServiceRequest.objects.visible_to(user)
    if key == "mine":
        return seen.open().filter(owner=user.pk)
    return seen.filter(parts(times.pop("now", timezone.now()), **times)[key])


def _tab_rows(user: Any, key: str, **times: datetime) -> Any:
    found = queue_tab(user, key, **times).select_related("customer", "category", "owner")
    return found.order_by(F("resolution_due_at").asc(nulls_last=True), "pk")[:QUEUE_ROWS]


def _tab_counts(user: Any, now: datetime, until: datetime) -> Any:
    """A row for each request of each tab, at most one more than ``COUNT_CAP``."""
    first, *others = (
        queue_tab(user, name, now=now, until=until).order_by()[: COUNT_CAP + 1]
        .values(tab=Value(name))
        for name in TABS
    )  # fmt: skip
    return first.union(*others, all=True)


_TAB_ROWS, _TAB_COUNTS = Prepared(_tab_rows), Prepared(_tab_counts)
_TIMES = {"due": ("now", "until"), "breached": ("now",)}


def queue_page(user: Any, key: str) -> dict[str, Any]:
    """The first rows of a tab by the time they fall due, and how many each tab holds."""
    times = _times()
    rows = _TAB_ROWS.fetch(user, key, **{name: times[name] for name in _TIMES.get(key, ())})
    body = queue_body(dress_all(rows, user))
    return {
        "rows": rows,
        "body": body,
        "steps_form": STEPS_FORM,
        "tabs": _queue_tabs(user, key),
        "tab": key,
        "limit": QUEUE_ROWS,
    }


def _times() -> dict[str, datetime]:
    now = timezone.now()
    return {"now": now, "until": now + DUE_SOON}


def dress_all(requests: list[Any], user: Any) -> list[Any]:
    """Give rows of the queue their clocks, badges and the steps that the reader may take."""
    now, badges = timezone.now(), badges_of(requests)
    for request in requests:
        request.clock = next_clock(request, now)
        request.steps = steps_of(request, user)
        request.badges = badges.get(request.pk, [])
    return requests


def steps_of(request: ServiceRequest, user: Any) -> list[dict[str, Any]]:
    """The one-click buttons of a request, the likeliest first."""
    status, free = request.status, request.owner_id is None
    going = status in ("new", "in_progress", "waiting")
    offers = [
        (free and going and user.is_agent, "take"),
        (status in ("new", "waiting") and not (free and user.is_agent), "in_progress"),
        (going, "resolved"),
        (status in ("new", "in_progress"), "waiting"),
        (status == "resolved", "closed"),
        (not going, "reopened"),
    ]
    return [_step(request.pk, key) for offered, key in offers if offered]


_STEPS = {  # what a button says, its icon, the status that it sets
    "take": (gettext_noop("Take"), "user-check", ""),
    "in_progress": (gettext_noop("Start"), "player-play", "in_progress"),
    "resolved": (gettext_noop("Resolve"), "check", "resolved"),
    "waiting": (gettext_noop("Wait"), "hourglass", "waiting"),
    "closed": (gettext_noop("Close"), "lock", "closed"),
    "reopened": (gettext_noop("Reopen"), "rotate", "in_progress"),
}


def _step(pk: int, key: str) -> dict[str, Any]:
    label, icon, status = _STEPS[key]
    if status:
        url = record_url("service:request_status", pk, status)
    else:
        url = record_url("service:request_take", pk)
    return {"key": status or key, "label": _(label), "icon": icon, "url": url}


def _queue_tabs(user: Any, chosen: str) -> list[dict[str, Any]]:
    counts = Counter(row["tab"] for row in _TAB_COUNTS.fetch(user, **_times()))
    alarms = {"breached": "red", "due": "orange"}
    return [
        {
            "label": label,
            "url": f"?tab={key}",
            "active": key == chosen,
            "count": f"{COUNT_CAP}+" if counts[key] > COUNT_CAP else counts[key],
            "tone": alarms.get(key, "") if counts[key] else "",
        }
        for key, label in TABS.items()
    ]


def _wanting(user: Any, now: datetime) -> Any:
    """Late or nobody's, at most one more than ``COUNT_CAP``."""
    seen = ServiceRequest.objects.visible_to(user).open()
    found = seen.filter(Q(owner=None) | parts(now)["breached"])
    return found.order_by()[: COUNT_CAP + 1].values("pk")


_WANTING = Prepared(_wanting)


def queue_badge(request: HttpRequest) -> int | None:
    """What wants attention. One capped query on each page, so agents only."""
    user: Any = request.user
    if not user.is_agent:
        return None
    return len(_WANTING.fetch(user, now=timezone.now())) or None


# Pages ------------------------------------------------------------------------------------------
def request_page(request: HttpRequest, record: ServiceRequest) -> dict[str, Any]:
    """What a request's page shows beside the facts."""
    user: Any = request.user
    now = timezone.now()
    customer_seen = (
        record.customer_id is not None
        and Customer.objects.visible_to(user).filter(pk=record.customer_id).exists()
    )
    may_edit = bool(record.can_edit)  # type: ignore[attr-defined]  # annotated by the view
    return {
        "clocks": [response_clock(record, now), resolution_clock(record, now)],
        "conversation": conversation(user, record),
        "steps": steps_of(record, user) if may_edit else [],
        "customer_seen": customer_seen,
        "may_reply": may_edit,
        "panels": panels_of(user, record),
        "assignees": list(assignees(user, record)) if may_assign(user) else [],
        "statuses": [
            (value, label)
            for value, label in ServiceRequest.Status.choices
            if value in ("waiting", "resolved") and value != record.status
        ],
    }


def conversation(user: Any, record: ServiceRequest) -> list[dict[str, Any]]:
    """Replies, notes, changes of status and calls about a request, the oldest first."""
    replies = Reply.objects.filter(request=record).select_related("author")
    changes = StatusChange.objects.filter(request=record).select_related("by")
    calls = Communication.objects.visible_to(user).about("request", record.pk)
    calls = calls.select_related("owner").order_by("-happened_at")
    entries = [_reply_entry(row) for row in replies.order_by("-id")[:CONVERSATION_ROWS]]
    entries += [_change_entry(row) for row in changes.order_by("-id")[:CONVERSATION_ROWS]]
    entries += [_call_entry(row) for row in calls[:CONVERSATION_ROWS]]
    return sorted(entries, key=lambda entry: entry["when"])


def _reply_entry(reply: Reply) -> dict[str, Any]:
    internal = reply.internal
    return {
        "kind": "note" if internal else "reply",
        "icon": "note" if internal else "message",
        "tone": "yellow" if internal else "blue",
        "title": _("Internal note") if internal else _("Reply"),
        "body": reply.body,
        "who": str(reply.author) if reply.author else _("Automatically"),
        "when": reply.created_at,
    }


def _change_entry(change: StatusChange) -> dict[str, Any]:
    status = ServiceRequest.Status(change.to_status).label
    title = _("Status: %(status)s") if change.from_status else _("Opened: %(status)s")
    return {
        "kind": "status",
        "icon": "circle-dashed",
        "tone": tones.tone("service.servicerequest", "status", change.to_status),
        "title": title % {"status": status},
        "who": str(change.by) if change.by else _("Automatically"),
        "when": change.at,
    }


def _call_entry(call: Communication) -> dict[str, Any]:
    return {
        "kind": "call",
        "icon": CHANNEL_ICONS[call.channel],
        "tone": "teal",
        "title": call.get_channel_display() + (f" · {call.subject}" if call.subject else ""),
        "body": call.content,
        "url": call.get_absolute_url(),
        "who": str(call.owner or ""),
        "when": call.happened_at,
    }


def may_assign(user: Any) -> bool:
    return bool(user.is_manager or user.is_admin)


def assignees(user: Any, record: ServiceRequest) -> Any:
    """Colleagues who may be given the request: agents and managers of its team or one's own."""
    found = User.objects.filter(is_active=True, role__in=[Role.AGENT, Role.MANAGER])
    if not user.is_admin:
        found = found.filter(Q(team=user.team_id) | Q(team=record.team_id, team__isnull=False))
    return found.order_by("full_name", "username")


def active_categories() -> Any:
    return Category.objects.filter(active=True)


def requests_of(user: Any, customer_id: int) -> Any:
    """A customer's requests that the reader sees."""
    return ServiceRequest.objects.visible_to(user).filter(customer=customer_id)


def _open_of(user: Any, customer_id: int) -> Any:
    found = requests_of(user, customer_id).open()
    return found.order_by("priority", F("resolution_due_at").asc(nulls_last=True))[: PANEL_ROWS + 1]


_OPEN_OF = Prepared(_open_of)


def customer_requests(user: Any, customer: Any) -> dict[str, Any] | None:
    """The customer's open requests, the most urgent first."""
    rows = _OPEN_OF.fetch(user, customer_id=customer.pk) if customer.counts["requests"] else []
    now = timezone.now()
    for row in rows:
        row.clock = next_clock(row, now)
    return {
        "requests": rows[:PANEL_ROWS],
        "more": len(rows) > PANEL_ROWS,
        "request_customer": customer,
        "may_open": user.role in QUEUE_ROLES,
    }


def queue_summary(user: Any) -> dict[str, Any]:
    """How many requests each tab of the queue holds."""
    return {"queue_tabs": _queue_tabs(user, "")}


def due_requests(user: Any) -> dict[str, Any]:
    """One's own requests that are late or fall due soon."""
    mine = ServiceRequest.objects.visible_to(user).filter(owner=user.pk, status__in=RUNNING)
    by = timezone.now() + DUE_SOON
    pressing = Q(resolution_due_at__lt=by) | Q(
        first_responded_at__isnull=True, first_response_due_at__lt=by
    )
    rows = mine.filter(pressing).select_related("customer").order_by("resolution_due_at")
    return {"due_requests": dress_all(list(rows[:PANEL_ROWS]), user)}
