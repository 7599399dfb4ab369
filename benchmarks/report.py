"""The figures as tables for a terminal, with the targets they miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# At 300 000 customers: milliseconds in the middle and at the 95th hundredth, queries, and
# milliseconds more than the bare SQL.
MOST_MS, MOST_MS_95, MOST_QUERIES, MOST_MORE = 25, 60, 10, 15
DAILY_PAGES = (
    "customer list", "customer list, filtered", "customer list, page 500", "search, two characters",
    "search, phone", "search, beginning of a name", "customer", "board", "deal list", "order list",
    "request queue", "request list",
)  # fmt: skip
DASHBOARD_MS = 60
LEAST_PER_SECOND = {"customer list": 100, "customer": 200}
MOST_KIB = 180  # of a page on a telephone with an empty cache
EXPORT_SECONDS, EXPORT_MIB = 3, 100e6 / 2**20  # 100 000 rows as CSV
IMPORT_ROWS_PER_SECOND = 5000
COLD_SECONDS, AGAIN_SECONDS = 90, 5


def text(figures: dict[str, Any]) -> str:
    """Everything that was measured, for a person."""
    parts = [_heading(figures)]
    if rows := figures.get("pages"):
        parts += ["Pages in this process", _table(_PAGE_COLUMNS, rows)]
    if web := figures.get("web"):
        parts += ["Through gunicorn, 2 workers, 2 clients", _table(_WEB_COLUMNS, web["pages"])]
        parts.append(_memory("web", web["memory"]["workers_after_load"]))
    if weight := figures.get("weight"):
        parts += ["A telephone with an empty cache, KiB", _table(_WEIGHT_COLUMNS, weight)]
    if jobs := figures.get("jobs"):
        parts.append(
            f"A job of ten rows: {jobs['small_job_p50_ms']} ms from request to done "
            f"(longest {jobs['small_job_max_ms']} ms of {jobs['small_jobs']})"
        )
        parts.append(_memory("Celery main", [jobs["memory_after_jobs"]["main"]]))
        parts.append(_memory("Celery pool", jobs["memory_after_jobs"]["pool"]))
    parts += [_import(imported)] if (imported := figures.get("import")) else []
    if exported := figures.get("export"):
        parts += [
            "Customers taken out, each format by a process",
            _table(_EXPORT_COLUMNS, exported),
        ]
    if analyses := figures.get("analyze"):
        parts += ["Analyses on the CRM's records", _table(_ANALYSIS_COLUMNS, analyses)]
    if methods := figures.get("methods"):
        parts += ["Analyses of tables, each a process", _table(_SPEED_COLUMNS, methods)]
    for subject, rows in figures.get("accuracy", {}).items():
        columns = {"method": "method", **_ACCURACY_COLUMNS[subject], "cpu_s": "CPU s each"}
        parts += [f"Accuracy: {subject}", _table(columns, rows)]
    if start := figures.get("start"):
        parts.append(_start(start))
    missed = misses(figures)
    parts.append("Missed targets:\n" + "\n".join(f"  {m}" for m in missed) if missed else "")
    return "\n\n".join(part for part in parts if part)


def misses(figures: dict[str, Any]) -> list[str]:
    """One line per target that was not reached."""
    found = []
    for row in figures.get("pages", []):
        found += [f"{row['page']}: {reason}" for reason in _page_misses(row)]
    found += [
        f"{row['page']}: {row['requests_per_second']} requests/s < {least}"
        for row in figures.get("web", {}).get("pages", [])
        if row["requests_per_second"] < (least := LEAST_PER_SECOND.get(row["page"], 0))
    ]
    found += [
        f"weight of {row['page']}: {row['total_kib']} KiB > {MOST_KIB} KiB"
        for row in figures.get("weight", [])
        if row.get("total_kib", 0) > MOST_KIB
    ]
    rate = figures.get("import", {}).get("rows_per_second")
    if rate and rate < IMPORT_ROWS_PER_SECOND:
        found.append(f"retail import: {rate:.0f} rows/s < {IMPORT_ROWS_PER_SECOND}")
    found += _export_misses(figures.get("export", []))
    found += [
        f"{row['method']}: {row['seconds']} s > {row['target_s']} s"
        for row in figures.get("methods", [])
        if row["seconds"] > row["target_s"]
    ]
    if start := figures.get("start"):
        cold = start["cold"]["first_page_seconds"]
        again = min(one["first_page_seconds"] for one in start["again"])
        if cold > COLD_SECONDS:
            found.append(f"cold start: {cold} s > {COLD_SECONDS} s")
        if again > AGAIN_SECONDS:
            found.append(f"second start: {again} s > {AGAIN_SECONDS} s")
    return found


def _page_misses(row: dict[str, Any]) -> list[str]:
    if "failed" in row:
        return [row["failed"]]
    limits: dict[str, float] = {}
    if row["page"] in DAILY_PAGES:
        limits = {"p50_ms": MOST_MS, "p95_ms": MOST_MS_95, "queries": MOST_QUERIES}
        limits |= {"plus_ms": MOST_MORE} if row.get("plus_ms") is not None else {}
    elif row["page"] == "dashboard":
        limits = {"p50_ms": DASHBOARD_MS}
    return [
        f"{_PAGE_COLUMNS[name]} {row[name]} > {limit}"
        for name, limit in limits.items()
        if row[name] > limit
    ]


def _export_misses(rows: Sequence[dict[str, Any]]) -> list[str]:
    """CSV alone has limits."""
    row = next((row for row in rows if row["format"] == "csv" and "failed" not in row), None)
    if row is None:
        return [f"export: {row['failed']}" for row in rows if "failed" in row]
    found = []
    if row["seconds_100k"] > EXPORT_SECONDS:
        found.append(f"export of 100 000 rows: {row['seconds_100k']} s > {EXPORT_SECONDS} s")
    if row["peak_mib"] > EXPORT_MIB:
        found.append(f"export: {row['peak_mib']} MiB > {EXPORT_MIB:.0f} MiB")
    return found


_PAGE_COLUMNS = {
    "page": "page", "role": "as", "p50_ms": "p50 ms", "p95_ms": "p95 ms", "cpu_ms": "CPU ms",
    "queries": "queries",
    "own_sql_ms": "its SQL ms", "sql_cpu_ms": "SQL CPU ms", "bare_sql_ms": "bare SQL ms",
    "plus_ms": "plus ms", "ratio": "ratio", "bytes": "bytes", "load": "load", "failed": "failed",
}  # fmt: skip
_WEB_COLUMNS = {
    "page": "page", "requests_per_second": "requests/s", "p50_ms": "p50 ms", "p95_ms": "p95 ms",
    "requests": "requests", "load": "load",
}  # fmt: skip
_WEIGHT_COLUMNS = {
    "page": "page", "total_kib": "all", "document_kib": "HTML", "stylesheet_kib": "CSS",
    "script_kib": "scripts", "font_kib": "fonts", "image_kib": "pictures", "fetch_kib": "fetched",
    "xhr_kib": "htmx", "other_kib": "other", "failed": "failed",
}  # fmt: skip
_EXPORT_COLUMNS = {
    "format": "format", "rows": "rows", "seconds": "s", "cpu_s": "CPU s",
    "seconds_100k": "s per 100 000", "kib": "KiB",
    "before_mib": "MiB before", "peak_mib": "peak MiB", "load": "load", "failed": "failed",
}  # fmt: skip
_ANALYSIS_COLUMNS = {
    "method": "method", "seconds": "command s", "method_seconds": "method s", "rows": "rows",
    "peak_mib": "peak MiB", "load": "load", "failed": "failed",
}  # fmt: skip

_SPEED_COLUMNS = {
    "method": "table", "seconds": "s", "cpu_s": "CPU s", "target_s": "target s",
    "peak_mib": "peak MiB", "load": "load", "failed": "failed",
}  # fmt: skip
_ACCURACY_COLUMNS = {
    "forecasts": {"mase": "MASE", "smape": "sMAPE %", "held80": "80 % held"},
    "forecasts_drawn": {"mase": "MASE", "smape": "sMAPE %", "held80": "80 % held"},
    "groups": {"rand": "adjusted Rand", "right_k": "right number", "tables": "of tables"},
    "scores": {"auc": "AUC", "log_loss": "log-loss", "tables": "tables"},
}  # fmt: skip

# Parts that are one table each.
_PLAIN = {
    "export": ("Customers taken out, each format by a process", _EXPORT_COLUMNS),
    "analyze": ("Analyses on the CRM's records", _ANALYSIS_COLUMNS),
    "methods": ("Analyses of tables, each a process", _SPEED_COLUMNS),
}


def _heading(figures: dict[str, Any]) -> str:
    machine = figures["machine"]
    return (
        f"{machine['at']}: {machine['cores']} cores, {machine['memory_gib']} GiB, Python "
        f"{machine['python']}, commit {figures['commit']}, load {machine['load']}\n"
        + ", ".join(f"{name}: {count:,}" for name, count in figures.get("rows", {}).items())
    )


def _table(columns: dict[str, str], rows: Sequence[dict[str, Any]]) -> str:
    used = {key: head for key, head in columns.items() if any(key in row for row in rows)}
    cells = [list(used.values())]
    cells += [[_cell(row.get(key)) for key in used] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(used))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def _memory(name: str, processes: Sequence[dict[str, float]]) -> str:
    shown = ", ".join(f"{one['rss_mib']} MiB (own share {one['pss_mib']})" for one in processes)
    return f"Memory of {name}: {shown}"


def _import(imported: dict[str, Any]) -> str:
    if "skipped" in imported:
        return f"Import skipped: {imported['skipped']}"
    again = imported["again"]
    return (
        f"Import of {imported['rows']:,} order lines: {imported['rows_per_second']:,.0f} rows/s, "
        f"peak {imported['peak_mib']} MiB; again: {again['rows_per_second']:,} rows/s, "
        f"{again['created']} created (load {imported['load']})"
    )


def _start(start: dict[str, Any]) -> str:
    cold, again = start["cold"], start["again"]
    lines = [
        f"First start of a fresh clone: {cold['first_page_seconds']} s to the first page; again: "
        + ", ".join(f"{one['first_page_seconds']} s" for one in again)
        + f"; stop {cold['stop_seconds']} s (load {start['load'][0]})",
        *(f"    {step}" for step in cold["steps"]),
    ]
    return "\n".join(lines)
