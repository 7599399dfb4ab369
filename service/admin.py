from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.common.admin import RecordAdmin, TunedAdmin
from service.models import SLA, Category, Holiday, Reply, Rule, ServiceRequest, Shift, Survey


@admin.register(Category)
class CategoryAdmin(TunedAdmin):
    list_display = ["name", "name_en", "code", "active"]
    list_filter = ["active"]
    search_fields = ["name", "name_en", "code"]
    prepopulated_fields = {"code": ["name_en"]}


@admin.register(SLA)
class SLAAdmin(TunedAdmin):
    list_display = ["name", "priority", "first_response_minutes", "resolution_minutes"]


@admin.register(Shift)
class ShiftAdmin(TunedAdmin):
    list_display = ["weekday", "starts_at", "ends_at"]
    list_filter = ["weekday"]


@admin.register(Holiday)
class HolidayAdmin(TunedAdmin):
    list_display = ["day", "name"]
    date_hierarchy = "day"


@admin.register(Rule)
class RuleAdmin(TunedAdmin):
    list_display = ["name", "order", "words", "category", "priority", "active"]
    list_filter = ["active", "category"]
    list_select_related = ["category"]
    search_fields = ["name", "words"]


@admin.register(ServiceRequest)
class ServiceRequestAdmin(RecordAdmin):
    """Status and clocks change on the request's page, where every step is logged."""

    list_display = [
        "number", "subject", "customer", "status", "priority", "category", "owner", "opened_at",
    ]  # fmt: skip
    list_display_links = ["number", "subject"]
    list_filter = ["status", "kind", "priority", "category", "team"]
    list_select_related = ["customer", "category", "owner", "team"]
    search_fields = ["subject", "requester", "requester_email", "external_id"]
    autocomplete_fields = ["owner", "team", "customer", "contact", "category"]
    readonly_fields = [
        *RecordAdmin.readonly_fields, "status", "first_response_due_at", "first_responded_at",
        "resolution_due_at", "waiting_since", "resolved_at", "resolved_by", "closed_at",
        "reopened_count", "external_id",
    ]  # fmt: skip

    @admin.display(description=_("number"))
    def number(self, record: ServiceRequest) -> str:
        return record.number

    def has_add_permission(self, request: Any) -> bool:
        return False  # requests open on their own page, where the clocks start


@admin.register(Reply)
class ReplyAdmin(TunedAdmin):
    list_display = ["request", "author", "internal", "created_at"]
    list_filter = ["internal"]
    list_select_related = ["request", "author"]
    raw_id_fields = ["request", "author"]
    search_fields = ["body"]


@admin.register(Survey)
class SurveyAdmin(TunedAdmin):
    list_display = ["request", "agent", "score", "sent_at", "answered_at"]
    list_filter = ["score"]
    list_select_related = ["request", "agent"]
    raw_id_fields = ["request", "agent"]
