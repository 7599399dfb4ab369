"""``manage.py reindex_search``: make the search words of all records anew, after an upgrade that
cuts texts differently."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg2.extras import execute_values

from crm.common.models import Record
from crm.common.ngrams import vector_literal

BATCH = 2000


class Command(BaseCommand):
    help = "Make the search words of all records anew."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            if issubclass(model, Record):
                changed = _reindex(model)
                self.stdout.write(f"{model._meta.label}: {changed} changed")


def _reindex(model: type[Record]) -> int:
    """In batches, each committed; a record that another is writing waits its turn."""
    changed, last = 0, 0
    while records := _after(model, last):
        rows = [(record.pk, vector_literal(record.search_texts())) for record in records]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            execute_values(cursor.cursor, _update(model), rows, page_size=BATCH)
            changed += cursor.rowcount
        last = records[-1].pk
    return changed


def _after(model: type[Record], last: int) -> list[Any]:
    return list(model._default_manager.filter(pk__gt=last).order_by("pk")[:BATCH])


def _update(model: type[Record]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    return (
        f"UPDATE {table} AS r SET search = v.words::tsvector FROM (VALUES %s) AS v (id, words) "  # noqa: S608  # the table of a model
        "WHERE r.id = v.id AND r.search IS DISTINCT FROM v.words::tsvector"
    )
