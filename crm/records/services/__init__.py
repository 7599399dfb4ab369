"""Writes about lists and files: saved views, changes of many rows, exports, attachments."""

from crm.records.services.bulk import bulk_run, bulk_start, bulk_undo, bulk_undo_start
from crm.records.services.exports import export_run, export_start
from crm.records.services.files import attachment_add, attachment_restore, attachment_trash
from crm.records.services.saved_views import (
    saved_view_create,
    saved_view_delete,
    saved_view_pin,
    saved_view_update,
)

__all__ = [
    "attachment_add",
    "attachment_restore",
    "attachment_trash",
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
