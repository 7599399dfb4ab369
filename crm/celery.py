"""The Celery application: doorbell of the job table, and the clock."""

import os
from typing import Any

from celery import Celery
from kombu import Exchange, Queue

from crm.jobs.registry import QUEUES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings.dev")

app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]


@app.on_after_finalize.connect
def set_the_clock(sender: Celery, **_details: Any) -> None:
    """Beat's schedule; imported here because the apps are ready only now."""
    from crm.jobs.schedule import beat_schedule

    sender.conf.beat_schedule = beat_schedule()
