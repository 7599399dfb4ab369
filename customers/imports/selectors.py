"""Page-shaped reads of imports."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.imports.registry import importers
from customers.imports.services import reason_label
from customers.models import ImportBatch

PAST = 50
MADE = {
    "customers": _("Customers"),
    "products": _("Products"),
    "orders": _("Orders"),
    "requests": _("Service requests"),
    "categories": _("Categories"),
    "spends": _("Spends"),
    "market_results": _("Market results"),
}


def past_imports(user: Any) -> list[ImportBatch]:
    """The latest imports that the user may see, with their jobs."""
    found = ImportBatch.objects.visible_to(user).select_related("job", "created_by", "team")
    batches = list(found.order_by("-created_at", "-pk")[:PAST])
    for batch in batches:
        _describe(batch)
    return batches


def import_page(batch: ImportBatch) -> dict[str, Any]:
    """One import: its sums, what was made, why rows were left out."""
    _describe(batch)
    kind = importers.get(batch.kind)
    groups = sorted(batch.reasons.items(), key=lambda item: -item[1]["count"])
    return {
        "batch": batch,
        "sums": [
            (_("Created"), batch.created, "circle-plus"),
            (_("Updated"), batch.updated, "refresh"),
            (_("Unchanged"), batch.skipped, "equal"),
            (_("Rejected"), batch.rejected, "alert-circle"),
        ],
        "made": [(MADE.get(name, name), n) for name, n in sorted(batch.objects_made.items())],
        "header": batch.options.get("header", [])[:12],
        "warnings": [reason_label(kind, code) for code in batch.options.get("warnings", [])],
        "reasons": [
            {
                "label": reason_label(kind, code),
                "count": group["count"],
                "rows": group["rows"],
                "share": group["count"] / batch.rows_in if batch.rows_in else 0,
            }
            for code, group in groups
        ],
    }


def _describe(batch: ImportBatch) -> None:
    """Name the kind, and the state that the person sees: the job's as long as it matters."""
    kind = importers.get(batch.kind)
    batch.kind_label = str(kind.label) if kind else batch.kind  # type: ignore[attr-defined]
    job = batch.job
    state = batch.state
    if state == ImportBatch.State.RUNNING and job is not None and job.is_over:
        state = "stopped"
    batch.shown_state = state  # type: ignore[attr-defined]
