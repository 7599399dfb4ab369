"""Which web worker takes a new connection."""

import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.config import Config

from crm.embedded import web


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.setblocking(False)
        yield made


def worker(listener: socket.socket, connections: int) -> Any:
    made = web.FairWorker(1, os.getpid(), [listener], None, 30, Config(), None)
    made.nr_conns, made.taken = connections, []
    made.enqueue_req = made.taken.append
    return made


@pytest.mark.parametrize("idle_is_there", [True, False])
def test_it_leaves_a_connection_to_a_worker_that_has_fewer(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, idle_is_there: bool
) -> None:
    monkeypatch.setattr(web, "HEAD_START", 0.3)
    busy, idle = worker(listener, 1), worker(listener, 0)
    with socket.create_connection(listener.getsockname()):
        first = threading.Thread(target=busy.accept, args=[listener])
        first.start()
        if idle_is_there:
            idle.accept(listener)
        first.join()
        assert (len(busy.taken), len(idle.taken)) == ((0, 1) if idle_is_there else (1, 0))
        for connection in (*busy.taken, *idle.taken):
            connection.sock.close()
    for one in (busy, idle):
        one.tmp.close()
