"""Calls to addresses that people typed: only to the open internet, only where they said.

The name is resolved once, every address it stands for must be a public one, and the connection
goes to the address that was checked (so that a second answer of the name server changes nothing).
No redirect is followed, no proxy of the environment is used, and nothing is decompressed.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError

LONGEST = 2000
PORTS = frozenset({443, 8443})
CHUNK = 64 * 1024
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Networks that carry another address inside, lead back into the house, or that the library's
# tables miss in some version.
_CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "2001::/23", "2001:db8::/32", "2002::/16", "100::/64", "64:ff9b::/96", "64:ff9b:1::/48",
        "fc00::/7", "fec0::/10", "::/96",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """Where a call may go: the address typed, and the one that was checked."""

    parts: SplitResult
    host: str
    port: int
    address: str

    @property
    def path(self) -> str:
        return (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")


@dataclass(frozen=True)
class Fetched:
    """What came: status 200 with a body, or 304 for what is unchanged."""

    status: int
    size: int
    digest: str
    etag: str
    last_modified: str
    content_type: str


def read_address(url: str) -> tuple[SplitResult, str, int]:
    """The parts, host and port of an https address that may be stored.

    Raises
    ------
    RefusedError
        Not https, a password inside, another port than 443 and 8443, or not an address at all.
    """
    text = url.strip()
    if len(text) > LONGEST or any(ord(mark) < 33 or ord(mark) == 127 for mark in text):
        raise RefusedError(_("This is not a web address."))
    try:
        parts = urlsplit(text)
        port = parts.port or 443
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError) as error:
        raise RefusedError(_("This is not a web address.")) from error
    if parts.scheme != "https":
        raise RefusedError(_("Only addresses that begin with https:// are called."))
    if not host or "\\" in text or "%" in host:
        raise RefusedError(_("This is not a web address."))
    if "@" in parts.netloc:
        raise RefusedError(_("Leave name and password out of the address."))
    if port not in PORTS and not _is_permitted(host):
        raise RefusedError(_("Only the ports 443 and 8443 are called."))
    return parts, host, port


def resolve(url: str) -> Target:
    """Check where ``url`` leads, and pin it.

    Raises
    ------
    RefusedError
        As ``read_address``; a name that nobody knows; an address inside a private network, of
        this machine, or of any other kind that is not public.
    """
    parts, host, port = read_address(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedError(_("No machine is known as %(host)s.") % {"host": host}) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not _is_permitted(host) and not all(map(is_public, addresses)):
        raise RefusedError(
            _("%(host)s is not an address of the open internet, so it is not called.")
            % {"host": host}
        )
    return Target(parts, host, port, addresses[0])


def is_public(text: str) -> bool:
    """Whether an address belongs to the open internet, also the one inside a mapped address."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:  # with a zone such as fe80::1%eth0
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return is_public(str(address.ipv4_mapped))
    if any(address in network for network in _CLOSED if network.version == address.version):
        return False
    return bool(
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not address.is_loopback
        and not address.is_link_local
    )


def fetch(
    url: str,
    into: IO[bytes],
    *,
    most_bytes: int,
    seconds: float = 60.0,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Write what stands at ``url`` into ``into``.

    Parameters
    ----------
    most_bytes
        Longer bodies are refused, by their announced length or while they come.
    seconds
        For everything from the first byte sent to the last one read.
    headers
        More request headers, such as ``If-None-Match``.

    Raises
    ------
    RefusedError
        Where the call may not go, or what came, in one sentence.
    """
    target = resolve(url)
    asked = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "yunmai-crm"}
    try:
        with _answer(target, {**asked, **(headers or {})}, seconds) as (answer, over):
            _check_status(answer, target.host)
            return _received(answer, into, most_bytes, over)
    except ssl.SSLError as error:
        raise RefusedError(
            _("The certificate of %(host)s cannot be trusted.") % {"host": target.host}
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise RefusedError(
            _("%(host)s did not answer as it should.") % {"host": target.host}
        ) from error


class _PinnedConnection(http.client.HTTPSConnection):
    """Connects to the address that was checked, and asks for the certificate of the host."""

    def __init__(self, target: Target, seconds: float) -> None:
        context = ssl.create_default_context(cafile=settings.OUTBOUND_CA_FILE or None)
        super().__init__(target.host, target.port, timeout=min(seconds, 15.0), context=context)
        self._target, self._trust = target, context
        self.line: socket.socket | None = None  # kept, as an answer takes ``sock`` away

    def cut(self) -> None:
        """End the line from another thread."""
        if self.line is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.line, socket.SHUT_RDWR)

    def connect(self) -> None:
        raw = socket.create_connection((self._target.address, self._target.port), self.timeout)
        try:
            self.sock = self.line = self._trust.wrap_socket(raw, server_hostname=self._target.host)
        except BaseException:
            raw.close()
            raise


@contextmanager
def _answer(
    target: Target, headers: Mapping[str, str], seconds: float
) -> Iterator[tuple[Any, threading.Event]]:
    """The server's answer; the line is cut when the time is over, however slowly it drips."""
    connection = _PinnedConnection(target, seconds)
    over = threading.Event()

    def end() -> None:
        over.set()
        connection.cut()

    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()
    try:
        connection.request("GET", target.path, headers=dict(headers))
        yield connection.getresponse(), over
    finally:
        watch.cancel()
        connection.close()


def _check_status(answer: Any, host: str) -> None:
    status = answer.status
    if status in (200, 304):
        if answer.getheader("Content-Encoding", "identity").lower() not in ("", "identity"):
            raise RefusedError(_("%(host)s sent a packed answer.") % {"host": host})
        return
    raise RefusedError(_refusal(status) % {"host": host, "status": status})


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return _("%(host)s points to another address, which is not followed: enter that one.")
    if status in (401, 403):
        return _("%(host)s does not let us in (%(status)d).")
    if status in (404, 410):
        return _("Nothing stands at this address of %(host)s (%(status)d).")
    return _("%(host)s answered with the error %(status)d.")


def _received(answer: Any, into: IO[bytes], most_bytes: int, over: threading.Event) -> Fetched:
    told = {
        "etag": answer.getheader("ETag", "")[:200],
        "last_modified": answer.getheader("Last-Modified", "")[:60],
        "content_type": answer.getheader("Content-Type", "").split(";")[0].strip().lower()[:100],
    }
    if answer.status == 304:
        return Fetched(304, 0, "", **told)
    announced = answer.getheader("Content-Length", "")
    if announced.isdecimal() and int(announced) > most_bytes:
        raise _too_large(most_bytes)
    digest, size = hashlib.sha256(), 0
    while chunk := answer.read(CHUNK):
        size += len(chunk)
        if size > most_bytes:
            raise _too_large(most_bytes)
        digest.update(chunk)
        into.write(chunk)
    if over.is_set():
        raise RefusedError(_("The file did not come in time."))
    if announced.isdecimal() and size != int(announced):
        raise RefusedError(_("The file broke off before its end."))
    return Fetched(200, size, digest.hexdigest(), **told)


def _too_large(most_bytes: int) -> RefusedError:
    limit = most_bytes // 1024**2
    return RefusedError(_("The file is larger than %(limit)d MB.") % {"limit": limit})


def _is_permitted(host: str) -> bool:
    """Hosts of the company's own network that its operator names (``OUTBOUND_HOSTS``)."""
    return host in settings.OUTBOUND_HOSTS
