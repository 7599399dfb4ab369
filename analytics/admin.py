from typing import Any

from django.contrib import admin

from analytics.attribution.models import CreditTable, Declaration
from analytics.boards.models import Board, BoardCard
from analytics.datasets.models import Analysis, Dataset, DatasetSource
from analytics.models import CustomerScore, CustomerValue, NextProduct, RequestRisk, Run, WinChance
from crm.common.admin import TunedAdmin


class ReadOnlyAdmin(TunedAdmin):
    """Computed by jobs; looked at and deleted here."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ["id", "method", "state", "team", "rows_used", "seconds", "created_at"]
    list_filter = ["method", "state"]
    list_select_related = ["team"]


@admin.register(Declaration)
class DeclarationAdmin(ReadOnlyAdmin):
    list_display = ["rule", "days", "declared_by", "declared_at"]
    list_select_related = ["declared_by"]

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False  # it is history


@admin.register(CreditTable)
class CreditTableAdmin(ReadOnlyAdmin):
    list_display = ["reader", "rule", "days", "first", "last", "made_at"]
    list_select_related = ["reader"]


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    list_display = ["name", "filename", "state", "team", "rows", "created_at"]
    list_filter = ["state"]
    list_select_related = ["team"]

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False  # the files go with it: the page's trash does that


@admin.register(DatasetSource)
class DatasetSourceAdmin(ReadOnlyAdmin):
    list_display = ["dataset", "kind", "shown", "every", "due_at", "failures"]
    list_filter = ["kind", "every"]
    list_select_related = ["dataset"]
    exclude = ["place"]  # sealed: it may hold a key


@admin.register(Analysis)
class AnalysisAdmin(ReadOnlyAdmin):
    list_display = ["id", "dataset", "method", "state", "seconds", "created_at"]
    list_filter = ["method", "state"]
    list_select_related = ["dataset"]


@admin.register(CustomerScore)
class CustomerScoreAdmin(ReadOnlyAdmin):
    list_display = ["customer", "kind", "chance", "level", "run"]
    list_filter = ["kind", "level"]
    list_select_related = ["customer", "run"]
    raw_id_fields = ["customer", "run"]


@admin.register(RequestRisk)
class RequestRiskAdmin(ReadOnlyAdmin):
    list_display = ["request", "mark", "chance", "level", "as_of"]
    list_filter = ["level"]
    list_select_related = ["request"]
    raw_id_fields = ["request", "run"]


@admin.register(WinChance)
class WinChanceAdmin(ReadOnlyAdmin):
    list_display = ["deal", "chance", "before", "level", "run"]
    list_filter = ["level"]
    list_select_related = ["deal", "run"]
    raw_id_fields = ["deal", "run"]


@admin.register(CustomerValue)
class CustomerValueAdmin(ReadOnlyAdmin):
    list_display = ["customer", "value", "orders", "alive", "next_on", "run"]
    list_select_related = ["customer", "run"]
    raw_id_fields = ["customer", "run"]


@admin.register(NextProduct)
class NextProductAdmin(ReadOnlyAdmin):
    list_display = ["customer", "product", "confidence", "lift", "run"]
    list_select_related = ["customer", "product", "run"]
    raw_id_fields = ["customer", "product", "run"]


class BoardCardInline(admin.TabularInline):
    model = BoardCard
    extra = 0
    fields = ["position", "kind", "key", "title", "width", "trashed_at"]
    readonly_fields = ["position", "kind", "key", "title", "width", "trashed_at"]
    can_delete = False


@admin.register(Board)
class BoardAdmin(TunedAdmin):
    list_display = ["name", "sharing", "owner", "team", "trashed_at"]
    list_filter = ["sharing"]
    search_fields = ["name"]
    list_select_related = ["owner", "team"]
    autocomplete_fields = ["owner"]
    inlines = [BoardCardInline]
