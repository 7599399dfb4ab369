"""Gunicorn's settings, for `manage.py up` and for containers alike."""

import gc
import os
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from crm.embedded.processes import die_with_parent

HEAD_START = 0.001  # seconds


class FairWorker(ThreadWorker):
    """Leaves a new connection to a worker that has fewer.

    Browsers keep theirs: of two that reach one worker, that one works while the other idles.
    """

    def accept(self, listener: Any) -> None:
        time.sleep(min(self.nr_conns, 2) * HEAD_START)
        super().accept(listener)


worker_class = FairWorker
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True  # one import for all workers: quicker and smaller
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
accesslog = "-"
# Without the query: what people search for names customers.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(D)s "%(a)s"'
errorlog = "-"
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # gunicorn unlinks it at once


def settle() -> None:
    """What is loaded by now stays: collections need not look through it, nor copy its memory."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a page makes more objects than the default waits for


def when_ready(server: Any) -> None:
    settle()


def post_fork(server: Any, worker: Any) -> None:
    die_with_parent()
