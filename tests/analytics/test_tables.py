"""Files as people save them: read, or refused with line and cause."""

from pathlib import Path

import pytest

from analytics.methods.errors import DataProblem
from analytics.tables import read_table


def write(folder: Path, content: bytes | str) -> Path:
    file = folder / "table.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_it_reads_chinese_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    frame = read_table(write(tmp_path, "客户,金额\n云迈科技,12.5\n".encode(encoding)))
    assert list(frame.columns) == ["客户", "金额"]
    assert frame.iloc[0].tolist() == ["云迈科技", 12.5]


def test_it_reads_gb18030_that_could_be_utf_8(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "a\n12元\n3元\n".encode("gb18030")))["a"][0] == "12元"
    assert read_table(write(tmp_path, "a\nднём\n"))["a"][0] == "днём"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_it_finds_the_delimiter(tmp_path: Path, mark: str) -> None:
    frame = read_table(write(tmp_path, f"a{mark}b\n1{mark}x\n2{mark}y\n"))
    assert frame["a"].tolist() == [1, 2]


def test_it_reads_decimal_commas(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "a;b\n1,5;x\n2,25;y\n"))["a"].tolist() == [1.5, 2.25]


def test_it_reads_quoted_line_breaks_and_windows_line_ends(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, 'a,b\r\n1,"two\r\nlines, one field"\r\n\r\n2,x\r\n'))
    assert len(frame) == 2
    assert "one field" in frame["b"][0]


def test_it_names_the_row_numbers_that_other_tools_leave_unnamed(tmp_path: Path) -> None:
    assert list(read_table(write(tmp_path, ",a\n1,2\n")).columns) == ["row", "a"]


def test_it_heeds_the_line_in_which_excel_names_the_delimiter(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, "sep=;\na;b,c\n007;1,5\n8;2,5\n"))
    assert frame.to_dict("list") == {"a": ["007", "8"], "b,c": [1.5, 2.5]}


def test_it_tells_october_from_january_where_a_point_divides_them(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, "month,kilo\n2024.1,1950.75\n2024.10,1950.10\n"))
    assert frame["month"].tolist() == ["2024.1", "2024.10"]
    assert frame["kilo"].tolist() == [1950.75, 1950.1]
    frame = read_table(write(tmp_path, "month,share\n01.2020,0.1999\n12.2021,0.2001\n"))
    assert frame["month"].tolist() == ["01.2020", "12.2021"]
    assert frame["share"].tolist() == [0.1999, 0.2001]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (b"a,b\n", "header line but no rows"),
        (b"a,b\n1,2\n3\n", "Line 3 has 1 fields; the header has 2"),
        (b"sep=,\na,b\n1,2\n3\n", "Line 4 has 1 fields; the header has 2"),
        (b"sep=;\n", "The file is empty"),
        (b"a,b\n1,2,3\n", "Line 2 has 3 fields; the header has 2"),
        (b'a,b\n1,2\n3,"open\n4,5\n', "mark opened in line 3 is never closed"),
        (b'a,b\n1,"x"y\n', "Line 2: text follows a closing quotation mark"),
        (b"a,b\n1,2\n\0,3\n", "Line 3 holds a NUL byte"),
        (b"PK\x03\x04\0\0", "not a text file"),
        (b"a,b\n1,2\n\xff\xfe\xfd,\x80\n", "Line 3 is neither UTF-8 nor GB18030"),
        (b"a,b,a\n1,2,3\n", "column name “a” more than once"),
        (b"a,,b\n1,2,3\n", "column 2 has no name"),
        (",".join(f"c{k}" for k in range(100_000)).encode() + b"\n1\n", "100000 columns"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", "Line 2 has a field of more than"),
    ],
)
def test_it_refuses_with_line_and_cause(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(DataProblem, match=sentence):
        read_table(write(tmp_path, content))


def test_it_refuses_files_that_are_absent_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(DataProblem, match=r"no file “nothing\.csv”"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(DataProblem, match="at most 0 MB"):
        read_table(write(tmp_path, "a\n1\n"), max_bytes=3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_it_keeps_the_zeros_before_keys(tmp_path: Path, encoding: str) -> None:
    text = 'key,n,code\n0042,1,"007"\n42,2,\n,3,8\n'
    frame = read_table(write(tmp_path, text.encode(encoding)))
    assert frame["key"].tolist()[:2] == ["0042", "42"]
    assert frame["code"].tolist()[0] == "007"
    assert frame["n"].tolist() == [1, 2, 3]


def test_it_leaves_out_columns_without_name_and_values(tmp_path: Path) -> None:
    assert list(read_table(write(tmp_path, "a,b,\n1,2,\n3,4,\n")).columns) == ["a", "b"]
