from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.common.admin import TunedAdmin
from crm.common.models import Record
from crm.records.models import BulkChange, CustomField, Export, SavedView


def kinds() -> list[tuple[str, str]]:
    """Every kind of record: (label, name)."""
    records = [model for model in apps.get_models() if issubclass(model, Record)]
    return sorted((model._meta.label_lower, str(model._meta.verbose_name)) for model in records)


class CustomFieldForm(forms.ModelForm):
    kind = forms.ChoiceField(label=_("Kind of record"), choices=kinds)

    class Meta:
        model = CustomField
        fields = "__all__"  # noqa: DJ007  # an administrator sets all of it

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("type") == CustomField.Type.CHOICE and not cleaned.get("choices"):
            raise ValidationError({"choices": _("Say what can be chosen, one per line.")})
        return cleaned


@admin.register(CustomField)
class CustomFieldAdmin(TunedAdmin):
    form = CustomFieldForm
    list_display = ["name", "kind", "key", "type", "required", "in_list", "active", "position"]
    list_filter = ["kind", "active"]
    search_fields = ["name", "name_en", "key"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        """Key, kind and type stay: values are stored under them."""
        return ("key", "type") if obj else ()


@admin.register(SavedView)
class SavedViewAdmin(TunedAdmin):
    list_display = ["name", "kind", "sharing", "owner", "team"]
    list_filter = ["kind", "sharing"]
    search_fields = ["name"]
    list_select_related = ["owner", "team"]
    autocomplete_fields = ["owner"]
    filter_horizontal = ["pinned_by"]


class ReadOnlyAdmin(TunedAdmin):
    """A log: to be read."""

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin):
    list_display = ["kind", "action", "state", "total", "changed", "created_by", "created_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["created_by"]


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    list_display = ["kind", "format", "rows", "created_by", "created_at"]
    list_filter = ["kind", "format"]
    list_select_related = ["created_by"]
