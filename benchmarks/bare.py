"""The floor of each page: the same rows fetched by plain psycopg2, without Django.

Written by hand, not taken from the product: what a page shows and nothing else.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Statement = tuple[str, Sequence[Any]]

_CUSTOMERS = """
SELECT c.id, c.name, c.lifecycle, c.order_value, c.order_count, c.next_step_at,
       c.last_contact_at, c.updated_at, o.username, o.full_name, s.name, s.name_en
FROM customers_customer c
LEFT JOIN accounts_user o ON o.id = c.owner_id
LEFT JOIN customers_segment s ON s.id = c.segment_id
WHERE c.trashed_at IS NULL AND c.team_id = %s {where}
ORDER BY c.updated_at DESC, c.id DESC LIMIT 51"""
_CUSTOMER_COUNT = """
SELECT count(*) FROM (SELECT 1 FROM customers_customer c
WHERE c.trashed_at IS NULL AND c.team_id = %s {where} LIMIT 10001) t"""
_DEALS = """
SELECT d.id, d.name, d.amount, d.currency, d.probability, d.expected_close, d.updated_at,
       c.name, s.name, o.username, o.full_name
FROM sales_deal d JOIN customers_customer c ON c.id = d.customer_id
JOIN sales_stage s ON s.id = d.stage_id LEFT JOIN accounts_user o ON o.id = d.owner_id
WHERE d.trashed_at IS NULL AND d.team_id = %s
ORDER BY d.updated_at DESC, d.id DESC LIMIT 51"""
_TEAM_COUNT = """
SELECT count(*) FROM (SELECT 1 FROM {table} t
WHERE t.trashed_at IS NULL AND t.team_id = %s LIMIT 10001) t"""
_ORDERS = """
SELECT r.id, r.number, r.kind, r.status, r.total, r.currency, r.ordered_at, c.name, o.username
FROM sales_order r JOIN customers_customer c ON c.id = r.customer_id
LEFT JOIN accounts_user o ON o.id = r.owner_id
WHERE r.trashed_at IS NULL AND r.team_id = %s
ORDER BY r.ordered_at DESC, r.id DESC LIMIT 51"""
_BOARD = """
SELECT top.* FROM sales_stage s CROSS JOIN LATERAL (
  SELECT d.id, d.name, d.amount, d.currency, d.stage_id, d.stage_since, c.name, o.full_name
  FROM sales_deal d JOIN customers_customer c ON c.id = d.customer_id
  LEFT JOIN accounts_user o ON o.id = d.owner_id
  WHERE d.trashed_at IS NULL AND d.owner_id = %s AND d.stage_id = s.id
    AND (d.closed_at IS NULL OR d.closed_at >= now() - interval '90 days')
  ORDER BY d.amount_base DESC, d.id DESC LIMIT 50) top"""
_BOARD_SUMS = """
SELECT d.stage_id, count(*), sum(d.amount_base), sum(d.amount_base * d.probability)
FROM sales_deal d WHERE d.trashed_at IS NULL AND d.owner_id = %s
  AND (d.closed_at IS NULL OR d.closed_at >= now() - interval '90 days') GROUP BY d.stage_id"""
_QUEUE = """
SELECT r.id, r.subject, r.status, r.priority, r.resolution_due_at, r.first_response_due_at,
       r.first_responded_at, c.name, k.name, o.username, o.full_name
FROM service_servicerequest r LEFT JOIN customers_customer c ON c.id = r.customer_id
LEFT JOIN service_category k ON k.id = r.category_id LEFT JOIN accounts_user o ON o.id = r.owner_id
WHERE r.trashed_at IS NULL AND r.status IN ('new', 'in_progress', 'waiting') AND r.owner_id = %s
ORDER BY r.resolution_due_at ASC NULLS LAST, r.id LIMIT 100"""
_REQUESTS = """
SELECT r.id, r.subject, r.status, r.priority, r.resolution_due_at, r.opened_at,
       c.name, k.name, o.username, o.full_name
FROM service_servicerequest r LEFT JOIN customers_customer c ON c.id = r.customer_id
LEFT JOIN service_category k ON k.id = r.category_id LEFT JOIN accounts_user o ON o.id = r.owner_id
WHERE r.trashed_at IS NULL AND (r.owner_id IS NULL OR r.owner_id = %s OR r.team_id = %s)
ORDER BY r.opened_at DESC, r.id DESC LIMIT 51"""
_REQUEST_COUNT = """
SELECT count(*) FROM (SELECT 1 FROM service_servicerequest r
WHERE r.trashed_at IS NULL AND (r.owner_id IS NULL OR r.owner_id = %s OR r.team_id = %s)
LIMIT 10001) t"""
_DETAIL = [
    """SELECT c.*, o.full_name, s.name FROM customers_customer c
    LEFT JOIN accounts_user o ON o.id = c.owner_id
    LEFT JOIN customers_segment s ON s.id = c.segment_id WHERE c.id = %s""",
    """SELECT id, happened_at, channel, subject, left(content, 400)
    FROM communications_communication WHERE customer_id = %s AND trashed_at IS NULL
    ORDER BY happened_at DESC, id DESC LIMIT 20""",
    """SELECT id, due_at, title FROM communications_followup
    WHERE customer_id = %s AND trashed_at IS NULL ORDER BY due_at LIMIT 20""",
    """SELECT id, name, amount, stage_id FROM sales_deal
    WHERE customer_id = %s AND trashed_at IS NULL LIMIT 20""",
    """SELECT id, number, total, ordered_at FROM sales_order
    WHERE customer_id = %s AND trashed_at IS NULL ORDER BY ordered_at DESC LIMIT 20""",
    """SELECT id, subject, status, opened_at FROM service_servicerequest
    WHERE customer_id = %s AND trashed_at IS NULL ORDER BY opened_at DESC LIMIT 20""",
    """SELECT a.role, n.name, n.phone FROM customers_affiliation a
    JOIN customers_contact n ON n.id = a.contact_id WHERE a.customer_id = %s LIMIT 20""",
]
_SEARCH = """
SELECT id, name FROM {table} WHERE trashed_at IS NULL AND team_id = %s
AND search @@ %s::tsquery ORDER BY updated_at DESC, id DESC LIMIT 25"""
_SEARCHED = ("customers_customer", "customers_contact", "sales_deal")


def customer_list(team: int, where: str = "", *values: Any) -> list[Statement]:
    arguments = [team, *values]
    return [
        (_CUSTOMERS.format(where=where), arguments),
        (_CUSTOMER_COUNT.format(where=where), arguments),
    ]


def deep_page(team: int, updated_at: Any, pk: int) -> list[Statement]:
    where = "AND (c.updated_at, c.id) < (%s, %s)"
    return [
        (_CUSTOMERS.format(where=where), [team, updated_at, pk]),
        (_CUSTOMER_COUNT.format(where=""), [team]),
    ]


def customer_detail(pk: int) -> list[Statement]:
    return [(statement, [pk]) for statement in _DETAIL]


def search(team: int, query: str) -> list[Statement]:
    return [(_SEARCH.format(table=table), [team, query]) for table in _SEARCHED]


def deal_list(team: int) -> list[Statement]:
    return [(_DEALS, [team]), (_TEAM_COUNT.format(table="sales_deal"), [team])]


def order_list(team: int) -> list[Statement]:
    return [(_ORDERS, [team]), (_TEAM_COUNT.format(table="sales_order"), [team])]


def board(owner: int) -> list[Statement]:
    return [(_BOARD, [owner]), (_BOARD_SUMS, [owner])]


def queue(owner: int) -> list[Statement]:
    return [(_QUEUE, [owner])]


def request_list(owner: int, team: int) -> list[Statement]:
    return [(_REQUESTS, [owner, team]), (_REQUEST_COUNT, [owner, team])]


def milliseconds(connection: Any, statements: Sequence[Statement], times: int) -> float:
    """Median time to run all statements one after the other and fetch every row."""
    return timed(lambda: _fetch(connection, statements), times)


def processor_milliseconds(connection: Any, statements: Sequence[Statement], times: int) -> float:
    """PostgreSQL's own processor time per run: hardly moved by what else the machine does.

    Without parallel workers; the kernel counts in hundredths of a second.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    began = _processor_seconds(connection.info.backend_pid)
    for _ in range(times):
        _fetch(connection, statements)
    spent = _processor_seconds(connection.info.backend_pid) - began
    with connection.cursor() as cursor:
        cursor.execute("RESET max_parallel_workers_per_gather")
    return spent / times * 1000


def _processor_seconds(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def timed(work: Callable[[], object], times: int) -> float:
    """Median milliseconds of ``work``."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def _fetch(connection: Any, statements: Sequence[Statement]) -> None:
    with connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values or None)
            cursor.fetchall()
