from typing import Any

from django.contrib import admin

from communications.models import Communication, EmailTemplate, FollowUp, Mailbox, RawMessage
from crm.common.admin import RecordAdmin, TunedAdmin


class AboutAdmin(RecordAdmin):
    """What it is about is shown, never typed."""

    list_select_related = ["customer", "owner", "team"]
    autocomplete_fields = ["owner", "team", "customer", "contact"]
    readonly_fields = [*RecordAdmin.readonly_fields, "about_kind", "about_id"]


@admin.register(Communication)
class CommunicationAdmin(AboutAdmin):
    list_display = [
        "__str__",
        "customer",
        "channel",
        "direction",
        "outcome",
        "owner",
        "happened_at",
    ]
    list_filter = ["channel", "direction", "outcome", "team"]
    search_fields = ["subject"]
    raw_id_fields = ["need"]


@admin.register(FollowUp)
class FollowUpAdmin(AboutAdmin):
    list_display = ["title", "customer", "kind", "priority", "owner", "due_at", "done_at"]
    list_filter = ["kind", "priority", "team"]
    search_fields = ["title"]
    readonly_fields = [*AboutAdmin.readonly_fields, "done_at", "done_by"]


@admin.register(Mailbox)
class MailboxAdmin(TunedAdmin):
    list_display = ["name", "address", "host", "active", "last_sync_at", "last_error"]
    list_filter = ["active"]
    search_fields = ["name", "address"]
    readonly_fields = ["last_sync_at", "last_error"]


@admin.register(RawMessage)
class RawMessageAdmin(TunedAdmin):
    """Read-only: the mail as it came is evidence."""

    list_display = ["message_id", "mailbox", "received_at", "state", "attempts", "error"]
    list_filter = ["state", "mailbox"]
    list_select_related = ["mailbox"]
    search_fields = ["message_id"]
    exclude = ["raw"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(EmailTemplate)
class EmailTemplateAdmin(TunedAdmin):
    list_display = ["name", "language", "subject"]
    list_filter = ["language"]
    search_fields = ["name", "subject"]
