"""Records for programs."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone, translation
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request

from crm.accounts.middleware import zone_of
from crm.api.pages import KeysetPages, ListFilters
from crm.api.serializers import serializer_of
from crm.common.columns import Column
from crm.records.lists import ListQuery
from crm.records.resources import Resource


class RecordView(GenericAPIView):
    """Reads one kind of record as the asker sees it."""

    resource: Resource
    columns: list[Column]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """In the language and zone of whoever asks; the middleware puts both back."""
        super().initial(request, *args, **kwargs)
        user: Any = request.user
        translation.activate(user.language)
        timezone.activate(zone_of(user.time_zone))

    def get_queryset(self) -> Any:
        """What the asker may see; roles without the kind find nothing at its address."""
        records = self.resource.model._default_manager
        if getattr(self, "swagger_fake_view", False):
            return records.none()
        user: Any = self.request.user
        if not self.resource.may_read(user):
            raise Http404
        seen = ListQuery(self.resource, user, self.request.query_params).seen()
        return self.resource.listed(seen, user, self.columns)


class RecordListView(RecordView, ListAPIView):
    filter_backends = (ListFilters,)
    pagination_class = KeysetPages


class RecordDetailView(RecordView, RetrieveAPIView):
    filter_backends = ()


def views_of(resource: Resource) -> tuple[Any, Any]:
    """(the list, one record) of a kind."""
    columns = list(resource.columns)
    shared = {
        "resource": resource, "columns": columns,
        "queryset": resource.model._default_manager.none(),
        "serializer_class": serializer_of(resource, columns),
    }  # fmt: skip
    name = resource.model.__name__
    rows: Any = type(f"{name}ListView", (RecordListView,), shared)
    one: Any = type(f"{name}DetailView", (RecordDetailView,), shared)
    return rows.as_view(), one.as_view()
