"""Lists for programs: the pages' filters and orders, keyset pages, no unknown parameter."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from crm.records.keyset import FEW, capped_count, gathered, is_cursor, paginate
from crm.records.lists import ListQuery

LAYOUT = frozenset({"sort", "after", "before", "size", "format"})
DEFAULT_SIZE, MOST_ROWS = 50, 500


class ListFilters(BaseFilterBackend):
    """The filters of the kind's list; a wrong or unknown one is an error, never ignored."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        query = ListQuery(view.resource, request.user, request.query_params)
        filterset = query.filterset(queryset)
        unknown = sorted(set(request.query_params) - set(filterset.filters) - LAYOUT)
        if unknown:
            raise ValidationError({name: [_("There is no such parameter.")] for name in unknown})
        if not filterset.is_valid():
            raise ValidationError(filterset.form.errors)
        if not any(request.query_params.get(name) for name in filterset.filters):
            return filterset.qs
        return gathered(filterset.qs, capped_count(filterset.qs, FEW + 1)[0])

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        texts = {"in": "query", "required": False, "schema": {"type": "string"}}
        filters = view.resource.filterset.base_filters
        sorts = [sign + sort.key for sort in view.resource.sorts for sign in ("", "-")]
        return [
            *({"name": n, "description": str(f.label or ""), **texts} for n, f in filters.items()),
            {"name": "sort", "in": "query", "required": False,
             "schema": {"type": "string", "enum": sorts}},
        ]  # fmt: skip


class KeysetPages(BasePagination):
    """Page 500 costs what page 1 costs: follow ``next``."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        query = ListQuery(view.resource, request.user, request.query_params)
        asked = request.query_params.get("sort", "")
        if asked and view.resource.sort(asked.lstrip("-")) is None:
            raise ValidationError({"sort": [_("There is no such order.")]})
        sort, descending = query.order()
        places = {name: request.query_params.get(name, "") for name in ("after", "before")}
        for name, text in places.items():
            if text and not is_cursor(text, queryset.model, sort):
                raise ValidationError({name: [_("This is no place in the list.")]})
        self.request = request
        self.page = paginate(queryset, sort, descending=descending, size=_size(request), **places)
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({
            "next": self._link("after", self.page.next_cursor),
            "previous": self._link("before", self.page.previous_cursor),
            "results": data,
        })  # fmt: skip

    def _link(self, name: str, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        kept = {
            key: values for key, values in self.request.query_params.lists()
            if key not in {"after", "before"}
        }  # fmt: skip
        asked = urlencode({**kept, name: cursor}, doseq=True)
        return str(self.request.build_absolute_uri(f"{self.request.path}?{asked}"))

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object", "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }  # fmt: skip

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        text, number = {"type": "string"}, {
            "type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": DEFAULT_SIZE,
        }  # fmt: skip
        schemas = {"after": text, "before": text, "size": number}
        return [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in schemas.items()
        ]


def _size(request: Any) -> int:
    text = request.query_params.get("size", "") or str(DEFAULT_SIZE)
    if text.isdecimal() and text.isascii() and 1 <= int(text) <= MOST_ROWS:
        return int(text)
    reason = _("A whole number from 1 to %(most)d.") % {"most": MOST_ROWS}
    raise ValidationError({"size": [reason]})
