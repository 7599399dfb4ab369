"""The lists and pages of communications and follow-ups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from communications import services
from communications.about import read_subject
from communications.filters import CommunicationFilterSet, FollowUpFilterSet
from communications.forms import CommunicationForm, FollowUpForm
from communications.models import Communication, FollowUp
from communications.selectors import about_page, with_rights
from crm.common import formats, tones
from crm.common.columns import (
    BadgeColumn,
    Column,
    DueColumn,
    LinkColumn,
    MomentColumn,
    NumberColumn,
    RelatedColumn,
    SinceColumn,
)
from crm.records.keyset import Sort
from crm.records.resources import EVERYONE, Fact, Resource

tones.register(
    "communications.communication", "channel",
    {
        "phone": "blue", "email": "azure", "chat": "cyan", "sms": "teal", "wechat": "green",
        "visit": "purple", "meeting": "indigo", "note": "secondary",
    },
)  # fmt: skip
tones.register("communications.communication", "direction", {"in": "teal", "out": "blue"})
tones.register(
    "communications.communication", "outcome",
    {"interested": "green", "neutral": "blue", "declined": "red", "no_answer": "orange"},
)  # fmt: skip
tones.register("communications.followup", "priority", {"1": "red", "2": "blue", "3": "secondary"})
tones.register(
    "communications.followup", "kind",
    {"call": "blue", "email": "azure", "visit": "purple", "task": "secondary"},
)  # fmt: skip


@dataclass(frozen=True)
class SubjectColumn(LinkColumn):
    """The subject, or the beginning of the content, or the channel."""

    def value(self, record: Communication) -> str:
        return record.subject or record.content[:60] or record.get_channel_display()


@dataclass(frozen=True)
class DurationColumn(Column):
    def render(self, record: Communication) -> str:
        return formats.duration(record.duration_seconds)


@dataclass(frozen=True)
class StepColumn(Column):
    """When a follow-up is due, or when it was done."""

    def render(self, record: FollowUp) -> SafeString | str:
        if record.done_at is None:
            return DueColumn("due_at", "").render(record)
        done = SinceColumn("done_at", "").render(record)
        return format_html("{} {}", gettext("Done:"), done)


@dataclass(frozen=True)
class StepButtonsColumn(Column):
    """One-click “Done” and “Snooze 1 day” for those who may; the record's page has them too."""

    def render(self, record: Any) -> SafeString | str:
        if record.done_at is not None or record.trashed_at or not getattr(record, "can_edit", 0):
            return ""
        return format_html(
            '<span class="btn-list flex-nowrap">'
            '<button type="button" class="btn btn-sm" hx-post="{}"'
            ' hx-target="closest tr" hx-swap="delete">{}</button>'
            '<button type="button" class="btn btn-sm btn-ghost-secondary" hx-post="{}"'
            ' hx-target="closest tr" hx-swap="delete">{}</button></span>',
            reverse("communications:follow_up_done", args=[record.pk]), pgettext("button", "Done"),
            reverse("communications:follow_up_snooze", args=[record.pk]), gettext("Snooze 1 day"),
        )  # fmt: skip


def _initial(request: Any) -> dict[str, Any]:
    """What the address presets: ``?customer=7&channel=phone&about=deal:12``."""
    asked = request.GET
    found: dict[str, Any] = {
        name: asked[name] for name in ("contact", "channel", "kind") if asked.get(name)
    }
    subject = read_subject(request.user, asked.get("about", ""))
    if subject:
        found |= {"about": subject.key, "customer": subject.customer_id}
    if asked.get("customer", "").isdecimal():
        found["customer"] = asked["customer"]
    return found


def _follow_up_tabs(user: Any) -> list[tuple[Any, str]]:
    me = f"owner={user.pk}"
    return [
        (_("To do"), ""),
        (_("Mine"), me),
        (_("Overdue"), f"{me}&due=overdue"),
        (_("Today"), f"{me}&due=today"),
        (_("Next 7 days"), f"{me}&due=week"),
        (_("Done"), f"{me}&due=done"),
    ]


def _communication_tabs(user: Any) -> list[tuple[Any, str]]:
    return [
        (_("All communications"), ""),
        (_("Mine"), f"owner={user.pk}"),
        (_("Calls"), "channel=phone"),
        (_("WeChat"), "channel=wechat"),
        (_("Visits"), "channel=visit"),
    ]


COMMUNICATIONS = Resource(
    model=Communication,
    namespace="communications",
    prefix="",
    api="communications",
    icon="messages",
    columns=[
        SubjectColumn("subject", _("Communication")),
        RelatedColumn("customer", _("Customer")),
        BadgeColumn("channel", _("Channel")),
        BadgeColumn("direction", _("Direction")),
        BadgeColumn("outcome", _("Outcome")),
        DurationColumn("duration_seconds", _("Duration")),
        Column("owner", pgettext_lazy("communications", "By"), path="owner.display_name"),
        SinceColumn("happened_at", _("When"), sort="happened"),
        Column("contact", _("Contact"), path="contact.name", default=False),
        Column("content", _("Content"), css="cell-wide", default=False),
        NumberColumn("pk", _("CRM number"), default=False),
        SinceColumn("updated_at", _("Updated"), sort="updated", default=False),
    ],
    sorts=[Sort("happened", "happened_at"), Sort("updated", "updated_at")],
    default_sort="-happened",
    prepared=True,
    filterset=CommunicationFilterSet,
    form=CommunicationForm,
    create=services.communication_log,
    update=services.communication_update,
    trash=services.communication_trash,
    restore=services.communication_restore,
    creators=EVERYONE,
    select=["owner", "customer", "contact", "need"],
    select_when_shown=["contact", "need"],
    facts=[
        Fact(RelatedColumn("customer", _("Customer")), always=True),
        Fact(RelatedColumn("contact", _("Contact"))),
        Fact(BadgeColumn("channel", _("Channel")), always=True),
        Fact(BadgeColumn("direction", _("Direction")), always=True),
        Fact(MomentColumn("happened_at", _("When")), always=True),
        Fact(DurationColumn("duration_seconds", _("Duration"))),
        Fact(BadgeColumn("outcome", _("Outcome"))),
        Fact(RelatedColumn("need", _("Need"))),
    ],
    inline_in_list=["outcome"],
    inline=["contact", "channel", "direction", "outcome", "need"],
    detail_template="communications/detail.html",
    detail_context=about_page,
    form_template="communications/form.html",
    tabs=_communication_tabs,
    initial=_initial,
    empty=_("No communication has been written down yet."),
)

FOLLOW_UPS = Resource(
    model=FollowUp,
    namespace="communications",
    prefix="follow_up_",
    api="follow-ups",
    icon="calendar-due",
    columns=[
        LinkColumn("title", _("What to do")),
        RelatedColumn("customer", _("Customer")),
        StepColumn("due_at", _("Due"), sort="due"),
        BadgeColumn("priority", _("Priority")),
        BadgeColumn("kind", _("Kind")),
        Column("owner", pgettext_lazy("communications", "By"), path="owner.display_name"),
        StepButtonsColumn("buttons", _("Actions"), css="cell-wide", export=False),
        Column("contact", _("Contact"), path="contact.name", default=False),
        Column("note", _("Note"), default=False),
        MomentColumn("done_at", _("Done"), default=False),
        SinceColumn("created_at", pgettext_lazy("date", "Created"), default=False),
    ],
    sorts=[Sort("due", "due_at"), Sort("updated", "updated_at")],
    default_sort="due",
    filterset=FollowUpFilterSet,
    form=FollowUpForm,
    create=services.follow_up_create,
    update=services.follow_up_update,
    trash=services.follow_up_trash,
    restore=services.follow_up_restore,
    creators=EVERYONE,
    select=["owner", "customer", "contact", "done_by"],
    select_when_shown=["contact", "done_by"],
    enrich=lambda steps, user: with_rights(user, steps),
    facts=[
        Fact(RelatedColumn("customer", _("Customer")), always=True),
        Fact(RelatedColumn("contact", _("Contact"))),
        Fact(BadgeColumn("kind", _("Kind")), always=True),
        Fact(MomentColumn("due_at", _("Due")), always=True),
        Fact(BadgeColumn("priority", _("Priority")), always=True),
        Fact(MomentColumn("done_at", _("Done"))),
        Fact(Column("done_by", _("Done by"))),
    ],
    inline_in_list=["priority", "owner"],
    inline=["contact", "kind", "due_at", "priority", "owner"],
    detail_template="communications/follow_up_detail.html",
    form_template="communications/follow_up_form.html",
    detail_context=about_page,
    tabs=_follow_up_tabs,
    initial=_initial,
    empty=_("Nothing is to be done."),
)
