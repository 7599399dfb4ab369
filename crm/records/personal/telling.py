"""What is held on a person as one file: JSON with every table's rows and their history, and the
files (docs/privacy.md says how it is laid out)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from pghistory.core import event_models

from crm.records.personal.erasing import Work
from crm.records.personal.registry import Holding, Subject, in_order

FORMAT, VERSION = "crm-person", 1
# Of the machinery, or about colleagues.
HIDDEN = frozenset({"search", "name_key", "submission", "version"})
CHUNK = 500


def write_bundle(*, stream: IO[bytes], subject: Subject, about: dict[str, Any], work: Work) -> int:
    """Write the bundle as a zip to ``stream``. Gives the number of rows in it."""
    told = [holding for holding in reversed(in_order()) if holding.told]
    sections, rows = [], 0
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, holding in enumerate(told, start=1):
            section = _section(holding, subject, archive)
            rows += len(section["rows"])
            if section["rows"] or section["history"]:
                sections.append(section)
            work.progress(number, len(told))
        data = {"format": FORMAT, "version": VERSION, "made_at": timezone.now(),
                "about": about, "sections": sections}  # fmt: skip
        text = json.dumps(data, cls=_Encoder, ensure_ascii=False, indent=1)
        archive.writestr("person.json", text)
    return rows


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return str(o) if hasattr(o, "_proxy____cast") else super().default(o)


def _section(holding: Holding, subject: Subject, archive: zipfile.ZipFile) -> dict[str, Any]:
    rows, ids = [], []
    for row in _pages(holding.of(subject)):
        ids.append(row.pk)
        values = _values(row)
        files = [name for column in holding.files if (name := _keep_file(row, column, archive))]
        rows.append({**values, "files": files} if files else values)
    history = [
        {"record": event.pgh_obj_id, "until": event.pgh_created_at, **_values(event)}
        for model in event_models(tracks_model=holding.model)
        for event in _pages(model._base_manager.filter(pgh_obj__in=ids))
    ]
    label = str(holding.model._meta.verbose_name_plural)
    return {"kind": holding.label, "label": label, "rows": rows, "history": history}


def _pages(found: Any) -> Iterator[Any]:
    model = found.model
    named = [field.name for field in _fields(model) if field.is_relation]
    last = 0
    rows = model._base_manager.filter(pk__in=found.values("pk")).order_by("pk")
    while page := list(rows.select_related(*named).filter(pk__gt=last)[:CHUNK]):
        last = page[-1].pk
        yield from page


def _fields(model: Any) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in HIDDEN
        and not field.name.startswith("pgh_")
        and not isinstance(field, models.FileField)
        and not (field.is_relation and _is_colleague(field))
    ]


def _is_colleague(field: Any) -> bool:
    label = field.related_model._meta.label
    return label in {settings.AUTH_USER_MODEL, "jobs.Job", "contenttypes.ContentType"}


def _values(row: Any) -> dict[str, Any]:
    """The columns of a row; of what it points to, the id and the name."""
    values: dict[str, Any] = {}
    for field in _fields(type(row)):
        value = getattr(row, field.attname)
        if isinstance(value, bytes | memoryview):
            value = bytes(value).decode("utf-8", "replace")
        elif field.is_relation and value is not None:
            value = {"id": value, "name": str(getattr(row, field.name, ""))}
        values[field.name] = value
    return values


def _keep_file(row: Any, column: str, archive: zipfile.ZipFile) -> str:
    """Put a stored file into the archive. Gives its place there, or "" when it is lost."""
    stored = getattr(row, column).name
    if not stored or not default_storage.exists(stored):
        return ""
    shown = getattr(row, "name", "") or stored.rpartition("/")[2]
    place = f"files/{row._meta.model_name}-{row.pk}/{shown}"
    with default_storage.open(stored) as content, archive.open(place, "w") as target:
        for chunk in content.chunks():
            target.write(chunk)
    return place
