"""What communications put into the navigation, the customer's page, the search and my day."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Coalesce, Concat, Left
from django.utils.translation import gettext_lazy as _

from communications import (
    bulk,  # noqa: F401  # fills the registry
    need_columns,
)
from communications.models import Communication, FollowUp
from communications.needs import sources_of
from communications.selectors import (
    CHANNEL_ICONS,
    due_steps,
    next_steps,
    person_name,
    quick_log,
    talks_with,
)
from communications.services import follow_up_hand_over
from crm.common import formats, tones
from crm.common.addresses import record_url
from crm.common.registries import (
    HomeCard,
    NavItem,
    PageAction,
    Panel,
    QuickCreate,
    SearchProvider,
    TimelineSource,
    customer_panels,
    home_cards,
    nav_items,
    ownership_followers,
    page_actions,
    quick_creates,
    record_panels,
    search_providers,
    timeline_sources,
)
from crm.common.searching import SearchQuery, search_values
from crm.records.resources import EVERYONE, SELLERS, list_extras
from customers.resources import NEEDS
from customers.timeline import timeline_values

MOST_TEXT = 400

nav_items += [
    NavItem(_("Communications"), "communications:list", "messages", 40, key="m"),
    NavItem(_("Follow-ups"), "communications:follow_up_list", "calendar-due", 41, key="f"),
]
quick_creates += [
    QuickCreate(_("Communication"), "communications:create", "messages", 40),
    QuickCreate(_("Follow-up"), "communications:follow_up_create", "calendar-plus", 41),
]
ownership_followers.append(follow_up_hand_over)
customer_panels += [
    Panel("quick_log", "communications/_quick_log.html", 10, quick_log, column="main"),
    Panel("next_step", "communications/_next_step.html", 10, next_steps),
]
NEEDS.columns.extend(need_columns.COLUMNS)
list_extras.setdefault(NEEDS.kind, []).append(need_columns.with_sources)
record_panels.setdefault("customers.contact", []).append(
    Panel("talks", "communications/_talks_with.html", 10, talks_with)
)
record_panels.setdefault(NEEDS.kind, []).append(
    Panel("sources", "communications/_need_sources.html", 10, sources_of)
)
page_actions.append(
    PageAction("communications.communication", "communications/_need_action.html", SELLERS)
)
home_cards.append(
    HomeCard("due_steps", "communications/_due_steps.html", 10, EVERYONE, due_steps, width=6)
)


def _find(user: Any, query: SearchQuery) -> Any:
    return search_values(
        Communication.objects.visible_to(user), "communications", query,
        newest="happened_at", label="subject", hint="customer__name", extra="channel",
    )  # fmt: skip


def _found(row: dict[str, Any]) -> tuple[str, str]:
    return row["label"] or str(Communication.Channel(row["extra"]).label), row["hint"]


search_providers.append(
    SearchProvider(
        "communications", _("Communications"), "messages", 50, "communications:detail",
        _find, _found,
    )
)  # fmt: skip


def _communications(user: Any, customer_id: int) -> Any:
    found = Communication.objects.visible_to(user).filter(customer=customer_id)
    seconds = Coalesce(Cast("duration_seconds", CharField()), Value(""))
    return timeline_values(
        found, "communication", "happened_at",
        title=F("subject"), text=Left("content", MOST_TEXT), who=person_name("owner"),
        extra=Concat("channel", Value("|"), "outcome", Value("|"), seconds),
    )  # fmt: skip


def _describe_communication(row: dict[str, Any]) -> dict[str, Any]:
    channel, outcome, seconds = row["extra"].split("|")
    title = str(Communication.Channel(channel).label)
    if seconds:
        title += f" · {formats.duration(int(seconds))}"
    if row["title"]:
        title += f" · {row['title']}"
    model = "communications.communication"
    return {
        "title": title,
        "body": row["text"],
        "icon": CHANNEL_ICONS[channel],
        "tone": tones.tone(model, "channel", channel),
        "badge": str(Communication.Outcome(outcome).label) if outcome else "",
        "badge_tone": tones.tone(model, "outcome", outcome),
        "url": record_url("communications:detail", row["pk"]),
    }


def _done_steps(user: Any, customer_id: int) -> Any:
    done = FollowUp.objects.visible_to(user).filter(customer=customer_id, done_at__isnull=False)
    return timeline_values(
        done, "follow_up", "done_at",
        title=F("title"), text=Left("note", MOST_TEXT), who=person_name("done_by"),
    )  # fmt: skip


def _describe_step(row: dict[str, Any]) -> dict[str, Any]:
    url = record_url("communications:follow_up_detail", row["pk"])
    return {"title": row["title"], "body": row["text"], "tone": "green", "url": url}


timeline_sources += [
    TimelineSource(
        "communication",
        _("Communications"),
        "messages",
        _communications,
        _describe_communication,
        order=10,
    ),
    TimelineSource(
        "follow_up",
        _("Done follow-ups"),
        "circle-check",
        _done_steps,
        _describe_step,
        group="communication",
        actor="done_by",
    ),
]
