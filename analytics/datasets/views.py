"""The pages of datasets: upload, look, clean, ask, read the answer."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.comparing.entries import analysis_entries
from analytics.comparing.reproduction import reproduced
from analytics.datasets import services, sources
from analytics.datasets.forms import STEP_LABELS, QuestionForm, SourceForm, StepForm, UploadForm
from analytics.datasets.models import Analysis, Dataset
from analytics.datasets.next_steps import next_step
from analytics.datasets.pictures import pictures
from analytics.datasets.presenting import presented, whole_table
from analytics.datasets.questions import QUESTIONS
from analytics.datasets.sentences import said
from analytics.pages import translated
from analytics.views import chart_csv
from crm.accounts.http import SignedInRequest
from crm.common.csv_files import csv_file
from crm.common.errors import RefusedError
from crm.common.roles import is_admin
from crm.records.resources import KEEPERS

MOST_LISTED = 100
TABLE = "table-"


def _keeper(request: HttpRequest) -> Any:
    user: Any = request.user
    if user.role not in KEEPERS:
        raise Http404
    return user


def _dataset(request: HttpRequest, pk: int) -> Dataset:
    visible = Dataset.objects.visible_to(_keeper(request))
    found: Dataset | None = (
        visible.select_related("created_by", "job", "source", "source__owner", "source__job")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def datasets(request: SignedInRequest) -> HttpResponse:
    """The tables that one sees, and the form for one more."""
    user = _keeper(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            return redirect(
                services.dataset_upload(actor=user, upload=given["file"], name=given["name"])
            )
        except RefusedError as refusal:
            form.add_error("file", refusal.message)
    listed = Dataset.objects.visible_to(user).select_related("created_by")[:MOST_LISTED]
    context = {"form": form, "datasets": listed}
    status = 422 if form.errors else 200
    return render(request, "analytics/datasets/list.html", context, status=status)


@require_GET
def dataset(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, _dataset(request, pk))


@require_POST
def add_step(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _dataset(request, pk)
    form = StepForm(request.POST, dataset=found)
    if not form.is_valid():
        return _page(request, found, step_form=form)
    return _change(
        request, found,
        lambda: services.dataset_step_add(
            pk=pk, actor=request.user, step=form.step(), expected_version=_version(request)
        ),
    )  # fmt: skip


@require_POST
def remove_step(request: SignedInRequest, pk: int, position: int) -> HttpResponse:
    found = _dataset(request, pk)
    return _change(
        request, found,
        lambda: services.dataset_step_remove(
            pk=pk, actor=request.user, position=position, expected_version=_version(request)
        ),
    )  # fmt: skip


@require_POST
def set_source(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read the table again from somewhere, by the clock."""
    found = _dataset(request, pk)
    form = _source_form(request, request.POST)
    if form.is_valid():
        try:
            sources.source_set(pk=pk, actor=request.user, **form.cleaned_data)
        except RefusedError as refusal:
            form.add_error("place", refusal.message)
        else:
            messages.success(request, _("It is read for the first time now."))
            return redirect(found)
    return _page(request, found, source_form=form)


@require_POST
def remove_source(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _dataset(request, pk)
    sources.source_remove(pk=pk, actor=request.user)
    messages.success(request, _("It is not read again any more; the table stays."))
    return redirect(found)


@require_POST
def look_again(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _dataset(request, pk)
    return _change(request, found, lambda: sources.source_look(pk=pk, actor=request.user))


@require_POST
def ask(request: SignedInRequest, pk: int, method: str) -> HttpResponse:
    found = _dataset(request, pk)
    form = _question_form(found, method, request.POST)
    if not form.is_valid():
        return _page(request, found, method=method, question_form=form)
    try:
        analysis = services.analysis_start(
            pk=pk, actor=request.user, method=method, options=form.options()
        )
    except RefusedError as refusal:
        messages.warning(request, refusal.message)
        return redirect(found)
    return redirect(analysis)


@require_POST
def trash(request: SignedInRequest, pk: int) -> HttpResponse:
    _dataset(request, pk)
    gone = services.dataset_trash(pk=pk, actor=request.user)
    undo = reverse("analytics:dataset_restore", args=[pk])
    said = _("%(name)s is in the trash for 30 days.") % {"name": gone}
    messages.success(request, said, extra_tags=f"undo:{undo}")
    return redirect("analytics:datasets")


@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    if not Dataset.objects.in_reach_of(_keeper(request)).filter(pk=pk).exists():
        raise Http404
    return redirect(services.dataset_restore(pk=pk, actor=request.user))


def _analysis(request: HttpRequest, pk: int) -> Analysis:
    visible = Analysis.objects.visible_to(_keeper(request))
    found: Analysis | None = (
        visible.select_related("dataset", "created_by", "job", "reproduces__created_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require_GET
def analysis(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _analysis(request, pk)
    same = found.dataset.analyses.filter(method=found.method)
    context = {
        "analysis": found, "question": QUESTIONS[found.method],
        "problem": _problem(found.error), "steps": _step_words(found.steps, []),
        "entries": analysis_entries(same, found.method),
        "charts": pictures(found), **reproduced(found),
        "said": said(found.method, found.answer) if found.answer else "",
        "next_step": next_step(found.method, found.answer) if found.answer else "",
        **(presented(found.answer) if found.answer else {}),
    }  # fmt: skip
    return render(request, "analytics/datasets/analysis.html", context)


@require_GET
def analysis_csv(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """The data of one of its pictures, or a table (``table-KEY``) of the whole answer."""
    asked = _analysis(request, pk)
    if key.startswith(TABLE):
        return _table_csv(asked, key.removeprefix(TABLE))
    found = [chart for chart in pictures(asked) if chart.id == key]
    if not found:
        raise Http404(_("No such chart"))
    return chart_csv(found[0])


def _table_csv(asked: Analysis, key: str) -> HttpResponse:
    table = None
    if asked.file:
        with asked.file.open("rb") as file:
            table = whole_table(json.load(file), key)
    if table is None:
        raise Http404
    return csv_file(f"{asked.method}-{asked.pk}-{key}", *table)


@require_GET
def analysis_file(request: SignedInRequest, pk: int) -> FileResponse:
    """The whole answer, as the command line writes it."""
    found = _analysis(request, pk)
    if not found.file:
        raise Http404
    name = f"{found.method}-{found.pk}.json"
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name)


def _page(
    request: SignedInRequest, found: Dataset, *, method: str = "", step_form: Any = None,
    question_form: Any = None, source_form: Any = None,
) -> HttpResponse:  # fmt: skip
    asked = method or request.GET.get("method", "")
    if asked in QUESTIONS and question_form is None:
        question_form = _question_form(found, asked)
    given = (step_form, question_form, source_form)
    refused = any(form is not None and form.is_bound for form in given)
    source = getattr(found, "source", None)
    context = {
        "dataset": found, "problem": _problem(found.error),
        "steps": _step_words(found.steps, found.reports),
        "step_form": step_form or StepForm(dataset=found),
        "source": source, "source_problem": _problem(source.error) if source else "",
        "source_form": source_form or _source_form(request),
        "questions": QUESTIONS, "method": asked if asked in QUESTIONS else "",
        "question": QUESTIONS.get(asked), "question_form": question_form,
        "analyses": found.analyses.select_related("created_by", "job")[:20],
        "titles": {name: question.title for name, question in QUESTIONS.items()},
    }  # fmt: skip
    status = 422 if refused else 200
    return render(request, "analytics/datasets/dataset.html", context, status=status)


def _source_form(request: SignedInRequest, given: Any = None) -> SourceForm:
    return SourceForm(given, folder=is_admin(request.user) and bool(settings.DATASET_FOLDER))


def _question_form(found: Dataset, method: str, given: Any = None) -> QuestionForm:
    if method not in QUESTIONS:
        raise Http404
    kinds = {column["column"]: column["kind"] for column in found.columns}
    return QuestionForm(given, question=QUESTIONS[method], kinds=kinds)


def _change(request: SignedInRequest, found: Dataset, write: Any) -> HttpResponse:
    try:
        write()
    except RefusedError as refusal:
        messages.warning(request, refusal.message)
    return redirect(found)


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def _problem(error: dict[str, Any]) -> str:
    if not error:
        return ""
    return translated(error["code"], error["params"]) if error["code"] else str(error["text"])


def _step_words(steps: list[Any], reports: list[Any]) -> list[dict[str, Any]]:
    words = []
    for number, step in enumerate(steps):
        about = step.get("column") or ", ".join(step.get("columns") or [])
        words.append({
            "position": number, "label": STEP_LABELS[step["kind"]], "about": about,
            "with": step.get("value") if step.get("with") == "value" else "",
            "report": reports[number] if number < len(reports) else None,
        })  # fmt: skip
    return words
