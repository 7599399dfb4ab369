"""Titles above a report and the sum below it are no rows."""

from pathlib import Path

import pytest

from analytics.command_line import analyse_table
from analytics.tables import read_table

SALES = "month;units;shop\n01/2024;1200;A\n02/2024;800;B\n03/2024;1000;A\n"


def table(folder: Path, text: str) -> Path:
    file = folder / "report.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("titles", ["Sales of Example Ltd;;\nas of 1 April;;\n;;\n", ";;\n"])
def test_it_begins_below_the_titles(tmp_path: Path, titles: str) -> None:
    frame = read_table(table(tmp_path, titles + SALES))
    assert frame.equals(read_table(table(tmp_path, SALES)))
    assert list(frame) == ["month", "units", "shop"]


@pytest.mark.parametrize("text", ["a,\n1,\n2,\n", ",a\n1,2\n3,4\n", "a\n1\n2\n"])
def test_it_takes_a_header_of_one_name_for_a_header(tmp_path: Path, text: str) -> None:
    assert len(read_table(table(tmp_path, text))) == 2


@pytest.mark.parametrize("name", ["Summe", "合计：", "Grand Total"])
def test_it_leaves_out_the_sum_and_says_so(tmp_path: Path, name: str) -> None:
    file = table(tmp_path, SALES + f"{name};3000;\n")
    answer = analyse_table("describe", str(file), {"by": ""})
    units = answer["columns"][1]
    assert (units["n"], units["sum"]) == (3, 3000)
    assert answer["warnings"] == [f"The last row (“{name}”) sums the others and was left out."]


@pytest.mark.parametrize("last", ["Summe;2900;A", "04/2024;3000;A"])
def test_it_keeps_a_row_that_is_no_sum(tmp_path: Path, last: str) -> None:
    assert len(read_table(table(tmp_path, SALES + last + "\n"))) == 4


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1.200;x\n800;y\n1.350;z\n",  # decimals would be written 800.000, or 1.2
        "a;b\n1.200;0,5\n2.345;1,25\n",  # beside decimal commas
        "a;b\n-1.200;0,5\n;1.234,50\n",
    ],
)
def test_it_reads_points_between_thousands_and_says_so(tmp_path: Path, text: str) -> None:
    frame = read_table(table(tmp_path, text))
    assert abs(frame["a"][0]) == 1200
    answer = analyse_table("describe", str(tmp_path / "report.csv"), {"by": ""})
    assert answer["warnings"] == ["Points were read as marks of thousands (1.200 as 1200): a."]


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1.200;x\n2.345;y\n",  # may be either, and is read as the usual one
        "a;b\n1.234;x\n800;y\n",
        "a;b\n1.200;x\n800;y\n0.350;z\n",
        "a;b\n1.200;x\n1800;y\n",
        "a;b\n1.200;1,300\n2.345;2,500\n",
    ],
)
def test_it_reads_points_as_decimal_else(tmp_path: Path, text: str) -> None:
    assert 1.2 <= read_table(table(tmp_path, text))["a"][0] < 2


def test_it_tells_the_sum_beside_forecasts_of_groups(tmp_path: Path) -> None:
    rows = [f"{month:02d}/{year};{100 + month};{shop}"
            for year in (2022, 2023, 2024) for month in range(1, 13) for shop in "AB"]  # fmt: skip
    total = sum(int(row.split(";")[1]) for row in rows)
    text = "\n".join(["month;units;shop", *rows, f"Total;{total};", ""])
    asked = {"value": "units", "date": "month", "group": "shop", "horizon": 2}
    answer = analyse_table("forecast", str(table(tmp_path, text)), asked)
    assert answer["warnings"][0].startswith("The last row (“Total”)")
    assert len(answer["groups"]) == 2
