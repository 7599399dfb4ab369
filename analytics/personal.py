"""What the tables of this app hold on a person: results are sums, but a label may be a name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics.attribution.models import CreditTable
from analytics.boards.models import Board, BoardCard
from analytics.boards.personal import heal_card, read_card
from analytics.datasets.models import Analysis, Dataset, DatasetSource
from analytics.datasets.services import dataset_remove
from analytics.models import CustomerScore, CustomerValue, NextProduct, RequestRisk, Run, WinChance
from crm.records.personal.registry import (
    Cleaner,
    Holding,
    Hunt,
    Subject,
    cleaners,
    holdings,
    hunts,
)
from crm.records.personal.tables import heal_view, read_view

hunts.append(
    Hunt(
        Run, ("params", "metrics", "warnings", "result", "error"),
        kept=frozenset({"fingerprint", "versions"}),
    )
)  # fmt: skip


hunts.append(Hunt(CreditTable, ("lines",)))
hunts.append(Hunt(Board, ("name", "query"), heal=heal_view, read=read_view))
hunts.append(
    Hunt(
        BoardCard, ("title", "query"), kept=frozenset({"key", "by", "step", "columns"}),
        heal=heal_card, read=read_card,
    )
)  # fmt: skip


def _scores(subject: Subject) -> Q:
    return Q(customer__in=subject.customers)


def _risks(subject: Subject) -> Q:
    return Q(request__customer__in=subject.customers)


def _chances(subject: Subject) -> Q:
    return Q(deal__customer__in=subject.customers)


holdings.append(Holding(RequestRisk, _risks, gone=True, order=10))
holdings.append(Holding(WinChance, _chances, gone=True, order=10))
for found in (CustomerScore, CustomerValue, NextProduct):
    holdings.append(Holding(found, _scores, gone=True, order=30))


def clean_datasets(subject: Subject, work: Any) -> int:
    """Remove the datasets that name the person, with what was found from them: an upload is a
    copy of an extract, which its owner can take again without the person."""
    removed = 0
    for dataset in Dataset.objects.select_related("source").prefetch_related("analyses"):
        with work.guard():
            if _names(dataset, subject):
                dataset_remove(dataset)
                removed += 1
    return removed


def _names(dataset: Dataset, subject: Subject) -> bool:
    if subject.identifiers.stand_in(
        f"{dataset.name} {dataset.filename} {dataset.sheets} {dataset.steps} {_source(dataset)}"
    ):
        return True
    asked = (f"{one.options} {one.steps} {one.error}" for one in dataset.analyses.all())
    return any(map(subject.identifiers.stand_in, asked)) or _file_names(dataset, subject)


def _source(dataset: Dataset) -> str:
    source = getattr(dataset, "source", None)
    return f"{source.shown} {source.error} {source.modified}" if source else ""


def _file_names(dataset: Dataset, subject: Subject) -> bool:
    """Whether a line of the table names the person; a workbook is read as its cells are."""
    from analytics.datasets.reading import lines

    return any(subject.identifiers.stand_in(text) for text in lines(dataset))


cleaners["datasets"] = Cleaner(
    _("Datasets"), clean_datasets,
    covers={
        Dataset: (
            "name", "filename", "file", "error", "steps", "columns", "preview", "reports", "sheets"
        ),
        # They go with their dataset; the place is an address of a file, not of a person.
        DatasetSource: ("kind", "place", "shown", "etag", "modified", "digest", "error"),
        Analysis: (
            "method", "options", "steps", "answer", "file", "error", "fingerprint", "versions"
        ),
    },
)  # fmt: skip
