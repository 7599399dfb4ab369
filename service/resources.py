"""The list and pages of service requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common import tones
from crm.common.columns import (
    BadgeColumn,
    Column,
    LinkColumn,
    MomentColumn,
    RelatedColumn,
    SinceColumn,
)
from crm.records.keyset import Sort
from crm.records.resources import Fact, Resource
from service import services
from service.clocks import next_clock
from service.filters import RequestFilterSet
from service.forms import RequestForm
from service.models import ServiceRequest
from service.selectors import QUEUE_ROLES, request_page

LABEL = "service.servicerequest"
tones.register(
    LABEL, "status",
    {
        "new": "red", "in_progress": "blue", "waiting": "orange", "resolved": "green",
        "closed": "secondary",
    },
)  # fmt: skip
tones.register(LABEL, "priority", {"1": "red", "2": "orange", "3": "blue", "4": "secondary"})
tones.register(
    LABEL, "kind",
    {
        "question": "blue", "feedback": "teal", "complaint": "red", "repair": "orange",
        "training": "purple", "other": "secondary",
    },
)  # fmt: skip


@dataclass(frozen=True)
class NumberedColumn(LinkColumn):
    """Number and subject, leading to the request."""

    def render(self, record: ServiceRequest) -> SafeString:
        return format_html(
            '<a href="{}" class="fw-medium" data-row-link>'
            '<span class="text-secondary num">{}</span> {}</a>',
            record.get_absolute_url(), record.number, record.subject,
        )  # fmt: skip


@dataclass(frozen=True)
class WhoColumn(RelatedColumn):
    """The customer, or the requester as they called themselves."""

    def render(self, record: ServiceRequest) -> SafeString | str:
        if record.customer_id is None:
            return record.requester
        return super().render(record)


@dataclass(frozen=True)
class ClockColumn(Column):
    """The clock that counts now, in words and as a countdown."""

    def render(self, record: ServiceRequest) -> SafeString:
        return next_clock(record, timezone.now()).html


def _tabs(user: Any) -> list[tuple[Any, str]]:
    tabs: list[tuple[Any, str]] = [
        (_("All requests"), ""),
        (pgettext_lazy("requests", "Open"), "status=open"),
    ]
    if user.role in QUEUE_ROLES:
        tabs.append((_("Mine"), f"status=open&owner={user.pk}"))
        tabs.append((_("Unassigned"), "status=open&unassigned=true"))
    return [
        *tabs,
        (_("Overdue"), "status=breached"),
        (pgettext_lazy("request status", "Resolved"), "status=resolved"),
    ]


def _initial(request: Any) -> dict[str, Any]:
    return {name: request.GET[name] for name in ("customer", "channel") if request.GET.get(name)}


REQUESTS = Resource(
    model=ServiceRequest,
    namespace="service",
    prefix="request_",
    api="requests",
    prepared=True,
    icon="headset",
    columns=[
        NumberedColumn("subject", _("Request")),
        WhoColumn("customer", _("Customer")),
        BadgeColumn("status", _("Status")),
        BadgeColumn("priority", _("Priority"), sort="priority"),
        ClockColumn("resolution_due_at", _("SLA"), sort="due"),
        Column("owner", _("Handled by"), path="owner.display_name"),
        Column("category", pgettext_lazy("request", "Category"), path="category.label"),
        SinceColumn("opened_at", pgettext_lazy("request", "Opened"), sort="opened"),
    ],
    sorts=[
        Sort("opened", "opened_at"),
        Sort("updated", "updated_at"),
        Sort("priority", "priority"),
        Sort("due", "resolution_due_at", nullable=True),
    ],
    default_sort="-opened",
    filterset=RequestFilterSet,
    form=RequestForm,
    create=services.request_create,
    update=services.request_update,
    trash=services.request_trash,
    restore=services.request_restore,
    creators=QUEUE_ROLES,
    select=["owner", "customer", "category", "contact", "resolved_by", "team"],
    select_when_shown=["contact", "resolved_by", "team"],
    facts=[
        Fact(WhoColumn("customer", _("Customer")), always=True),
        Fact(RelatedColumn("contact", _("Contact"))),
        Fact(Column("requester", _("Requester"))),
        Fact(Column("requester_email", _("Requester's e-mail"))),
        Fact(BadgeColumn("kind", _("Kind")), always=True),
        Fact(
            Column("category", pgettext_lazy("request", "Category"), path="category.label"),
            always=True,
        ),
        Fact(BadgeColumn("priority", _("Priority")), always=True),
        Fact(BadgeColumn("channel", _("Channel")), always=True),
        Fact(Column("team", _("Team"))),
        Fact(MomentColumn("opened_at", pgettext_lazy("request", "Opened")), always=True),
        Fact(MomentColumn("resolved_at", pgettext_lazy("time", "Resolved"))),
        Fact(Column("resolved_by", _("Resolved by"))),
        Fact(MomentColumn("closed_at", pgettext_lazy("time", "Closed"))),
        Fact(Column("external_id", _("External id"))),
    ],
    inline_in_list=["priority", "category"],
    inline=["contact", "requester", "requester_email", "kind", "category", "priority", "channel"],
    detail_template="service/detail.html",
    files=True,
    form_template="service/form.html",
    detail_context=request_page,
    tabs=_tabs,
    initial=_initial,
    empty=_("No request has come in yet."),
)
