"""One value of a record, edited where it stands.

``GET …/field/<name>/`` gives a form with one field (``?show=1``: the value again), ``POST`` saves
it and gives the value. The answers are the content of the element with ``data-inline``.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from crm.common.columns import Column
from crm.common.errors import EditConflictError, RefusedError
from crm.records.custom import PREFIX
from crm.records.forms import comparable
from crm.records.inline import editable_value, inline_column, inline_names
from crm.records.views.base import ResourceView
from crm.records.views.forms import shown_in_form


class RecordField(ResourceView):
    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        record, column = self._editable(pk, name)
        if "show" in request.GET:
            return HttpResponse(editable_value(self.resource, column, record))
        if request.headers.get("HX-Request") != "true":
            return redirect(f"{self.resource.url('edit', pk)}#id_{name}")
        return self._form(self._single(record, name), record, name)

    def post(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        record, column = self._editable(pk, name)
        form = self._single(record, name, request.POST)
        if not form.is_valid():
            return self._form(form, record, name, status=422)
        try:
            self._save(form, pk, name, form.cleaned_data.get("expected_version"))
        except EditConflictError as conflict:
            return self._conflict(form, conflict.current, name)
        except RefusedError as refusal:
            form.add_error(name, refusal.message)
            return self._form(form, record, name, status=422)
        return self._saved(pk, column)

    def _editable(self, pk: int, name: str) -> tuple[Any, Column]:
        """The record and the column; 404 when unseen or no such value, 403 when not allowed."""
        record = self.fetch(pk)
        column = inline_column(self.resource, name)
        if column is None or not (name in self.resource.inline or name.startswith(PREFIX)):
            raise Http404
        if not record.can_edit or name not in inline_names(self.resource, self.request.user):
            raise PermissionDenied
        return record, column

    def _single(self, record: Any, name: str, data: Any = None) -> Any:
        """The record's form, with one field only."""
        form = self.resource.form(data, user=self.request.user, instance=record)
        if name not in form.fields:
            raise PermissionDenied  # not of this record as it stands now
        for other in set(form.fields) - {name, "expected_version"}:
            del form.fields[other]
        field = form.fields[name]
        field.widget.attrs["autofocus"] = True
        field.widget.attrs["aria-label"] = str(field.label)
        return form

    def _save(self, form: Any, pk: int, name: str, version: int | None) -> None:
        wanted = "custom" if name.startswith(PREFIX) else name
        self.resource.update(
            pk=pk, actor=self.request.user, changes={wanted: form.changes()[wanted]},
            expected_version=version,
        )  # fmt: skip

    def _conflict(self, form: Any, current: Any, name: str) -> HttpResponse:
        """Somebody saved meanwhile: only a change of this very value is a conflict."""
        theirs = self._single(current, name)
        now = str(comparable(theirs.initial.get(name)))
        if form.data.get("seen") == now:
            try:
                self._save(self._again(form, current, name), current.pk, name, current.version)
            except EditConflictError as once_more:
                return self._conflict(form, once_more.current, name)
            column = inline_column(self.resource, name)
            return self._saved(current.pk, column)  # type: ignore[arg-type]  # found before
        retry = self._again(form, current, name)
        shown = shown_in_form(theirs, name, theirs.initial.get(name)) or "–"
        said = _("Someone else changed this to “%(value)s” meanwhile. Save again to replace it.")
        retry.add_error(name, said % {"value": shown})
        return self._form(retry, current, name, status=409)

    def _again(self, form: Any, current: Any, name: str) -> Any:
        """What was typed, against the record as it is now."""
        data = form.data.copy()
        data["expected_version"] = str(current.version)
        retry = self._single(current, name, data)
        retry.is_valid()
        return retry

    def _form(self, form: Any, record: Any, name: str, status: int = 200) -> HttpResponse:
        stored = self.resource.form(user=self.request.user, instance=record).initial.get(name)
        seen = form.data.get("seen") if status == 422 else str(comparable(stored))
        context = {
            "form": form, "field": form[name], "record": record, "seen": seen,
            "wide": isinstance(form.fields[name].widget, forms.Textarea),
            "field_url": self.resource.url("field", record.pk, name),
        }  # fmt: skip
        return self.page("records/_inline_form.html", context, status)

    def _saved(self, pk: int, column: Column) -> HttpResponse:
        try:
            record = self.fetch(pk)
        except Http404:  # given away by this very change
            return HttpResponse(_("Saved; this is no longer yours to see."))
        response = HttpResponse(editable_value(self.resource, column, record))
        saved = {"record": f"{record._meta.label_lower}:{pk}", "version": record.version}
        response["HX-Trigger"] = json.dumps({"app:saved": saved})
        return response
