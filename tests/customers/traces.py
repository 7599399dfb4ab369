"""Where traces of a person are looked for: dumps, files, Valkey; and how a dump comes back."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import redis
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connections

from crm.embedded import testing
from crm.embedded.postgres import find_binaries

# Every value of the person holds one of these; nothing else in the world does.
WORD, HAN, DIGITS = "zqxv", "鸩罹龘", "13955501234"
NAME = f"{HAN} {WORD}name"
EMAIL = f"{WORD}mail@canary.example"
TRACES = re.compile("|".join([WORD, *HAN, DIGITS, DIGITS[::-1], "4321055593"]), re.IGNORECASE)


def traces(content: bytes) -> list[str]:
    return TRACES.findall(content.decode("utf-8", "replace"))


def assert_gone(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    found = TRACES.search(text)
    assert not found, text[max(0, found.start() - 600) : found.end() + 200]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def dump(path: Path) -> bytes:
    """A dump by pg_dump, to be restored; and as text, to be read."""
    base = [find_binaries() / "pg_dump", "--dbname", django_settings.DATABASE_URL, "--no-owner"]
    subprocess.run([*base, "--format", "custom", "--file", path], check=True, env=_plain())
    text = subprocess.run([*base, "--data-only"], check=True, capture_output=True, env=_plain())
    sessions = repr([session.get_decoded() for session in Session.objects.all()])
    return text.stdout + sessions.encode()


def restore(path: Path) -> None:
    """The dump into the emptied database, as after a loss."""
    connections.close_all()
    name = testing.database()
    admin = psycopg2.connect(django_settings.DATABASE_URL.replace(f"/{name}?", "/postgres?"))
    admin.autocommit = True
    with contextlib.closing(admin), admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    command = [find_binaries() / "pg_restore", "--dbname", django_settings.DATABASE_URL]
    subprocess.run([*command, "--no-owner", path], check=True, env=_plain())


def _plain() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def keys_of_valkey() -> bytes:
    """Every key with its value, of every kind."""
    with contextlib.closing(redis.Redis.from_url(django_settings.REDIS_URL)) as store:
        read: dict[bytes, Callable[[bytes], Any]] = {
            b"string": store.get, b"hash": store.hgetall, b"set": store.smembers,
            b"list": lambda key: store.lrange(key, 0, -1),
            b"zset": lambda key: store.zrange(key, 0, -1),
            b"stream": store.xrange, b"none": lambda key: None,
        }  # fmt: skip
        found = [(key, read[store.type(key)](key)) for key in store.scan_iter()]
    return repr(found).encode()
