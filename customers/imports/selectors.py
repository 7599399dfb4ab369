"""Page-shaped reads of imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.common.formats import listed
from crm.common.registries import custom_texts
from crm.records.resources import resources
from customers.imports.changes import CUSTOM
from customers.imports.encoding import FileRefusedError
from customers.imports.guessing import SAMPLE, SEVERAL, guess_source
from customers.imports.layout import CARDS, WORKBOOK, Layout, Row, Wish
from customers.imports.mapped import OWNER, Judged, MappedImporter
from customers.imports.reading import read_layout, read_rows
from customers.imports.registry import Importer, importers
from customers.imports.running import file_of, importer_for, reason_label
from customers.imports.services import can_undo
from customers.imports.trials import Shelf
from customers.models import ImportBatch

PAST = 50
SAMPLES = 3
STEPS = (
    _("File"), _("Columns"), _("Preview"), pgettext_lazy("step", "Import"),
    pgettext_lazy("step", "Done"),
)  # fmt: skip
MADE = {
    "customers": _("Customers"),
    "contacts": _("Contacts"),
    "deals": _("Deals"),
    "needs": _("Needs"),
    "communications": _("Communications"),
    "follow_ups": _("Follow-ups"),
    "products": _("Products"),
    "campaigns": _("Campaigns"),
    "orders": _("Orders"),
    "requests": _("Service requests"),
    "categories": _("Categories"),
    "spends": _("Spends"),
    "market_results": _("Market results"),
}
# The lists that show what an import made.
LISTED = {
    "customers": "customers.customer", "contacts": "customers.contact", "needs": "customers.need",
    "communications": "communications.communication",
    "follow_ups": "communications.followup",
    "deals": "sales.deal", "campaigns": "marketing.campaign",
}  # fmt: skip
OUTCOMES = {
    "created": (pgettext_lazy("row", "New"), "green", "circle-plus"),
    "updated": (pgettext_lazy("row", "Changes"), "blue", "refresh"),
    "skipped": (pgettext_lazy("row", "Unchanged"), "secondary", "equal"),
    "rejected": (pgettext_lazy("row", "Rejected"), "red", "alert-circle"),
}


@dataclass(frozen=True)
class Cell:
    """A cell of the preview: what is stored, and why it cannot be."""

    label: str
    text: str
    problem: str = ""


def steps(current: int) -> list[dict[str, Any]]:
    """The stepper's steps; ``current`` counts from 1."""
    states = ["done"] * (current - 1) + ["current"] + ["todo"] * (len(STEPS) - current)
    return [{"label": label, "state": state} for label, state in zip(STEPS, states, strict=True)]


def past_imports(user: Any) -> list[ImportBatch]:
    """The latest imports that the user may see, with their jobs."""
    found = ImportBatch.objects.visible_to(user).select_related("job", "created_by", "team")
    batches = list(found.order_by("-created_at", "-pk")[:PAST])
    for batch in batches:
        _describe(batch)
    return batches


def layout_of(batch: ImportBatch) -> Layout:
    """How the batch's file is written; FileRefusedError when it no longer can be read."""
    try:
        return read_layout(file_of(batch), Wish.of(batch.options))
    except FileNotFoundError:
        raise FileRefusedError(gettext("The file is no longer there.")) from None


def columns_page(batch: ImportBatch, layout: Layout, form: Any) -> dict[str, Any]:
    """Each column with some of its values and its choice of fields."""
    _describe(batch)
    samples = _samples(batch, layout)
    bound = form.columns()
    columns = [
        {
            "title": title,
            "samples": samples[place],
            "field": bound[place] if bound else None,
        }
        for place, title in enumerate(layout.titles)
    ]
    return {
        "batch": batch,
        "steps": steps(2),
        "columns": columns,
        "form": form,
        "mapped": bool(bound),
        "several": any(target.key in SEVERAL for target in form.targets),
        "layout": layout,
        "how": _how(layout),
        "source": _source(layout),
        "hint": importers[batch.kind].hint,
    }


def _samples(batch: ImportBatch, layout: Layout) -> list[list[str]]:
    """Some distinct values of each column."""
    found: list[dict[str, None]] = [{} for _title in layout.header]
    for row in islice(read_rows(file_of(batch), layout), SAMPLE * 5):
        for seen, cell in zip(found, row.cells, strict=False):
            if cell.strip() and len(seen) < SAMPLES:
                seen[cell.strip()[:60]] = None
    return [list(seen) for seen in found]


def _source(layout: Layout) -> str:
    """Whose export the file is, in the reader's language; "" when it may be anybody's."""
    source = guess_source(layout.header)
    return gettext(source) if source else ""


def _how(layout: Layout) -> list[str]:
    """How the file is written, in words."""
    if layout.format == CARDS:
        return ["vCard", layout.encoding]
    if layout.format == WORKBOOK:
        return ["Excel", layout.sheet]
    names = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": "|"}
    return ["CSV", layout.encoding, str(names[layout.delimiter])]


def preview_page(batch: ImportBatch, layout: Layout) -> dict[str, Any]:
    """The first rows as they would be stored, each with its outcome."""
    _describe(batch)
    rows = list(islice(read_rows(file_of(batch), layout), SAMPLE))
    with closing(Shelf()) as shelf:
        source = importer_for(batch, layout, shelf)
        if isinstance(source, MappedImporter):
            head, body = _mapped_preview(source, layout, rows)
        else:
            head, body = layout.titles, [_plain_row(layout, row) for row in rows]
    trial = batch.trial if batch.trial.get("stamp") == batch.options.get("stamp", 0) else {}
    return {
        "batch": batch,
        "steps": steps(3),
        "head": head,
        "rows": body,
        "total": batch.options.get("rows"),
        "header": layout.titles[:12],
        "trial": _sums(batch.kind, trial, batch.options.get("mapping") or {})
        if "rows" in trial
        else None,
        "trial_problem": trial.get("problem", ""),
        "mapped": isinstance(source, MappedImporter),
        "bad": sum(1 for row in body if row["outcome"] == OUTCOMES["rejected"]),
    }


def _mapped_preview(
    source: MappedImporter, layout: Layout, rows: list[Row]
) -> tuple[list[str], list[dict[str, Any]]]:
    width = len(layout.header)
    labels = {t.key: str(t.label) for t in type(source).offered(source.setting.actor)}
    head = [labels[key] for key in source.mapping.values()]
    whole = [row for row in rows if len(row.cells) == width]
    for row in whole:
        source.survey(row)
    judged = {one.cleaned.row.line: one for one in source.judge(whole)}
    body, notes = [], source.notes(rows, width)
    for row in rows:
        one = judged.get(row.line)
        body.append(
            _judged_row(source, head, one) if one else _ragged(row, head, row.line in notes)
        )
    return head, body


def _judged_row(source: MappedImporter, head: list[str], one: Judged) -> dict[str, Any]:
    kind = type(source)
    cells = []
    for (place, key), label in zip(source.mapping.items(), head, strict=True):
        problem = (one.cleaned.problems | one.cleaned.left).get(place, "")
        if not problem and one.place == place:
            problem = one.reason
        shown = _shown(source, one, key, place)
        said = [reason_label(kind, problem), _known(kind, problem, [key])] if problem else []
        cells.append(Cell(label, shown, " ".join(filter(None, said))))
    placed = one.place is not None and one.reason
    reason = reason_label(kind, one.reason) if one.reason and not placed else ""
    return {"line": one.cleaned.row.line, "cells": cells, "outcome": OUTCOMES[one.outcome],
            "reason": reason}  # fmt: skip


def _shown(source: MappedImporter, one: Judged, key: str, place: int) -> str:
    """The cleaned value where it is one, else the cell as it stands."""
    raw = one.cleaned.row.cells[place].strip()
    if place in one.cleaned.problems or key not in one.cleaned.values or not raw:
        return raw
    if source.several(key) or key == OWNER.key:
        return raw
    return source.display(key, one.cleaned.values[key])


def _ragged(row: Row, head: list[str], is_note: bool = False) -> dict[str, Any]:
    cells = [Cell(label, cell) for label, cell in zip(head, row.cells, strict=False)]
    cells += [Cell(label, "") for label in head[len(cells) :]]
    if is_note:
        return {"line": row.line, "cells": cells, "outcome": OUTCOMES["skipped"], "reason": ""}
    return {"line": row.line, "cells": cells, "outcome": OUTCOMES["rejected"],
            "reason": reason_label(None, "cells")}  # fmt: skip


def _plain_row(layout: Layout, row: Row) -> dict[str, Any]:
    if len(row.cells) != len(layout.header):
        return _ragged(row, layout.titles)
    pairs = zip(layout.titles, row.cells, strict=True)
    return {"line": row.line, "cells": [Cell(label, cell) for label, cell in pairs],
            "outcome": None, "reason": ""}  # fmt: skip


def import_page(batch: ImportBatch) -> dict[str, Any]:
    """One import: its sums, what was made, why rows were left out."""
    _describe(batch)
    sums = {
        "rows": batch.rows_in, "created": batch.created, "updated": batch.updated,
        "skipped": batch.skipped, "rejected": batch.rejected, "reasons": batch.reasons,
        "objects": batch.objects_made, "warnings": batch.options.get("warnings", []),
    }  # fmt: skip
    over = batch.shown_state in {"finished", "undone", "undoing", "refused"}  # type: ignore[attr-defined]  # set by _describe
    return {
        "batch": batch,
        "steps": steps(5 if over else 4),
        "header": batch.options.get("header", [])[:12],
        "can_undo": can_undo(batch),
        "kept": _kept(batch),
        **_sums(batch.kind, sums, batch.options.get("mapping") or {}),
        "made": _made(batch),
    }


def _made(batch: ImportBatch) -> list[tuple[Any, int, str]]:
    """(what, how many, the list of them or nothing) of the records that an import made."""
    shown = not batch.undo
    return [
        (MADE.get(name, name), n,
         f"{resources[LISTED[name]].url('list')}?imported={batch.pk}"
         if shown and LISTED.get(name) in resources else "")
        for name, n in sorted(batch.objects_made.items()) if n
    ]  # fmt: skip


def _known(kind: type[Importer] | None, code: str, keys: Iterable[str]) -> str:
    """What could have been said in the place of an unknown choice."""
    if kind is None or not issubclass(kind, MappedImporter) or code not in kind.unknown:
        return ""
    known = dict.fromkeys(choice for key in keys for choice in kind.choices_of(key))
    return gettext("Known: %(choices)s.") % {"choices": listed(known)} if known else ""


def _sums(
    kind_name: str, sums: dict[str, Any], mapping: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """The sums of an import or of a dry run, in words; ``mapping``: place → key of a target."""
    kind = importers.get(kind_name)
    groups = sorted(sums["reasons"].items(), key=lambda item: -item[1]["count"])
    return {
        "rows_in": sums["rows"],
        "sums": [
            (pgettext_lazy("rows", "Created"), sums["created"]),
            (pgettext_lazy("rows", "Updated"), sums["updated"]),
            (pgettext_lazy("rows", "Unchanged"), sums["skipped"]),
            (pgettext_lazy("rows", "Rejected"), sums["rejected"]),
        ],
        "made": [(MADE.get(name, name), n) for name, n in sorted(sums["objects"].items()) if n],
        "warnings": [reason_label(kind, code) for code in sums["warnings"]],
        "left_out": "left_out" in sums["warnings"],
        "reasons": [
            {
                "label": reason_label(kind, code),
                "count": group["count"],
                "rows": group["rows"],
                "values": _values(group["rows"]),
                "known": _known(
                    kind, code, (mapping.get(str(row.get("place")), "") for row in group["rows"])
                ),
            }
            for code, group in groups
        ],
    }


def _kept(batch: ImportBatch) -> list[dict[str, Any]]:
    """What undoing left, each with the reason."""
    found = []
    for one in batch.undo.get("kept", []):
        model = apps.get_model(one["model"])
        if by := one.get("by"):
            held = apps.get_model(by)._meta.verbose_name_plural
            why = _("kept, because of what hangs on it: %(what)s") % {"what": held}
        elif one["why"] != "changed":
            why = str(_("kept: it was changed since"))
        else:
            names = ", ".join(_column_name(model, name) for name in one["columns"])
            why = _("changed since: %(fields)s") % {"fields": names}
        found.append({**one, "why": why})
    return found


def _column_name(model: Any, name: str) -> str:
    if name.startswith(CUSTOM):
        texts = custom_texts(model._meta.label_lower)
        key = name.removeprefix(CUSTOM)
        return texts[key][0] if key in texts else key
    return str(model._meta.get_field(name).verbose_name)


def _values(rows: Iterable[dict[str, Any]]) -> list[str]:
    """The distinct cells that were refused."""
    return list(dict.fromkeys(row["value"] for row in rows if row.get("value")))[:8]


def _describe(batch: ImportBatch) -> None:
    """Name the kind, and the state that the person sees: the job's as long as it matters."""
    kind = importers.get(batch.kind)
    batch.kind_label = str(kind.label) if kind else batch.kind  # type: ignore[attr-defined]  # told to the page with the batch
    job = batch.job
    state = batch.state
    working = {ImportBatch.State.RUNNING, ImportBatch.State.TRYING, ImportBatch.State.UNDOING}
    if state in working and (job is None or job.is_over):
        state = "stopped"
    batch.shown_state = state  # type: ignore[attr-defined]  # told to the page with the batch
