"""The interface for programs, told to people: in the reader's language."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.accounts.http import SignedInRequest
from crm.api.pages import MOST_ROWS
from crm.api.serializers import NumberField, TagsField, serializer_of
from crm.records.resources import Resource, resources

_TYPES = {
    "IntegerField": gettext_lazy("whole number"),
    "BigIntegerField": gettext_lazy("whole number"),
    "FloatField": gettext_lazy("number"),
    "DecimalField": gettext_lazy("decimal number, as text"),
    "BooleanField": gettext_lazy("true or false"),
    "DateField": gettext_lazy("day, YYYY-MM-DD"),
    "MomentField": gettext_lazy("moment, UTC"),
    "ChoiceField": gettext_lazy("one of the keys"),
    "PrimaryKeyRelatedField": gettext_lazy("number of a record"),
    "ManyRelatedField": gettext_lazy("numbers of records"),
    "JSONField": gettext_lazy("object"),
}
_TEXT = pgettext_lazy("type of a field", "text")


def docs(request: SignedInRequest) -> HttpResponse:
    """What there is to read, with the fields, filters and orders of each kind."""
    kinds = [
        _told(resource)
        for resource in resources.values()
        if resource.api and resource.may_read(request.user)
    ]
    context = {
        "kinds": kinds, "most_rows": MOST_ROWS,
        "first_url": request.build_absolute_uri(kinds[0]["url"]) if kinds else "",
    }  # fmt: skip
    return render(request, "api/docs.html", context)


def _told(resource: Resource) -> dict[str, Any]:
    fields = serializer_of(resource, list(resource.columns))().fields
    filters = resource.filterset.base_filters
    return {
        "label": resource.label_plural, "icon": resource.icon, "name": resource.api,
        "url": reverse(f"api:{resource.api.replace('-', '_')}_list"),
        "fields": [
            {"name": name, "label": _label(name, field), **_type(field)}
            for name, field in fields.items()
        ],
        "filters": [{"name": name, "label": item.label or ""} for name, item in filters.items()],
        "sorts": ", ".join(sort.key for sort in resource.sorts),
    }  # fmt: skip


def _label(name: str, field: Any) -> Any:
    named = {"id": _("CRM number"), "version": _("Counts the changes")}
    return named.get(name) or field.label or field.help_text or ""


def _type(field: Any) -> dict[str, Any]:
    if isinstance(field, NumberField):
        return {"type": _("number"), "choices": ""}
    if isinstance(field, TagsField):
        return {"type": _("texts"), "choices": ""}
    choices = getattr(field, "choices", None) if type(field).__name__ == "ChoiceField" else None
    return {
        "type": _TYPES.get(type(field).__name__, _TEXT),
        "choices": ", ".join(str(key) for key in choices if key != "") if choices else "",
    }
