from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.admin import RecordAdmin, TunedAdmin
from sales.currency import to_base
from sales.models import (
    Channel,
    Deal,
    ExchangeRate,
    Order,
    OrderLine,
    Pipeline,
    PriceItem,
    PriceList,
    Product,
    Quote,
    QuoteLine,
    ReportDelivery,
    ReportRecipient,
    ReportSchedule,
    SavedReport,
    Stage,
    Target,
)


class StageForm(forms.ModelForm):
    """Deals are open or closed as their stage is, so that a stage in use keeps its kind."""

    class Meta:
        model = Stage
        fields = ("order", "name", "name_en", "probability", "kind")

    def clean_probability(self) -> int:
        probability: int = self.cleaned_data["probability"]
        if probability > 100:
            raise ValidationError(_("A probability is at most 100 %."))
        return probability

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if "kind" in self.changed_data and self.instance.is_used:
            raise ValidationError(
                _("Deals have been in this stage: it keeps its kind. Add a stage of the other"
                  " kind and move them there.")
            )  # fmt: skip
        return kind

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("DELETE") and self.instance.is_used:
            values["DELETE"] = False  # else the admin lists every deal and move by its number
            raise ValidationError(_("Deals have been in this stage: it cannot be deleted."))
        return values


class StageInline(admin.TabularInline):
    model = Stage
    form = StageForm
    extra = 0


@admin.register(Pipeline)
class PipelineAdmin(TunedAdmin):
    list_display = ["name", "name_en", "is_default"]
    search_fields = ["name", "name_en"]
    inlines = [StageInline]


@admin.register(Channel)
class ChannelAdmin(TunedAdmin):
    list_display = ["name", "name_en", "code", "active"]
    search_fields = ["name", "name_en", "code"]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(TunedAdmin):
    list_display = ["currency", "from_date", "rate"]
    list_filter = ["currency"]


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    list_display = ["sku", "name", "category", "price", "currency", "active"]
    list_filter = ["active", "category"]
    search_fields = ["sku", "name"]


@admin.register(Deal)
class DealAdmin(RecordAdmin):
    """Deals are made and moved on their pages, which keep the history of stages."""

    list_display = ["name", "customer", "stage", "amount", "currency", "owner", "expected_close"]
    list_filter = ["stage", "team"]
    list_select_related = ["customer", "stage", "owner", "team"]
    search_fields = ["name"]
    autocomplete_fields = ["owner", "team", "customer", "contact", "need"]
    readonly_fields = [
        *RecordAdmin.readonly_fields, "stage", "stage_since", "closed_at", "lost_reason",
        "amount_base",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if {"amount", "currency"} & set(form.changed_data):
            obj.amount_base = to_base(obj.amount, obj.currency, timezone.localdate())
        super().save_model(request, obj, form, change)


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    readonly_fields = [
        "position", "product", "description", "quantity", "unit_price", "total",
    ]  # fmt: skip
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    """Orders are written on their pages, which keep rates and totals in step."""

    list_display = ["number", "customer", "kind", "status", "total", "currency", "ordered_at"]
    list_filter = ["kind", "status", "channel"]
    list_select_related = ["customer", "owner", "team"]
    search_fields = ["number"]
    autocomplete_fields = ["owner", "team", "customer", "deal"]
    readonly_fields = [
        *RecordAdmin.readonly_fields, "number", "kind", "refund_of", "currency", "rate",
        "ordered_at", "total", "total_base",
    ]  # fmt: skip
    inlines = [OrderLineInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class PriceItemInline(admin.TabularInline):
    model = PriceItem
    extra = 0
    autocomplete_fields = ["product"]


@admin.register(PriceList)
class PriceListAdmin(RecordAdmin):
    list_display = ["name", "audience", "segment", "currency", "starts_on", "ends_on", "active"]
    list_filter = ["audience", "active"]
    list_select_related = ["segment", "owner", "team"]
    search_fields = ["name"]
    autocomplete_fields = ["owner", "team", "customers"]
    inlines = [PriceItemInline]


class QuoteLineInline(admin.TabularInline):
    model = QuoteLine
    extra = 0
    readonly_fields = [
        "position", "product", "description", "quantity", "unit_price", "discount", "tax_rate",
        "net", "tax_amount",
    ]  # fmt: skip
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Quote)
class QuoteAdmin(RecordAdmin):
    """Quotes are written on their pages, which keep versions and documents in step."""

    list_display = ["number", "revision", "customer", "status", "total", "currency", "valid_until"]
    list_filter = ["status"]
    list_select_related = ["customer", "owner", "team"]
    search_fields = ["number"]
    autocomplete_fields = ["owner", "team", "customer", "deal", "contact"]
    readonly_fields = [
        *RecordAdmin.readonly_fields, "number", "revision", "status", "currency", "quoted_on",
        "sent_at", "decided_at", "net", "tax", "total", "pdf", "pdf_job",
    ]  # fmt: skip
    inlines = [QuoteLineInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Target)
class TargetAdmin(RecordAdmin):
    list_display = ["starts_on", "ends_on", "owner", "team", "amount", "currency"]
    list_filter = ["team"]


@admin.register(SavedReport)
class SavedReportAdmin(TunedAdmin):
    list_display = ["name", "sharing", "owner", "team", "trashed_at"]
    list_filter = ["sharing"]
    search_fields = ["name"]
    list_select_related = ["owner", "team"]
    autocomplete_fields = ["owner"]


class ReportRecipientInline(admin.TabularInline):
    model = ReportRecipient
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(ReportSchedule)
class ReportScheduleAdmin(TunedAdmin):
    list_display = ["report", "frequency", "hour", "format", "active", "created_by"]
    list_filter = ["active", "frequency"]
    list_select_related = ["report", "created_by"]
    autocomplete_fields = ["report", "created_by"]
    inlines = [ReportRecipientInline]


@admin.register(ReportDelivery)
class ReportDeliveryAdmin(TunedAdmin):
    """A log: to be read."""

    list_display = ["schedule", "user", "key", "state", "rows", "created_at"]
    list_filter = ["state"]
    list_select_related = ["schedule__report", "user"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
