"""A real HTTPS server on this machine, with its own certificate, for tests of outgoing calls."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Served:
    """What the server answers next, and what it was asked."""

    port: int
    certificate: Path
    status: int = 200
    body: bytes = b"a,b\n1,2\n"
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0  # seconds between single bytes
    asked: list[Any] = field(default_factory=list)

    def url(self, path: str = "/table.csv") -> str:
        return f"https://localhost:{self.port}{path}"


@contextmanager
def https_server(folder: Path) -> Iterator[Served]:
    """Serve until the block ends."""
    certificate, key = _certificate(folder)
    served = Served(0, certificate)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.headers)
            self.send_response(served.status)
            for name, value in served.headers.items():
                self.send_header(name, value)
            if served.status == 200 and "Content-Length" not in served.headers:
                self.send_header("Content-Length", str(len(served.body)))
            self.end_headers()
            if served.drip:
                for one in served.body:
                    self.wfile.write(bytes([one]))
                    time.sleep(served.drip)
            elif served.status == 200:
                self.wfile.write(served.body)

        def log_message(self, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *args: Any) -> None:
            pass  # a client that hangs up is part of the tests

    server = Quiet(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    served.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def canary() -> Iterator[tuple[int, list[Any]]]:
    """A port that nothing may call, and the calls it got all the same."""
    calls: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as line:
        line.settimeout(0.05)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    caller, address = line.accept()
                except TimeoutError:
                    continue
                calls.append(address)
                caller.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield line.getsockname()[1], calls
        finally:
            over.set()
            thread.join()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip
    return certificate, secret
