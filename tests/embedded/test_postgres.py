"""The embedded PostgreSQL by itself."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from crm.embedded import addresses
from crm.embedded.postgres import Postgres, PostgresError
from crm.embedded.valkey import Valkey, answers


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    sockets = addresses.socket_folder(tmp_path)
    made = Postgres(
        data=tmp_path / "postgres", sockets=sockets, log=tmp_path / "log.txt", throwaway=True
    )
    yield made
    made.stop()
    shutil.rmtree(sockets, ignore_errors=True)


def test_it_makes_a_cluster_and_stops_without_a_trace(server: Postgres, tmp_path: Path) -> None:
    server.start()
    assert server.process is not None
    pid = server.process.pid
    connection = psycopg2.connect(addresses.database_url(tmp_path))
    connection.close()
    assert server.sockets.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not psutil.pid_exists(pid)
    assert list(server.sockets.iterdir()) == []
    assert not (server.data / "postmaster.pid").exists()


def test_it_starts_over_the_remains_of_a_killed_server(server: Postgres, tmp_path: Path) -> None:
    server.start()
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    remains = server.data / "postmaster.pid"
    lines = remains.read_text().splitlines()
    lines[0] = str(os.getpid())  # the number went to a living process that is no PostgreSQL
    remains.write_text("\n".join(lines))
    server.start()
    psycopg2.connect(addresses.database_url(tmp_path)).close()


def test_it_names_both_versions_when_the_data_are_older(server: Postgres) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresError, match=r"written by PostgreSQL 14, but PostgreSQL \d+"):
        server.start()


def test_it_takes_a_half_made_cluster_for_none(server: Postgres, tmp_path: Path) -> None:
    half = tmp_path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert not half.exists()


def test_it_refuses_a_socket_folder_of_somebody_else(tmp_path: Path) -> None:
    target = tmp_path / "theirs"
    target.mkdir()
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(addresses.UnsafeFolderError):
        addresses.make_private(link)


def test_it_keeps_socket_paths_short(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 8)
    longest = addresses.socket_folder(deep) / ".s.PGSQL.5432.lock"
    assert len(os.fsencode(longest)) <= 100


def test_valkey_stops_without_a_trace(tmp_path: Path) -> None:
    path = addresses.redis_socket(tmp_path)
    server = Valkey(data=tmp_path / "valkey", socket_path=path, log=tmp_path / "log.txt")
    server.start()
    assert answers(path)
    server.stop()
    assert not path.exists()
    path.parent.rmdir()
