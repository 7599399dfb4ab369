from __future__ import annotations

import secrets
from typing import Any

from django.contrib import admin

from crm.common.admin import RecordAdmin, TunedAdmin
from marketing.experiments.models import Assignment, Experiment
from marketing.models import (
    Activity,
    Campaign,
    Delivery,
    MarketResult,
    Spend,
    WebForm,
)


@admin.register(Campaign)
class CampaignAdmin(RecordAdmin):
    list_display = ["name", "status", "channel", "starts_on", "ends_on", "budget", "team"]
    list_filter = ["status", "channel", "team"]
    search_fields = ["name", "objective"]


@admin.register(Activity)
class ActivityAdmin(RecordAdmin):
    list_display = ["campaign", "customer", "stage", "result", "happened_at", "revenue"]
    list_filter = ["result", "stage"]
    list_select_related = ["campaign", "customer"]
    search_fields = ["campaign__name", "customer__name"]
    autocomplete_fields = ["owner", "team", "campaign", "customer", "contact"]


@admin.register(Spend)
class SpendAdmin(TunedAdmin):
    list_display = ["channel", "starts_on", "ends_on", "amount", "currency", "campaign", "team"]
    list_filter = ["channel", "team"]
    list_select_related = ["campaign", "team"]
    search_fields = ["channel"]
    autocomplete_fields = ["campaign"]


@admin.register(MarketResult)
class MarketResultAdmin(TunedAdmin):
    list_display = ["starts_on", "ends_on", "revenue", "currency", "team"]
    list_filter = ["team"]
    list_select_related = ["team"]


@admin.register(Experiment)
class ExperimentAdmin(TunedAdmin):
    """Drawn and ended by the pages only."""

    list_display = ["name", "campaign", "control_share", "started_at", "ended_at"]
    list_select_related = ["campaign"]
    search_fields = ["name", "campaign__name"]
    autocomplete_fields = ["campaign"]
    readonly_fields = ["seed", "excluded", "started_at", "ended_at", "created_by"]
    raw_id_fields = ["segment"]


@admin.register(Assignment)
class AssignmentAdmin(TunedAdmin):
    """Who was drawn into which arm; written by the draw only."""

    list_display = ["experiment", "customer", "arm"]
    list_filter = ["arm"]
    list_select_related = ["experiment", "customer"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(TunedAdmin):
    """What was sent; written by sending only."""

    list_display = ["activity", "state", "arm", "sent_at"]
    list_filter = ["state"]
    list_select_related = ["activity__campaign", "activity__customer"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(WebForm)
class WebFormAdmin(TunedAdmin):
    list_display = ["name", "team", "campaign", "active"]
    list_filter = ["active", "team"]
    list_select_related = ["team", "campaign"]
    search_fields = ["name"]
    autocomplete_fields = ["campaign"]
    readonly_fields = ["token"]

    def save_model(self, request: Any, obj: WebForm, form: Any, change: bool) -> None:
        obj.token = obj.token or secrets.token_urlsafe(32)
        super().save_model(request, obj, form, change)
