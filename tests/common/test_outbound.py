"""Calls to addresses that people typed reach the open internet only, and only what was checked."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm.common import outbound
from crm.common.errors import RefusedError
from crm.common.outbound import fetch, is_public, read_address, resolve
from tests.https_server import Served, canary, https_server

PUBLIC = "93.184.216.34"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with https_server(tmp_path_factory.mktemp("https")) as served:
        yield served


@pytest.fixture
def server(running: Served, settings: Any) -> Served:
    settings.OUTBOUND_HOSTS, settings.OUTBOUND_CA_FILE = {"localhost"}, str(running.certificate)
    running.status, running.body, running.headers, running.drip = 200, b"a,b\n1,2\n", {}, 0.0
    running.asked.clear()
    return running


def answers(monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> list[str]:
    """The name server's answers, round by round; the names it was asked."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found = rounds[min(len(asked), len(rounds)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "0177.0.0.1", "0x7f.1", "2130706433", "127.1", "0",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "0.0.0.0",  # noqa: S104 - refused, not bound
        "①②⑦.⓪.⓪.①", "127.0.0.1.", "LOCALHOST",
    ],
)  # fmt: skip
def test_it_never_calls_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with canary() as (port, calls):
        monkeypatch.setattr(outbound, "PORTS", frozenset({port}))
        with pytest.raises(RefusedError):
            fetch(f"https://{host}:{port}/", io.BytesIO(), most_bytes=100)
        time.sleep(0.01)
        assert calls == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8",
        "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "fc00::1",
        "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "::ffff:10.0.0.1",
        "2001::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_it_refuses_what_is_not_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_public(address)
    answers(monkeypatch, [PUBLIC, address])
    with pytest.raises(RefusedError, match=r"open internet|互联网"):
        resolve("https://example.com/")


def test_it_connects_where_it_looked_although_the_name_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = answers(monkeypatch, [PUBLIC], ["127.0.0.1"])
    called: list[str] = []

    def connect(address: tuple[str, int], *_: Any) -> socket.socket:
        called.append(address[0])
        raise OSError("no line here")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(RefusedError):
        fetch("https://example.com/", io.BytesIO(), most_bytes=100)
    assert (asked, called) == (["example.com"], [PUBLIC])


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "example.com",
        "https://", "https://a b.com/", "https://user:secret@example.com/",
        "https://example.com:22/", "https://example.com:0x50/", "https://exa%6dple.com/",
        "https://example.com\\@127.0.0.1/", "https://example.com/\r\nHost: x", "https://[::1/",
        "https://" + "a" * 3000, "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_it_refuses_other_addresses_before_looking_them_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answers(monkeypatch, [PUBLIC])
    with pytest.raises(RefusedError):
        read_address(url)
    assert asked == []


def test_it_fetches_and_tells_what_came(server: Served) -> None:
    server.headers = {"ETag": '"1"', "Content-Type": "text/csv; charset=utf-8"}
    into = io.BytesIO()
    came = fetch(server.url("/x?key=1"), into, most_bytes=100, headers={"If-None-Match": '"0"'})
    assert into.getvalue() == server.body
    assert (came.status, came.size, came.etag, came.content_type) == (200, 8, '"1"', "text/csv")
    assert server.asked[0]["If-None-Match"] == '"0"'
    server.status = 304
    assert fetch(server.url(), io.BytesIO(), most_bytes=100).status == 304


def test_it_follows_no_redirect(server: Served) -> None:
    with canary() as (port, calls):
        server.status, server.headers = 302, {"Location": f"https://localhost:{port}/"}
        with pytest.raises(RefusedError, match=r"not followed|不会跟随"):
            fetch(server.url(), io.BytesIO(), most_bytes=100)
        time.sleep(0.01)
        assert calls == []


@pytest.mark.parametrize("announced", [True, False])
def test_it_stops_at_the_limit(server: Served, announced: bool) -> None:
    server.body = b"x" * 5000
    server.headers = {} if announced else {"Content-Length": "50", "Connection": "close"}
    with pytest.raises(RefusedError):
        fetch(server.url(), io.BytesIO(), most_bytes=49)


def test_it_cuts_a_server_that_drips(server: Served) -> None:
    server.body, server.drip = b"x" * 200, 0.05
    began = time.monotonic()
    with pytest.raises(RefusedError):
        fetch(server.url(), io.BytesIO(), most_bytes=1000, seconds=0.3)
    assert time.monotonic() - began < 3


def test_it_trusts_no_unknown_certificate(server: Served, settings: Any) -> None:
    settings.OUTBOUND_CA_FILE = ""
    with pytest.raises(RefusedError, match=r"certificate|证书"):
        fetch(server.url(), io.BytesIO(), most_bytes=100)
    assert server.asked == []


@pytest.mark.parametrize("status", [401, 404, 500])
def test_it_says_what_the_server_answered(server: Served, status: int, tmp_path: Path) -> None:
    server.status = status
    with pytest.raises(RefusedError, match=str(status)):
        fetch(server.url(), io.BytesIO(), most_bytes=100)


def test_it_takes_no_packed_answer(server: Served) -> None:
    server.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(RefusedError, match=r"packed|压缩"):
        fetch(server.url(), io.BytesIO(), most_bytes=100)
