"""The star as Parquet files: a folder a night, complete or not there at all.

``<folder>/<day>/fact_sales.parquet`` …; ``<folder>/latest`` leads to the newest. Written beside
and renamed, so that a reader never finds half of it; the last ``KEPT`` nights stay.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from analytics.warehouse.schema import SCHEMA
from analytics.warehouse.star import STAR, StarTable

WAREHOUSE_EXPORT = "warehouse_export"
KEPT = 7
CHUNK = 20_000  # rows of a row group; bounds the memory

Progress = Callable[[int, int, str], None]


def warehouse_folder() -> Path:
    return Path(settings.WAREHOUSE_DIR)


def export_write(
    *, day: date, folder: Path | None = None, progress: Progress | None = None
) -> dict[str, int]:
    """Write the star of this moment; gives the rows per table.

    All tables are read in one snapshot, so that every id of a fact is in its dimension.

    Raises
    ------
    OSError
        When the folder cannot be written; what was there before stays.
    """
    root = folder or warehouse_folder()
    root.mkdir(parents=True, exist_ok=True)
    half = root / f".{day.isoformat()}.part"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    try:
        rows = _write_all(half, progress)
        _publish(half, root, day)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    _tidy(root)
    return rows


def exports_listed(folder: Path | None = None) -> list[dict[str, Any]]:
    """The nights that are there, the newest first: ``day, files, bytes``."""
    root = folder or warehouse_folder()
    nights = sorted((p for p in root.glob("????-??-??") if p.is_dir()), reverse=True)
    listed = []
    for night in nights:
        files = sorted(night.glob("*.parquet"))
        size = sum(file.stat().st_size for file in files)
        listed.append({"day": date.fromisoformat(night.name), "files": files, "bytes": size})
    return listed


def _write_all(half: Path, progress: Progress | None) -> dict[str, int]:
    rows = {}
    with _snapshot() as session:
        for number, table in enumerate(STAR):
            if progress:
                progress(number, len(STAR), table.name)
            rows[table.name] = _write(session, table, half / f"{table.name}.parquet")
    return rows


@contextmanager
def _snapshot() -> Iterator[Any]:
    """A session of its own: the job's progress is written in Django's meanwhile."""
    session = psycopg2.connect(**connection.get_connection_params())
    try:
        session.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with session.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield session
    finally:
        session.close()


def _write(session: Any, table: StarTable, path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 0
    schema = pa.schema(_fields(session, table), metadata={"grain": str(table.grain)})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for chunk in _chunks(session, table):
            columns = list(zip(*chunk, strict=True))
            arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(chunk)
    return count


def _chunks(session: Any, table: StarTable) -> Iterator[list[Any]]:
    with session.cursor(name=f"star_{table.name}") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(f"SELECT * FROM {SCHEMA}.{table.name}")  # noqa: S608  # a name of ours
        while chunk := cursor.fetchmany(CHUNK):
            yield chunk


def _fields(session: Any, table: StarTable) -> list[Any]:
    """The columns with Arrow's types, as PostgreSQL describes the view."""
    import pyarrow as pa

    types = {
        "integer": pa.int32(), "smallint": pa.int16(), "bigint": pa.int64(),
        "boolean": pa.bool_(), "date": pa.date32(), "numeric": pa.decimal128(28, 6),
        "timestamp with time zone": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type, numeric_precision, numeric_scale"
            " FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
            " ORDER BY ordinal_position",
            [SCHEMA, table.name],
        )
        return [
            pa.field(
                name,
                pa.decimal128(precision, scale)
                if kind == "numeric" and precision
                else types.get(kind, pa.string()),
            )
            for name, kind, precision, scale in cursor.fetchall()
        ]


def _publish(half: Path, root: Path, day: date) -> None:
    there = root / day.isoformat()
    old = root / f".{day.isoformat()}.old"
    shutil.rmtree(old, ignore_errors=True)
    if there.exists():
        there.rename(old)
    half.rename(there)
    shutil.rmtree(old, ignore_errors=True)
    link = root / ".latest"
    with suppress(FileNotFoundError):
        link.unlink()
    link.symlink_to(day.isoformat())
    link.replace(root / "latest")


def _tidy(root: Path) -> None:
    for night in exports_listed(root)[KEPT:]:
        shutil.rmtree(root / night["day"].isoformat())
