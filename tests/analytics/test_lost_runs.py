"""A run without a job whose process died is told as failed, and does not stand in the way."""

import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from analytics.lost_runs import alive, lost_runs_end
from analytics.models import Run
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


def test_it_ends_runs_that_nobody_computes(cast: Cast, client: Client) -> None:
    run = Run.objects.create(method="cluster", team=cast.team)
    held, stop = threading.Event(), threading.Event()

    def compute() -> None:
        with alive(run):
            held.set()
            stop.wait(30)
        connections.close_all()

    process = threading.Thread(target=compute)
    process.start()
    assert held.wait(30)
    ended_alive = lost_runs_end()
    stop.set()
    process.join()
    assert ended_alive == 0
    client.force_login(cast.manager)
    method_page = reverse("analytics:method", args=["cluster"])
    assert "A run is under way" in client.get(method_page).content.decode()
    assert lost_runs_end() == 1
    assert "A run is under way" not in client.get(method_page).content.decode()
    assert "ended without a word" in client.get(run.get_absolute_url()).content.decode()
