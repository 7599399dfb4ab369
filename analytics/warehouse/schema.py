"""The star as views in a PostgreSQL schema of its own, and the role that may read nothing else.

The views would hold the tables as they are when a migration changes them: they are taken away
before migrations and made anew after.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import override
from psycopg2 import sql

from analytics.warehouse.star import STAR, StarTable

SCHEMA = "warehouse"
READER_TIMEOUT = "60s"


def views_drop(**_: Any) -> None:
    """Before migrations."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def views_create(**_: Any) -> None:
    """After migrations: the views, and who could read them before may again."""
    with override("en"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        for table in STAR:
            cursor.execute(f"CREATE OR REPLACE VIEW {SCHEMA}.{table.name} AS {select(table)}")
            cursor.execute(f"COMMENT ON VIEW {SCHEMA}.{table.name} IS %s", [str(table.grain)])
        for role in _readers(cursor):
            _grant(cursor, role)


def select(table: StarTable) -> str:
    """The table's SELECT in the company's days."""
    zone = sql.Literal(settings.TIME_ZONE)
    with connection.cursor() as cursor:
        quoted: str = zone.as_string(cursor.connection)
    return table.select.replace("{zone}", quoted)


def reader_set(*, name: str, password: str) -> None:
    """Create the role, or give it a new password. It signs in, reads the star, and no more.

    Raises
    ------
    ValueError
        When a role of that name exists that is none of these readers.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone() and name not in _readers(cursor):
            raise ValueError(name)
        role = sql.Identifier(name)
        if name not in _readers(cursor):
            cursor.execute(_sql(cursor, "CREATE ROLE {} LOGIN NOINHERIT CONNECTION LIMIT 5", role))
            cursor.execute(_sql(cursor, "COMMENT ON ROLE {} IS {}", role, sql.Literal(_mark())))
        for setting in (
            "ALTER ROLE {} SET default_transaction_read_only = on",
            f"ALTER ROLE {{}} SET statement_timeout = '{READER_TIMEOUT}'",
            f"ALTER ROLE {{}} SET search_path = {SCHEMA}",
        ):
            cursor.execute(_sql(cursor, setting, role))
        cursor.execute(_sql(cursor, "ALTER ROLE {} PASSWORD {}", role, sql.Literal(password)))
        _grant(cursor, name)


def reader_drop(*, name: str) -> bool:
    """Take the role away; False when there is none of that name."""
    with transaction.atomic(), connection.cursor() as cursor:
        if name not in _readers(cursor):
            return False
        cursor.execute(_sql(cursor, "DROP OWNED BY {}", sql.Identifier(name)))
        cursor.execute(_sql(cursor, "DROP ROLE {}", sql.Identifier(name)))
    return True


def _mark() -> str:
    """What tells our readers of this database from other roles of the server."""
    return f"reader of {connection.settings_dict['NAME']}.{SCHEMA}"


def _readers(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %s", [_mark()]
    )
    return [row[0] for row in cursor.fetchall()]


def _grant(cursor: Any, name: str) -> None:
    role = sql.Identifier(name)
    cursor.execute(_sql(cursor, f"GRANT USAGE ON SCHEMA {SCHEMA} TO {{}}", role))
    cursor.execute(_sql(cursor, f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {{}}", role))


def _sql(cursor: Any, text: str, *parts: Any) -> str:
    made: str = sql.SQL(text).format(*parts).as_string(cursor.connection)
    return made
