"""Lists as files: CSV, workbook, vCard; row by row, so that a million rows need no memory.

Cells are harmless in a spreadsheet (``safe_cell``), numbers and days stay numbers and days.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import DateTimeField, F, FloatField, TextField
from django.db.models.functions import Cast, TruncSecond
from django.utils import timezone

from crm.common.cells import safe_cell
from crm.common.columns import Column, as_it_is
from crm.common.expressions import AsStoredFunc
from crm.common.reading_ahead import read_ahead
from crm.records.keyset import Sort
from crm.records.workbook import GENERAL, MOMENT, written_column, xlsx_chunks

AT_ONCE = 200  # more at a time are slower: the garbage collector looks at what is alive
Row = tuple[Any, ...]


class Table:
    """The rows of a list as files hold them.

    ``header`` names the columns in the reader's language; iterating gives tuples of text,
    Decimal, int, float, date, aware datetime or None. ``moments`` is the expression as which
    moments are taken instead; ``moment_places`` says in which columns.
    """

    def __init__(
        self, records: Any, columns: Sequence[Column], order: tuple[Sort, bool] | None,
        moments: Callable[[Any], Any] | None = None,
    ) -> None:  # fmt: skip
        self.model = model = records.model
        self.columns = [column for column in columns if column.source(model) is not None]
        self.header = [str(column.label) for column in self.columns]
        self._writers = [column.plain(model) for column in self.columns]
        beside = dict(column.beside for column in self.columns if column.beside)
        records = records.alias(**{name: joined() for name, joined in beside.items()})
        sources = [column.source(model) for column in self.columns]
        expressions = [F(source) if isinstance(source, str) else source for source in sources]
        self.moment_places: list[int] = []
        if moments:
            self.moment_places = _moments(records, expressions)
            for place in self.moment_places:
                expressions[place] = moments(expressions[place])
        named = {f"c{place}": expression for place, expression in enumerate(expressions)}
        sort, descending = order or (Sort("pk", "pk"), False)
        ordered = sort.annotated(records.annotate(**named)).order_by(*sort.ordering(descending))
        self._rows = ordered.values_list(*named)

    def __iter__(self) -> Iterator[Row]:
        for columns in self.column_chunks():
            yield from zip(*columns, strict=True)

    def column_chunks(self) -> Iterator[list[Sequence[Any]]]:
        """Some hundred rows at a time, by column: what is done to a column is done at once."""
        writers = [(n, write) for n, write in enumerate(self._writers) if write is not as_it_is]
        for chunk in read_ahead(self._chunks):
            columns: list[Sequence[Any]] = list(zip(*chunk, strict=True))
            for place, write in writers:
                columns[place] = [write(value) for value in columns[place]]
            yield columns

    def _chunks(self) -> Iterator[list[Row]]:
        rows = self._rows.iterator(chunk_size=AT_ONCE)
        while chunk := list(islice(rows, AT_ONCE)):
            yield chunk


def clock_text(moment: Any) -> Any:
    """2026-03-12 08:05:00 on the reader's clock: the database takes a third of Python's time."""
    return Cast(TruncSecond(moment, tzinfo=timezone.get_current_timezone()), TextField())


def clock_serial(moment: Any) -> Any:
    """The days since 1899-12-30 on the reader's clock, which are what spreadsheets hold."""
    return AsStoredFunc(
        TruncSecond(moment, tzinfo=timezone.get_current_timezone()), output_field=FloatField(),
        template="DATE_PART('epoch', %(expressions)s) / 86400 + 25569",
    )  # fmt: skip


def _moments(records: Any, expressions: Sequence[Any]) -> list[int]:
    """Which of the expressions are moments."""
    named = {f"c{place}": expression for place, expression in enumerate(expressions)}
    made = records.annotate(**named).query.annotations
    fields = [made[name].output_field for name in named]
    return [place for place, field in enumerate(fields) if isinstance(field, DateTimeField)]


def csv_chunks(table: Table) -> Iterator[bytes]:
    """UTF-8 with its mark, which Excel needs; moments are text already (``clock_text``)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(map(safe_cell, table.header))
    texts: dict[type, Callable[[Any], str]] = {
        Decimal: _number, date: date.isoformat, str: safe_cell, type(None): lambda _none: "",
    }  # fmt: skip
    others = [n for n in range(len(table.columns)) if n not in table.moment_places]
    for columns in table.column_chunks():
        for place in others:
            columns[place] = written_column(columns[place], texts, str)
        writer.writerows(zip(*columns, strict=True))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()


def _number(value: Decimal) -> str:
    return f"{value:f}"


def xlsx_stream(table: Table) -> Iterator[bytes]:
    """A workbook with one sheet; moments are numbers already (``clock_serial``)."""
    looks = [MOMENT if n in table.moment_places else GENERAL for n in range(len(table.columns))]
    return xlsx_chunks(table.header, table, timezone.get_current_timezone(), looks)


# What a vCard calls a column of customers and contacts.
_SIMPLE = {"title": "TITLE", "note": "NOTE", "external_id": "UID"}
_IN_CARD = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_REACHED = (("phone", "TEL"), ("email", "EMAIL"))
_PLACE = ("address", "city", "region", "country")
IN_CARDS = {"name", "kind", "customers", "tag_list", *_PLACE, *_SIMPLE, *dict(_REACHED)}
_APART = "\\; "  # between the names of several, as they stand escaped
LINE_BYTES = 75


def vcard_chunks(table: Table) -> Iterator[bytes]:
    """vCards 3.0, one after the other."""
    # The word is asked for now: while the file is sent, nobody's language is set any more.
    return _cards(table, _company(table.model))


def _cards(table: Table, company: str) -> Iterator[bytes]:
    keys = [column.key for column in table.columns]
    buffer: list[str] = []
    for row in table:
        values = dict(zip(keys, row, strict=True))
        buffer.append(_vcard(values, own=bool(company) and values.get("kind") == company))
        if len(buffer) >= AT_ONCE:
            yield "".join(buffer).encode()
            buffer.clear()
    yield "".join(buffer).encode()


def _company(model: Any) -> str:
    """How the column of kinds calls a company; "" where records have no kind."""
    kinds = [field for field in model._meta.fields if field.name == "kind"]
    return next((str(dict(one.flatchoices).get("organisation", "")) for one in kinds), "")


def _vcard(values: dict[str, Any], *, own: bool) -> str:
    """A card of RFC 2426; a company's ``own`` names it as company too.

    Written here: a library takes seven times as long for the same.
    """

    def said(key: str) -> str:
        return str(values.get(key) or "").translate(_IN_CARD)

    companies = [said("name")] if own else said("customers").split(_APART)
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{said('name')};;;;", f"FN:{said('name')}"]
    lines += [f"ORG:{company}" for company in companies if company]
    lines += [f"{called};TYPE=WORK:{said(key)}" for key, called in _REACHED if values.get(key)]
    if any(values.get(key) for key in _PLACE):
        address, city, region, country = map(said, _PLACE)
        lines.append(f"ADR:;;{address};{city};{region};;{country}")
    lines += [f"{called}:{said(key)}" for key, called in _SIMPLE.items() if values.get(key)]
    if values.get("tag_list"):
        lines.append(f"CATEGORIES:{said('tag_list').replace(_APART, ',')}")
    return "".join(map(_folded, [*lines, "END:VCARD"]))


def _folded(line: str) -> str:
    """At most 75 bytes a line; what goes on begins with a space, and no letter is cut."""
    raw = line.encode()
    parts, most = [], LINE_BYTES
    while len(raw) > most:
        cut = most
        while raw[cut] & 0xC0 == 0x80:  # within a letter
            cut -= 1
        parts.append(raw[:cut].decode())
        raw, most = raw[cut:], LINE_BYTES - 1
    return "\r\n ".join([*parts, raw.decode()]) + "\r\n"
