from django.contrib import admin

from crm.common.admin import RecordAdmin, TunedAdmin
from crm.records.admin import ReadOnlyAdmin
from customers.models import (
    Affiliation,
    Contact,
    ContactMerge,
    ContactPair,
    Customer,
    DuplicatePair,
    Erasure,
    ImportBatch,
    ImportChange,
    ImportMapping,
    Merge,
    Need,
    PrivacyRequest,
    QualitySnapshot,
    Segment,
    Tag,
)


class AffiliationInline(admin.TabularInline):
    model = Affiliation
    extra = 0
    autocomplete_fields = ["contact"]


@admin.register(Customer)
class CustomerAdmin(RecordAdmin):
    list_display = ["name", "lifecycle", "owner", "team", "city", "order_value", "updated_at"]
    list_filter = ["lifecycle", "kind", "acquisition", "team"]
    search_fields = ["name", "phone", "email", "external_id"]
    filter_horizontal = ["tags"]
    inlines = [AffiliationInline]
    readonly_fields = [
        *RecordAdmin.readonly_fields, "segment", "order_count", "order_value", "open_deals",
        "open_requests", "last_contact_at", "next_step_at",
    ]  # fmt: skip


@admin.register(Contact)
class ContactAdmin(RecordAdmin):
    list_display = ["name", "title", "phone", "email", "team"]
    search_fields = ["name", "phone", "email"]


@admin.register(Need)
class NeedAdmin(RecordAdmin):
    list_display = ["title", "customer", "status", "priority", "owner"]
    list_filter = ["status", "priority"]
    list_select_related = ["customer", "owner", "team"]
    search_fields = ["title", "product"]
    autocomplete_fields = ["owner", "team", "customer"]


@admin.register(Tag)
class TagAdmin(TunedAdmin):
    list_display = ["name", "colour"]
    search_fields = ["name"]


@admin.register(Segment)
class SegmentAdmin(TunedAdmin):
    list_display = ["name", "name_en", "origin", "size", "built_at", "active", "team"]
    list_filter = ["origin", "active"]
    list_select_related = ["team"]
    search_fields = ["name", "name_en"]


@admin.register(ImportBatch)
class ImportBatchAdmin(TunedAdmin):
    list_display = [
        "filename", "kind", "state", "rows_in", "created", "updated", "skipped", "rejected",
        "created_at", "created_by",
    ]  # fmt: skip
    list_filter = ["kind", "state"]
    list_select_related = ["created_by"]
    search_fields = ["filename"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(ImportChange)
class ImportChangeAdmin(ReadOnlyAdmin):
    list_display = ["batch", "what", "model", "object_id", "version"]
    list_filter = ["what", "model"]
    list_select_related = ["batch"]


@admin.register(ImportMapping)
class ImportMappingAdmin(ReadOnlyAdmin):
    list_display = ["kind", "user", "team", "updated_at"]
    list_filter = ["kind"]
    list_select_related = ["user", "team"]


@admin.register(DuplicatePair)
class DuplicatePairAdmin(ReadOnlyAdmin):
    list_display = ["first", "second", "probability", "state", "decided_by", "found_at"]
    list_filter = ["state"]
    list_select_related = ["first", "second", "decided_by"]


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    list_display = ["winner", "loser", "made_by", "made_at", "undone_at"]
    list_select_related = ["winner", "loser", "made_by"]


@admin.register(ContactPair)
class ContactPairAdmin(DuplicatePairAdmin):
    pass


@admin.register(ContactMerge)
class ContactMergeAdmin(MergeAdmin):
    pass


@admin.register(QualitySnapshot)
class QualitySnapshotAdmin(ReadOnlyAdmin):
    list_display = ["day", "team", "customers"]
    list_filter = ["team"]
    list_select_related = ["team"]


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnlyAdmin):
    list_display = ["pk", "kind", "state", "customer", "contact", "requested_by", "requested_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["customer", "contact", "requested_by"]


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["pk", "request", "erased_at", "erased_by"]
    list_select_related = ["request", "erased_by"]
