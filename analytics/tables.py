"""From an uploaded or exported file to a frame, or to one sentence that says why not."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from analytics.methods.errors import DataProblem
from analytics.methods.written_numbers import grouped_by_points
from analytics.table_edges import THOUSANDS, titles_above, without_sum

MAX_BYTES = 500 * 1024 * 1024
MAX_COLUMNS = 2_000
MAX_FIELD = 100_000
DELIMITERS = ",;\t|"
_Rows = TypeVar("_Rows")
CHUNK = 1 << 20
PROBE = 1_000
_SURE_COMMA = r"\s*-?\d[\d.]*,(?:\d{1,2}|\d{4,})\s*"
_MONTH = re.compile(r"\d{4}\.(?:0?[1-9]|1[0-2])")
_MONTH_FIRST = r"(?:0?[1-9]|1[0-2])\.(?:19|20)\d\d"
_LEADING_ZERO = re.compile(rb'(?:^|[,;\t|"])[ ]*0\d+[ ]*(?:$|[,;\t|"\r\n])', re.MULTILINE)


def read_table(path: str | Path, *, max_bytes: int = MAX_BYTES) -> pd.DataFrame:
    """Read a delimited text file with a header line.

    Parameters
    ----------
    path : str or Path
        UTF-8 (with or without byte order mark) or GB18030; delimiter ``,`` ``;`` tab or ``|``,
        found from the header line or told by a first line ``sep=;``; a decimal comma is
        recognised beside ``;`` and tab.
    max_bytes : int
        Larger files are refused.

    Returns
    -------
    DataFrame
        Column names without surrounding spaces; types inferred by pandas.

    Raises
    ------
    DataProblem
        Naming line and cause: no such file, empty, header only, too large, binary, neither
        encoding, unclosed quotation mark, fields missing or left over, a column name missing or
        given twice, too many columns.  Columns without a name and without any value are left
        out; so are titles above the header and the sum of all rows (``table_edges``).
    """
    file = Path(path)
    _check_size(file, max_bytes)
    encoding = _encoding(file)
    told = _told_delimiter(file, encoding)
    delimiter = told or _delimiter(file, encoding)
    above = 1 if told else titles_above(file, encoding, delimiter)
    header, rows = _check_rows(file, encoding, delimiter, skip=above)
    if rows == 0:
        raise DataProblem("file_only_header")
    layout: dict[str, Any] = {
        "encoding": encoding, "sep": delimiter, "header": 0, "names": header, "index_col": False,
        "skiprows": above, "usecols": [name for name in header if name],
    }  # fmt: skip
    cells = _first_cells(file, encoding, delimiter)
    decimal = "," if _decimal_comma(cells) and delimiter != "," else "."
    frame = pd.read_csv(file, **layout, low_memory=False, decimal=decimal)
    frame = _with_months(_with_leading_zeros(frame, file, layout), file, layout)
    commas = any(re.fullmatch(_SURE_COMMA, cell) for cell in cells)
    return without_sum(_with_thousands(frame, file, layout, commas=commas))


def _with_thousands(
    frame: pd.DataFrame, file: Path, layout: dict[str, Any], *, commas: bool
) -> pd.DataFrame:
    """Read 1.200 as a thousand and two hundred where the column or the table tells so."""
    likely = [name for name in frame if _below_thousand(frame[name])]
    for rows, known in ((PROBE, True), (None, commas)):  # long files are not read again for nothing
        if not likely:
            return frame
        again = {**layout, "usecols": likely, "dtype": str, "nrows": rows}
        written = pd.read_csv(file, **again).apply(lambda column: column.str.strip())
        likely = [name for name in likely if grouped_by_points(written[name], commas=known)]
    for name in likely:
        frame[name] = pd.to_numeric(written[name].str.replace(".", "", regex=False))
    if likely:
        frame.attrs[THOUSANDS] = ", ".join(map(str, likely))
    return frame


def _below_thousand(column: pd.Series) -> bool:
    return pd.api.types.is_float_dtype(column.dtype) and bool((column.dropna().abs() < 1000).all())


def _with_months(frame: pd.DataFrame, file: Path, layout: dict[str, Any]) -> pd.DataFrame:
    """Keep months such as 2024.10 and 01.2020 as they are written: 2024.1 is another one."""
    likely = [name for name in frame if _month_in_digits(frame[name])]
    if not likely:
        return frame
    written = pd.read_csv(file, **{**layout, "usecols": likely, "dtype": str})
    for name in likely:
        cells = written[name].str.strip()
        known = cells.dropna()
        year_first = known.str.fullmatch(_MONTH).all() and known.str.endswith("0").any()
        if year_first or known.str.fullmatch(_MONTH_FIRST).all():
            frame[name] = cells
    return frame


def _month_in_digits(column: pd.Series) -> bool:
    if not pd.api.types.is_float_dtype(column.dtype) or _whole_floats(column):
        return False
    known = column.dropna()
    year_first = known.between(1900, 2100)
    month_first = known.between(1, 13) & (known % 1).between(0.19, 0.21)
    return bool(year_first.all()) or bool(month_first.all())


def _with_leading_zeros(frame: pd.DataFrame, file: Path, layout: dict[str, Any]) -> pd.DataFrame:
    """Keep keys such as 0042 as they are written: 42 may be another customer."""
    whole = [name for name in frame if pd.api.types.is_integer_dtype(frame[name].dtype)]
    whole += [name for name in frame if _whole_floats(frame[name])]
    if not whole or not _has_leading_zeros(file, layout["encoding"]):
        return frame
    written = pd.read_csv(file, **{**layout, "usecols": whole, "dtype": str})
    for name in whole:
        cells = written[name].str.strip()
        if bool(cells.str.match(r"0\d").any()):
            frame[name] = cells
    return frame


def _whole_floats(column: pd.Series) -> bool:
    if not pd.api.types.is_float_dtype(column.dtype):
        return False
    known = column.dropna()
    return len(known) > 0 and bool((known == known.round()).all())


def _has_leading_zeros(file: Path, encoding: str) -> bool:
    if encoding == "utf-16":
        return True
    with file.open("rb") as stream:
        while lines := stream.readlines(CHUNK):
            if _LEADING_ZERO.search(b"".join(lines)):
                return True
    return False


def _check_size(file: Path, max_bytes: int) -> None:
    try:
        if not file.is_file():
            raise DataProblem("file_missing", {"file": file.name})
        size = file.stat().st_size
    except OSError as error:
        params = {"file": file.name[:100], "cause": error.strerror or "no access"}
        raise DataProblem("file_unreadable", params) from error
    if size == 0:
        raise DataProblem("file_empty")
    if size > max_bytes:
        sizes = {"size": size // 1024**2 + 1, "limit": max_bytes // 1024**2}
        raise DataProblem("file_too_large", sizes)


def _encoding(file: Path) -> str:
    """Return the encoding that reads the whole file, trying UTF-8 and then GB18030."""
    try:
        with file.open("rb") as stream:
            start = stream.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        broken = _first_broken_line(file, "utf-8")
    except OSError as error:
        params = {"file": file.name, "cause": error.strerror or "no access"}
        raise DataProblem("file_unreadable", params) from error
    if start.startswith(codecs.BOM_UTF8) and broken is None:
        return "utf-8-sig"
    if broken is None and not _odd_as_utf8(file):
        return "utf-8"
    if _first_broken_line(file, "gb18030") is None:
        return "gb18030"
    raise DataProblem("file_encoding", {"line": broken})


def _odd_as_utf8(file: Path) -> bool:
    """Say whether the text is UTF-8 by chance: 元 in GB18030 is Ԫ, a letter of no living script."""
    with file.open("rb") as stream:
        start = stream.read(CHUNK)
    if start.isascii():
        return False
    foreign = [letter for letter in start.decode("utf-8", "ignore") if not letter.isascii()]
    return sum(map(_rare, foreign)) > len(foreign) / 2


def _rare(letter: str) -> bool:
    """Cyrillic supplement, and Syriac to N'Ko."""
    return "\u0500" <= letter <= "\u052f" or "\u0700" <= letter <= "\u07ff"


def text_encoding(file: Path) -> str:
    """The encoding of a text, UTF-8 where it is none of ours."""
    try:
        return _encoding(file)
    except DataProblem:
        return "utf-8"


def _first_broken_line(file: Path, encoding: str) -> int | None:
    """Return the first line that is not ``encoding``; raise for a NUL byte."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            nul = chunk.find(b"\0")
            if nul >= 0:
                raise DataProblem("file_binary", {"line": line + chunk.count(b"\n", 0, nul)})
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return line + chunk.count(b"\n", 0, max(error.start, 0))
            line += chunk.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return line
    return None


def _told_delimiter(file: Path, encoding: str) -> str:
    """Return what a first line such as ``sep=;`` says, which Excel writes and hides; else ""."""
    with file.open(encoding=encoding, newline="") as stream:
        told = re.fullmatch(rf"sep=([{DELIMITERS}])\s*", stream.readline(100), re.IGNORECASE)
    return told[1] if told else ""


def _delimiter(file: Path, encoding: str) -> str:
    """Return the delimiter most frequent in the header line, outside quotation marks."""
    with file.open(encoding=encoding, newline="") as stream:
        header = ""
        while not header.strip() and (line := stream.readline(4_000_000)):
            header = line
    if not header.strip():
        raise DataProblem("file_empty")
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=lambda mark: (bare.count(mark), -DELIMITERS.index(mark)))


def _check_rows(file: Path, encoding: str, delimiter: str, skip: int) -> tuple[list[str], int]:
    """Walk through all rows; return the header and the number of rows below it."""

    def through(walk: Callable[[Iterator[list[str]], int], _Rows]) -> _Rows:
        with file.open(encoding=encoding, newline="") as stream:
            for _ in range(skip):
                stream.readline()
            return walk(csv.reader(stream, delimiter=delimiter, strict=True), skip)

    previous = csv.field_size_limit(MAX_FIELD)
    try:
        return through(_count) or through(_walk)
    except UnicodeError as error:
        raise DataProblem("file_encoding", {"line": 1}) from error
    finally:
        csv.field_size_limit(previous)


def _count(reader: Iterator[list[str]], _skipped: int) -> tuple[list[str], int] | None:
    """``_walk`` in a fifth of its time, for a file with nothing to say about."""
    try:
        header = _header(next(filter(None, reader)))
        lengths = Counter(map(len, reader))
    except (csv.Error, StopIteration):
        return None
    if not all(header) or not lengths.keys() <= {0, len(header)}:
        return None
    return header, lengths[len(header)]


def _walk(reader: Iterator[list[str]], skipped: int) -> tuple[list[str], int]:
    header: list[str] | None = None
    unnamed: list[int] = []
    count = 0
    start = 1 + skipped
    try:
        for row in reader:
            line = skipped + reader.line_num  # type: ignore[attr-defined]  # csv.reader has it
            if header is None:
                header = _header(row) if row else None
                unnamed = [k for k, name in enumerate(header or []) if not name]
            elif row:
                count += 1
                if len(row) != len(header):
                    params = {"line": start, "found": len(row), "expected": len(header)}
                    raise DataProblem("file_ragged", params)
                for k in unnamed:
                    if row[k].strip():
                        raise DataProblem("file_unnamed_column", {"position": k + 1})
            start = line + 1
    except csv.Error as error:
        raise _csv_problem(str(error), start) from error
    if header is None:
        raise DataProblem("file_empty")
    return header, count


def _csv_problem(message: str, line: int) -> DataProblem:
    if "unexpected end of data" in message:
        return DataProblem("file_unclosed_quote", {"line": line})
    if "field larger" in message:
        # A quotation mark left open swallows the lines after it, and ends up here.
        return DataProblem("file_field_too_long", {"line": line, "limit": MAX_FIELD})
    if "NUL" in message:
        return DataProblem("file_binary", {"line": line})
    return DataProblem("file_bad_quote", {"line": line})


def _header(row: list[str]) -> list[str]:
    if len(row) > MAX_COLUMNS:
        raise DataProblem("file_too_many_columns", {"columns": len(row), "limit": MAX_COLUMNS})
    names = [name.strip() for name in row]
    if names and not names[0] and len(names) > 1:
        names[0] = "row"  # the row numbers that R and pandas write without a name
    for position, name in enumerate(names, start=1):
        if name and names.index(name) != position - 1:
            raise DataProblem("file_duplicate_header", {"column": name[:100]})
    return names


def _first_cells(file: Path, encoding: str, delimiter: str) -> list[str]:
    with file.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        return [cell for row, _ in zip(reader, range(200), strict=False) for cell in row]


def _decimal_comma(cells: list[str]) -> bool:
    """Say whether there are numbers such as 12,5 and none such as 12.5."""
    commas = any(re.fullmatch(r"\s*-?\d+,\d+\s*", cell) for cell in cells)
    points = any(re.fullmatch(r"\s*-?\d+\.\d+\s*", cell) for cell in cells)
    return commas and not points
