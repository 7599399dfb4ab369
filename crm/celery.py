"""The Celery application: doorbell of the job table, and the clock."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init
from kombu import Exchange, Queue

from crm.jobs.registry import QUEUES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings.dev")

app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The sweeps are the whole clock, and turns have keys in the database: nothing to keep in a file.
# Python 3.13 would keep it in one of SQLite, which does not outlive the fork of a worker's beat.
app.conf.beat_scheduler = "celery.beat:Scheduler"
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]


@app.on_after_finalize.connect
def set_the_clock(sender: Celery, **_details: Any) -> None:
    """Beat's schedule; imported here because the apps are ready only now."""
    from crm.jobs.schedule import beat_schedule

    sender.conf.beat_schedule = beat_schedule()


@celeryd_init.connect
def give_nothing_back(**_details: Any) -> None:
    """Over a connection that is gone that ends the worker (kombu 5.7); the sweep rings again."""
    from kombu.transport.redis import Channel

    Channel.do_restore = False
