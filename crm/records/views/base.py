"""What every page of a record shares: fetching through ``visible_to``, rendering."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from crm.common.prepared import Prepared
from crm.records.resources import Resource


class ResourceView(View):
    """A page of one resource; 404 for roles that never see such records."""

    resource: Resource = None  # type: ignore[assignment]  # given to as_view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.resource.may_read(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def records(self) -> Any:
        """What the user may see, with what the pages show of it."""
        found = self.resource.model.objects.visible_to(self.request.user)
        return self.resource.shaped(found)

    def fetch(self, pk: int) -> Any:
        """The record with ``can_edit`` and ``can_trash``, or 404."""
        if pk > BigIntegerField.MAX_BIGINT:
            raise Http404
        if self.resource.prepared:
            found = _prepared(type(self), self.resource).fetch(self.request.user, pk=pk)
            record = found[0] if found else None
        else:
            record = self._one(pk).first()
        if record is None:
            raise Http404
        return record

    def _one(self, pk: int) -> Any:
        model, user = self.resource.model, self.request.user
        same = {"pk": OuterRef("pk")}
        return (
            self.records()
            .annotate(
                can_edit=Exists(self.resource.editable_by(user).filter(**same)),
                can_trash=Exists(model.objects.trashable_by(user).filter(**same)),
            )
            .filter(pk=pk)
        )

    @classmethod
    def one_for(cls, resource: Resource, user: Any, pk: int) -> Any:
        """The query of ``fetch`` for any reader."""
        view = cls(resource=resource)
        view.request = SimpleNamespace(user=user)  # type: ignore[assignment]  # all that records() reads
        return view._one(pk)

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, template, {"resource": self.resource, **context}, status=status)


_prepared_by_view: dict[tuple[type[ResourceView], str], Prepared] = {}


def _prepared(view: type[ResourceView], resource: Resource) -> Prepared:
    key = (view, resource.name(""))
    if key not in _prepared_by_view:
        _prepared_by_view[key] = Prepared(partial(view.one_for, resource))
    return _prepared_by_view[key]
