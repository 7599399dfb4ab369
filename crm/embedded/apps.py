import os
from typing import Any

from celery.signals import worker_process_init
from django.apps import AppConfig

from crm.embedded.processes import die_with_parent


class EmbeddedConfig(AppConfig):
    name = "crm.embedded"
    label = "embedded"

    def ready(self) -> None:
        if os.environ.get("CRM_SUPERVISED"):
            worker_process_init.connect(_end_with_worker, dispatch_uid="embedded.end_with_worker")


def _end_with_worker(**_: Any) -> None:
    """A killed worker must not leave its pool behind: nobody would stop those processes."""
    die_with_parent()
