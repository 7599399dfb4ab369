"""One name in many spellings."""

import pytest

from crm.common.names import fold, full_name, name_key, name_parts
from crm.common.siblings import tells_apart


@pytest.mark.parametrize(
    "name",
    [
        "北京云海科技有限公司",
        "北京市云海科技股份有限公司",
        "雲海科技（北京）集團有限公司",
        "云海科技有限责任公司",
        "云海科技集有团限公司",
        " 云海 科技　有限公司 ",
        "云海科技",
    ],
)
def test_it_takes_chinese_spellings_of_a_company_as_one(name: str) -> None:
    assert name_key(name) == "云海科技"


@pytest.mark.parametrize(
    "name",
    [
        "Acme Trading Co., Ltd.",
        "ＡＣＭＥ Trading",
        "acme trading GmbH & Co. KG",
        "Acme Trading, Inc.",
    ],
)
def test_it_takes_latin_spellings_of_a_company_as_one(name: str) -> None:
    assert name_parts(name).core == "acme trading"


def test_it_turns_a_surname_in_front() -> None:
    assert name_parts("Smith, John").core == name_parts("John Smith").core


@pytest.mark.parametrize("name", ["中山大学", "白山三", "张家口", "北京云海"])
def test_it_leaves_names_that_begin_like_a_place(name: str) -> None:
    assert name_key(name) == name


def test_it_keeps_the_place_apart() -> None:
    assert name_parts("广东省深圳市腾达电子有限公司").place == "深圳"
    assert name_parts("腾达电子（上海）有限公司").place == "上海"


def test_it_keeps_branches_and_bare_forms() -> None:
    assert name_key("腾达电子有限公司上海分公司") != name_key("腾达电子有限公司")
    assert name_key("有限公司") == "有限公司"
    assert name_key("") == ""


def test_it_folds_width_case_and_characters() -> None:
    assert fold("ＡＢＣ　雲海、科技") == "abc 云海科技"


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("云海科技有限公司第一分公司", "雲海科技有限公司第二分公司", True),
        ("Sunrise Foods Store 12", "Sunrise Foods Store 22", True),
        ("上海云海科技有限公司", "云海科技（北京）有限公司", True),
        ("云海科技上海分公司", "云海科技深圳分公司", True),
        ("Sunrise (Shanghai) Ltd", "Sunrise (Beijing) Ltd", True),
        ("Sunrise (Shanghai) Ltd", "Sunrise (Shangahi) Ltd", False),
        ("Sunrise (Shanghai) Ltd", "Sunrise Ltd", False),
        ("广东云海科技有限公司", "深圳云海科技有限公司", False),
        ("武汉泰安服饰有限责任公司", "泰安服饰", False),
        ("Cedar 186 Logistics GmbH", "Cedar1 86 Logistics", False),
        ("Falcon 163 Foods", "Falcon 136 Foods", False),
        ("3M", "3M China", False),
    ],
)
def test_it_tells_branches_and_the_same_name_in_two_cities_apart(
    one: str, other: str, apart: bool
) -> None:
    assert tells_apart(one, other) is tells_apart(other, one) is apart


@pytest.mark.parametrize(
    ("given", "family", "name"),
    [
        ("Ada", "Byron", "Ada Byron"),
        ("Zoë", "Müller", "Zoë Müller"),
        ("Łukasz", "Żak", "Łukasz Żak"),
        ("Иван", "Петров", "Иван Петров"),
        ("小明", "王", "王小明"),
        ("民秀", "김", "김民秀"),
        ("David", "陈", "David 陈"),
        ("", "Müller", "Müller"),
        ("小明", "", "小明"),
    ],
)
def test_it_orders_the_parts_of_a_name_as_its_writing_does(
    given: str, family: str, name: str
) -> None:
    assert full_name(given, family) == name
