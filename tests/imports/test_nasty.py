"""Files as strangers send them: what nobody can see, odd dates, numbers from abroad."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm.common.cells import visible_text
from crm.common.countries import region_of
from customers.imports.days import day, month_comes_first
from customers.imports.problems import CellError
from customers.imports.targets import email, number, phone
from customers.models import Customer, ImportBatch
from tests.imports.conftest import sums

BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("said", "month_first", "meant"),
    [
        ("2026-03-04", True, (3, 4)),
        ("2026/3/4 10:00 PM", False, (3, 4)),
        ("2026-03-04T23:59:59Z", False, (3, 4)),
        ("2026年3月4日", False, (3, 4)),
        ("20260304", True, (3, 4)),
        ("3/4/2026", True, (3, 4)),
        ("3/4/2026", False, (4, 3)),
        ("04.03.2026", True, (3, 4)),
        ("31/12/2026", True, (12, 31)),
        ("12/31/26", False, (12, 31)),
        ("Mar 4, 2026", False, (3, 4)),
        ("4 March 2026", True, (3, 4)),
        ("4-Mar-26", True, (3, 4)),
        ("46085", False, (3, 4)),
        ("46085.75", True, (3, 4)),
    ],
)
def test_it_reads_days_as_people_write_them(
    said: str, month_first: bool, meant: tuple[int, int]
) -> None:
    assert day(month_first)(said) == date(2026, *meant)


@pytest.mark.parametrize(
    "said",
    [
        "145000",
        "2026-13-40",
        "31.31.2026",
        "March 2026",
        "soon",
        "4 Foo 2026",
        "2026030499",
        "0026-03-04",
    ],
)
def test_it_takes_nothing_else_for_a_day(said: str) -> None:
    with pytest.raises(CellError, match="bad_date"):
        day(month_first=False)(said)


def test_it_tells_the_order_by_days_that_can_be_no_month() -> None:
    assert month_comes_first(["3/4/2026", "12/31/2026"])
    assert not month_comes_first(["3/4/2026", "31/12/2026", "12/31/2026"])


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("A\u202egnp.exe", "Agnp.exe"),
        ("\ufeff云\u200b海\u2066", "云海"),
        ("a\x07b\tc\nd", "ab\tc\nd"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u200b\u200d ", ""),
    ],
)
def test_it_takes_out_what_nobody_sees(text: str, seen: str) -> None:
    assert visible_text(text) == seen


@pytest.mark.parametrize(
    ("country", "code"),
    [("United States", "US"), ("usa", "US"), ("美国", "US"), ("中国", "CN"), ("DE", "DE"),
     ("Deutschland", "DE"), ("Atlantis", ""), ("", "")],
)  # fmt: skip
def test_it_knows_countries_by_their_names(country: str, code: str) -> None:
    assert region_of(country) == code


@pytest.mark.parametrize(
    ("said", "meant"),
    [("1,234.50", "1234.5"), ("1.234,50", "1234.5"), ("¥1 234", "1234"), ("12.5万元", "125000"),
     ("12K", "12000"), ("US$1.2 M", "1200000"), ("12,5 M€", "12500000"), ("3 千万", "30000000"),
     ("1.5bn", "1500000000"), ("HK$ 5", "5"), ("100 件", "100"), ("1,200 PCS", "1200"),
     ("2万台", "20000"),
     ("1.2亿", "120000000"), ("5%", "5"), ("HK$ 10,000.00", "10000"), ("JPY 5000", "5000"),
     ("₹ 12,34,567.50", "1234567.5"), ("RM5", "5"), ("5 sgd", "5"), ("5.0E8", "500000000")],
)  # fmt: skip
def test_it_reads_numbers_as_people_write_them(said: str, meant: str) -> None:
    assert number(said) == Decimal(meant)


@pytest.mark.parametrize(
    "said",
    [
        "万",
        "9999999亿",
        "NaN",
        "1e400",
        "1e999999亿",
        "12万3",
        "五",
        "5 MK",
        "5 m",
        "K",
        "件",
        "5 kg",
        "1,2,3",
    ],
)
def test_it_takes_nothing_else_for_a_number(said: str) -> None:
    with pytest.raises(CellError, match="bad_number"):
        number(said)


@pytest.mark.parametrize(
    "said", ["mailto:ada@x.cn", "Ada Byron <ada@x.cn>", "ada@x.cn;", "ada@x.cn.", "ada@x.cn"]
)
def test_it_reads_addresses_as_mail_programs_show_them(said: str) -> None:
    assert email(said) == "ada@x.cn"


@pytest.mark.parametrize("said", ["a@x.cn; b@x.cn", "Ada <>", "@x.cn", "<a@x.cn> <b@x.cn>"])
def test_it_takes_nothing_else_for_an_address(said: str) -> None:
    with pytest.raises(CellError, match="bad_email"):
        email(said)


@pytest.mark.django_db
def test_it_reads_a_number_as_one_of_its_own_country(bring_in: BringIn, write: Write) -> None:
    text = (
        "name,phone,country\n"
        "Edge,(512) 757-6000,USA\nYunhai,010-6552 9988,\nBonn,0228 123456,Deutschland\n"
        "Sea,512 757 6000,European Union\nHK,+852 2345 6789,中国\n"
    )
    assert sums(bring_in(write(text), kind="customers")) == (5, 5, 0, 0, 0)
    assert dict(Customer.objects.values_list("name", "phone")) == {
        "Edge": "+15127576000", "Yunhai": "+861065529988", "Bonn": "+49228123456",
        "Sea": "+865127576000", "HK": "+85223456789",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [("13800138000.0", "+8613800138000"), ("138-0013-8000（办公室）", "+8613800138000"),
     ("010-62881234转801", "+861062881234")],
)  # fmt: skip
def test_it_reads_phones_as_spreadsheets_and_people_write_them(said: str, meant: str) -> None:
    assert phone(said) == meant


@pytest.mark.django_db
def test_it_cuts_blank_cells_beyond_the_header_and_leaves_blank_rows_out(
    bring_in: BringIn, write: Write
) -> None:
    text = "name,email\nA,a@example.com,, \n , \nB,b@example.com,x\nC\n"
    batch = bring_in(write(text))
    assert sums(batch) == (3, 1, 0, 0, 2)
    assert [row["line"] for row in batch.reasons["cells"]["rows"]] == [4, 5]


@pytest.mark.django_db
def test_it_does_not_store_a_name_that_nobody_sees(bring_in: BringIn, write: Write) -> None:
    batch = bring_in(write("name,email\nA\u202eB,a@example.com\n\u200b,b@example.com\n"))
    assert (sums(batch), list(batch.reasons)) == ((2, 1, 0, 0, 1), ["no_name"])
    assert Customer.objects.get().name == "AB"


@pytest.mark.django_db
def test_it_takes_the_second_of_two_columns_of_one_name_where_the_first_is_blank(
    bring_in: BringIn, write: Write
) -> None:
    text = "Name,Phone,Phone,City,City\nA,,13800138000,Bonn,Köln\nB,13900139000,,,Köln\n"
    assert sums(bring_in(write(text))) == (2, 2, 0, 0, 0)
    found = Customer.objects.order_by("name").values_list("phone", "city")
    assert list(found) == [("+8613800138000", "Bonn"), ("+8613900139000", "")]


@pytest.mark.django_db
def test_it_does_not_guess_a_choice_none_of_whose_words_it_understands(
    bring_in: BringIn, write: Write
) -> None:
    assert sums(bring_in(write("客户名称,类型\n云海,华北大区\n"))) == (1, 1, 0, 0, 0)
    assert Customer.objects.get().kind == "organisation"
    assert bring_in(write("客户名称,类型\n云海,华北大区\n李雷,个人\n")).rejected == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("客户 ID,客户名,客户所有人,类型,客户来源,开单 城市,开单 州/省,电话",
         "001A,云海,,客户 - 直接,网络,北京,北京市,010-65529988"),
        ("记录Id,客户名称,客户所有者,客户类型,客户来源,账单城市,账单省份,电话",
         "zcrm_1,云海,,,网络,北京,北京市,010-65529988"),
        ("记录 ID,公司名称,公司所有者,生命周期阶段,来源,城市,州/地区,电话号码",
         "9001,云海,,客户,网络,北京,北京市,010-65529988"),
    ],
    ids=["Salesforce", "Zoho", "HubSpot"],
)  # fmt: skip
def test_it_understands_chinese_exports_of_others(
    bring_in: BringIn, write: Write, header: str, row: str
) -> None:
    assert sums(bring_in(write(f"{header}\n{row}\n", encoding="gb18030"))) == (1, 1, 0, 0, 0)
    customer = Customer.objects.get()
    assert (customer.name, customer.city, customer.region) == ("云海", "北京", "北京市")
    assert (customer.external_id, customer.phone) == (row.split(",")[0], "+861065529988")
