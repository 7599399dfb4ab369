"""Numbers and dates as people and spreadsheets write them."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.columns import date_column, numeric_column
from analytics.methods.errors import DataProblem


def numbers(*cells: str) -> list[float]:
    return numeric_column(pd.DataFrame({"v": cells}), "v").tolist()


def dates(*cells: str) -> list[str]:
    read = date_column(pd.DataFrame({"d": cells}), "d")
    return [stamp.isoformat().removesuffix("T00:00:00") for stamp in read]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (("1,234.50", "2,000", "7"), [1234.5, 2000.0, 7.0]),
        (("1.234,50", "1.234", "7"), [1234.5, 1234.0, 7.0]),
        (("12,5", "7"), [12.5, 7.0]),
        (("1.200 €", "800 €"), [1200.0, 800.0]),
        (("1.234 €", "800 €"), [1.234, 800.0]),
        (("1,00,000", "2"), [100000.0, 2.0]),
        (("$1,200", "-$3", "US$ 4", "5 €", "6元", "￥7", "CNY 8"), [1200, -3, 4, 5, 6, 7, 8]),
        (("13 102 kr", "Rs. 5", "7,5 zł", "NOK 8"), [13102, 5, 7.5, 8]),
        (("12%", "５％"), [0.12, 0.05]),
        (("１２．５", "−3"), [12.5, -3.0]),
        (("(30)", "30-", "+4"), [-30.0, -30.0, 4.0]),
        (("1 200", "1\u202f200", "1'200"), [1200.0] * 3),
        (("1.2万", "3亿", "5"), [12000.0, 3e8, 5.0]),
        (("1e2", "x2"[1:]), [100.0, 2.0]),
        (("70分", "82 分", "-"), [70.0, 82.0, np.nan]),
        (("0:12:30", "01:00:00.5", "-", "１２：００：００"), [750.0, 3600.5, np.nan, 43200.0]),
        (("1,200 kg", "3.5KG", "1.2万kg"), [1200.0, 3.5, 12000.0]),
    ],
)
def test_it_reads_numbers_as_they_are_written(cells: tuple[str, ...], read: list[float]) -> None:
    assert numbers(*cells) == pytest.approx(read, nan_ok=True)


def test_it_does_not_mix_units() -> None:
    with pytest.raises(DataProblem, match="kg"):
        numbers("5 kg", "6 km")


@pytest.mark.parametrize("column", [["1.5", "2,5"], ["60,73 €", "US$ 139.29", "n/a", None, "7"]])
def test_it_refuses_two_decimal_marks_in_one_column(column: list[str | None]) -> None:
    with pytest.raises(DataProblem, match="decimal point and others with a comma"):
        numeric_column(pd.DataFrame({"v": column}), "v")


@pytest.mark.parametrize("column", [["1.234", "5,5"], ["1,234.50", "2,345", "6"]])
def test_it_reads_two_marks_of_one_style(column: list[str]) -> None:
    assert numeric_column(pd.DataFrame({"v": column}), "v").notna().all()


def test_it_takes_marks_for_nothing_as_missing() -> None:
    read = numbers("5", "-", "—", "N/A", "#DIV/0!", "无", "?", "", "inf")
    assert read[0] == 5
    assert np.isnan(read[1:]).all()


@pytest.mark.parametrize(
    "cell", ["abc", "1.2.3", "12k", "(5", "--5", "1,2,3", "5 pears", "1-2", "0:12:3"]
)
def test_it_refuses_what_is_no_number(cell: str) -> None:
    with pytest.raises(DataProblem, match="is not numeric"):
        numbers("1", cell)


@pytest.mark.parametrize(
    "cells",
    [
        ("2024-01-05", "2024-02-05"),
        ("2024/1/5", "2024.2.5"),
        ("05.01.2024", "05.02.2024"),
        ("5.1.24", "5.2.24"),
        ("5-Jan-24", "5 Feb 24"),
        ("2024年1月5日", "20240205"),
        ("２０２４－０１－０５", "5 Feb 2024"),
        ("45296", "45327"),
        ("2024-01-05T00:00:00+08:00", "2024-02-05T00:00:00+08:00"),
        ("1704412800", "1707091200"),
        ("1704412800000000", "1707091200000000"),
        ("2024010500", "2024020500"),
        ("5. Januar 2024", "05. Feb. 2024"),
        ("5 janv. 2024", "5 février 2024"),
        ("Fr 05.01.2024", "Mo., 05.02.2024 00:00 Uhr"),
        ("2024年1月5日 星期五", "2024年2月5日（周一）上午0点"),
        ("Fri Jan 05 2024 01:00:00 GMT+0100 (CET)", "2024-02-05T00:00:00+00:00[UTC]"),
    ],
)
def test_it_reads_dates_each_by_its_own_form(cells: tuple[str, ...]) -> None:
    assert dates(*cells) == ["2024-01-05", "2024-02-05"]


@pytest.mark.parametrize(
    "cells",
    [
        ("2024-01", "2024-04"), ("202401", "202404"), ("2024Q1", "Q2 2024"), ("Jan-24", "Apr-24"),
        ("01/2024", "04/2024"), ("2024年1季度", "2024年第二季度"), ("2024-W01", "2024年4月"),
        ("1Q2024", "2Q24"), ("Q1'24", "W14 2024"), ("1. KW 2024", "KW 14/24"),
        ("1. Quartal 2024", "Quartal 2/2024"),
        ("2024年1月份", "24年四月"), ("二〇二四年一月", "4月 2024"), ("janv. 24", "avril 2024"),
    ],
)  # fmt: skip
def test_it_reads_months_quarters_and_weeks(cells: tuple[str, ...]) -> None:
    assert dates(*cells) == ["2024-01-01", "2024-04-01"]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (("1949", "1949.08333333333", "1949.917"), ["1949-01-01", "1949-02-01", "1949-12-01"]),
        (("1960", "1960.25", "1960.5"), ["1960-01-01", "1960-04-01", "1960-07-01"]),
        (("Jan-69", "3Q68", "5.1.98"), ["1969-01-01", "2068-07-01", "1998-01-05"]),
        (("2019.01", "2019.5", "2019.12"), ["2019-01-01", "2019-05-01", "2019-12-01"]),
        (("FY2023", "2024年", "2025年度"), ["2023-01-01", "2024-01-01", "2025-01-01"]),
    ],
)
def test_it_tells_which_year_is_meant(cells: tuple[str, ...], read: list[str]) -> None:
    assert dates(*cells) == read


@pytest.mark.parametrize(
    "cells",
    [("202401", "202414"), ("2024/01", "2024/14"), ("KW 1/2024", "2024 Week 14"),
     ("Week 1, 2024", "2024-14周"), ("2024年01月01日 00时", "2024-04-01")],
)  # fmt: skip
def test_it_tells_weeks_from_months(cells: tuple[str, ...]) -> None:
    assert dates(*cells) == ["2024-01-01", "2024-04-01"]


def test_it_reads_the_months_of_a_german_year() -> None:
    names = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
    long = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
    year = [f"2024-{month:02d}-01" for month in range(1, 13)]
    assert dates(*(f"{name} 24" for name in names)) == year
    assert dates(*(f"{name} 2024" for name in long.split())) == year


@pytest.mark.parametrize("cell", ["2024年1月5日 下午3点", "1/5/2024 3:00 p.m.", "5.1.24 15 Uhr"])
def test_it_reads_the_hour(cell: str) -> None:
    assert dates(cell, "2024-01-13 00:00")[0] == "2024-01-05T15:00:00"


@pytest.mark.parametrize("cell", ["2024-01-05 10:00:00.5", "2024-01-05 10:00:00,500"])
def test_it_reads_parts_of_seconds(cell: str) -> None:
    assert dates(cell) == ["2024-01-05T10:00:00.500000"]


def test_it_tells_quarters_from_months_by_the_whole_column() -> None:
    assert dates("2023.2", "2023.3", "2023.4", "2024.1", "2024.2")[-1] == "2024-04-01"
    assert dates("2023.2", "2023.3", "2023.4")[-1] == "2023-04-01"


def test_it_tells_day_and_month_by_what_makes_the_rows_regular() -> None:
    months = [f"01/{month:02d}/{year}" for year in (2022, 2023) for month in range(1, 13)]
    assert dates(*months)[1] == "2022-02-01"
    turned = [f"{month:02d}/01/{year}" for year in (2022, 2023) for month in range(1, 13)]
    assert dates(*turned)[1] == "2022-02-01"
    assert dates("01/02/2024", "25/02/2024")[0] == "2024-02-01"
    assert dates("01/02/2024", "01/25/2024")[0] == "2024-01-02"


def test_it_keeps_the_clock_unless_the_clocks_differ() -> None:
    summer = ("2024-03-30T12:00:00+01:00", "2024-03-31T12:00:00+02:00")
    assert dates(*summer) == ["2024-03-30T12:00:00", "2024-03-31T12:00:00"]
    apart = ("2024-03-30T12:00:00+08:00", "2024-03-30T12:00:00Z")
    assert dates(*apart) == ["2024-03-30T04:00:00", "2024-03-30T12:00:00"]


@pytest.mark.parametrize(
    "cell", ["2024-02-30", "2024-13-01", "2024-13", "soon", "9999-12-31", "12:30"]
)
def test_it_refuses_what_is_no_date(cell: str) -> None:
    with pytest.raises(DataProblem, match="cannot be read as dates"):
        dates("2024-01-05", cell)
