"""Writes about lists: saved views, changes of many rows, exports."""

from crm.records.services.bulk import bulk_run, bulk_start, bulk_undo, bulk_undo_start
from crm.records.services.exports import export_run, export_start
from crm.records.services.saved_views import (
    saved_view_create,
    saved_view_delete,
    saved_view_pin,
    saved_view_update,
)

__all__ = [
    "bulk_run",
    "bulk_start",
    "bulk_undo",
    "bulk_undo_start",
    "export_run",
    "export_start",
    "saved_view_create",
    "saved_view_delete",
    "saved_view_pin",
    "saved_view_update",
]
