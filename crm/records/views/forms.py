"""Forms of a record: create, edit with a version check, both values in a conflict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BooleanField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from crm.common import formats
from crm.common.errors import EditConflictError, RefusedError
from crm.common.returning import safe_next
from crm.records.forms import RecordForm, comparable
from crm.records.views.base import ResourceView


class RecordCreate(ResourceView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.resource.may_create(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        initial = self.resource.initial(request) if self.resource.initial else {}
        form = self.resource.form(user=request.user, initial=initial)
        return self._form(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.resource.form(request.POST, user=request.user)
        if _is_restored(request):
            return self._form(form)
        if not form.is_valid():
            made = self._made(form)
            return redirect(made.get_absolute_url()) if made else self._form(form, status=422)
        try:
            record = self.resource.create(
                actor=request.user,
                submission=form.cleaned_data.get("submission"),
                **form.changes(),
            )
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
            return self._form(form, status=422)
        messages.success(request, _("Saved: %(name)s") % {"name": record})
        return redirect(safe_next(request, record.get_absolute_url()))

    def _made(self, form: RecordForm) -> Any:
        """What the same form made a moment ago, and is now in its own way: a number given twice."""
        submission = form.cleaned_data.get("submission")
        mine = self.resource.model.objects.visible_to(self.request.user)
        mine = mine.filter(created_by=self.request.user, submission=submission)
        return mine.first() if submission else None

    def _form(self, form: RecordForm, status: int = 200) -> HttpResponse:
        back = safe_next(self.request, "")
        home = back or self.resource.url("list")
        context = {"form": form, "record": None, "cancel_url": home, "next": back}
        return self.page(self.resource.form_template, context, status)


class RecordEdit(ResourceView):
    """Edits with a version check: the second of two editors sees both values."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._editable(pk)
        return self._form(self.resource.form(user=request.user, instance=record), record)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._editable(pk)
        data = self._settled(request, record)
        form = self.resource.form(data, user=request.user, instance=record)
        if _is_restored(request):
            return self._form(form, record)
        if not form.is_valid():
            return self._form(form, record, status=422)
        try:
            saved = self.resource.update(
                pk=pk, actor=request.user, changes=form.changes(),
                expected_version=form.cleaned_data.get("expected_version"),
            )  # fmt: skip
        except EditConflictError as conflict:
            return self._conflict(form, conflict.current)
        except RefusedError as refusal:
            form.add_error(None, refusal.message)
            return self._form(form, record, status=422)
        messages.success(request, _("Saved: %(name)s") % {"name": saved})
        return redirect(saved.get_absolute_url())

    def _settled(self, request: HttpRequest, record: Any) -> Any:
        """What was sent, with the other editor's value where the person chose to keep it."""
        data = request.POST.copy()
        theirs = self.resource.form(user=request.user, instance=record)
        for key in [key for key in data if key.startswith("keep_")]:
            bound = theirs.fields.get(key.removeprefix("keep_"))
            if data[key] != "theirs" or bound is None:
                continue
            field = theirs[key.removeprefix("keep_")]
            value = field.value()
            items = value if isinstance(value, list) else [value]
            prepared = [bound.prepare_value(item) for item in items]
            if isinstance(bound, BooleanField) and not value:
                data.pop(field.html_name, None)
            else:
                shown = [bound.widget.format_value(item) for item in prepared]
                data.setlist(field.html_name, _flat(shown))
        return data

    def _editable(self, pk: int) -> Any:
        record = self.fetch(pk)
        if record.can_edit:
            return record
        theirs = self.resource.model.objects.editable_by(self.request.user)
        if self.resource.closed and theirs.filter(pk=pk).exists():
            raise RefusedError(str(self.resource.closed))
        raise PermissionDenied

    def _form(
        self, form: RecordForm, record: Any, status: int = 200, **context: Any
    ) -> HttpResponse:
        context |= {"form": form, "record": record, "cancel_url": record.get_absolute_url()}
        return self.page(self.resource.form_template, context, status)

    def _conflict(self, form: RecordForm, current: Any) -> HttpResponse:
        """Show both values; what was typed stays in the form, now against the new version."""
        theirs = self.resource.form(user=self.request.user, instance=current)
        rows = [
            {
                "name": name,
                "label": form.fields[name].label,
                "theirs": shown_in_form(theirs, name, theirs.initial.get(name)),
                "yours": shown_in_form(form, name, form.cleaned_data.get(name)),
                "keep": "theirs" if form.left_alone(name) else "yours",
            }
            for name in form.compared()
            if comparable(theirs.initial.get(name)) != comparable(form.cleaned_data.get(name))
        ]
        data: Any = form.data
        data = data.copy()
        data["expected_version"] = str(current.version)
        data["shown"] = theirs.fields["shown"].initial
        retry = self.resource.form(data, user=self.request.user, instance=current)
        retry.is_valid()
        return self._form(retry, current, status=409, conflicts=rows)


def _is_restored(request: HttpRequest) -> bool:
    """Whether a session ended before this was sent: the person looks it over first (kept.js)."""
    if "restored" not in request.POST:
        return False
    messages.warning(
        request, _("You were signed out before this was saved. Look it over and save it.")
    )
    return True


def _flat(values: Sequence[Any]) -> list[str]:
    flat: list[str] = []
    for value in values:
        flat.extend(map(str, value) if isinstance(value, list) else [str(value or "")])
    return flat


def shown_in_form(form: RecordForm, name: str, value: Any) -> str:
    field = form.fields[name]
    if isinstance(value, list | tuple) or hasattr(value, "all"):
        items = value.all() if hasattr(value, "all") else value
        return formats.listed(items)
    queryset = getattr(field, "queryset", None)
    if queryset is not None and isinstance(value, int):
        return str(queryset.model._default_manager.filter(pk=value).first() or "")
    for key, label in getattr(field, "choices", ()) if queryset is None else ():
        if str(key) == str(value):
            return str(label)
    return "" if value is None else str(value)
