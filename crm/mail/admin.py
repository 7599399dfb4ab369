from typing import Any

from django.contrib import admin

from crm.common.admin import TunedAdmin
from crm.mail.models import Mail, MailFile


class MailFileInline(admin.TabularInline):
    model = MailFile
    extra = 0
    can_delete = False
    fields = ["name", "content_type", "size"]
    readonly_fields = ["name", "content_type", "size"]

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Mail)
class MailAdmin(TunedAdmin):
    """A log: to be read."""

    list_display = ["subject", "to", "kind", "state", "attempts", "created_at", "sent_at"]
    list_filter = ["state", "kind"]
    search_fields = ["to", "subject", "message_id"]
    inlines = [MailFileInline]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False
