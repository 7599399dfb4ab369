"""Duplicates found without a single known pair: real benchmark files and made-up address books."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.methods.agreement import agreement
from analytics.methods.blocking import _rare_grams, block_pairs, candidate_pairs
from analytics.methods.errors import DataProblem
from analytics.methods.identifiers import identifiers
from analytics.methods.linkage import Linkage, accuracy, clusters, link
from analytics.tables import read_table
from benchmarks.doubles import Doubles, customers_with_doubles
from crm.common.names import name_parts

CUSTOMER_COLUMNS = ["name", "phone", "email", "address", "city", "region"]


def febrl(folder: Path, name: str) -> pd.DataFrame:
    return read_table(folder / "febrl" / f"{name}.csv")


def pairs_by_id(found: Linkage, first: pd.DataFrame, second: pd.DataFrame) -> set[frozenset[str]]:
    one, other = first["rec_id"].tolist(), second["rec_id"].tolist()
    return {frozenset((one[a], other[b])) for a, b in found.pairs}


def known(folder: Path, name: str) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in febrl(folder, name).itertuples(index=False)}


def columns(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name not in {"rec_id", "soc_sec_id"}]


def test_it_finds_the_duplicates_of_febrl_1(shared_data: Path) -> None:
    frame = febrl(shared_data, "dataset1")
    found = pairs_by_id(link(frame, columns=columns(frame)), frame, frame)
    assert accuracy(found, known(shared_data, "dataset1_links"))["f1"] >= 0.99


def test_it_links_the_files_of_febrl_4(shared_data: Path) -> None:
    one, other = febrl(shared_data, "dataset4a"), febrl(shared_data, "dataset4b")
    found = pairs_by_id(link(one, other, columns(one)), one, other)
    assert accuracy(found, known(shared_data, "dataset4_links"))["f1"] >= 0.99


def test_it_finds_none_where_there_are_none(shared_data: Path) -> None:
    frame = febrl(shared_data, "dataset4a")
    assert len(link(frame, columns=columns(frame)).pairs) <= 2


def test_it_links_by_a_few_columns_only(shared_data: Path) -> None:
    one, other = febrl(shared_data, "dataset4a"), febrl(shared_data, "dataset4b")
    found = link(one, other, ["given_name", "surname", "date_of_birth", "postcode"])
    judged = accuracy(pairs_by_id(found, one, other), known(shared_data, "dataset4_links"))
    assert judged["f1"] >= 0.97


@pytest.fixture(scope="module")
def book() -> Doubles:
    return customers_with_doubles(6000, seed=11)


def link_customers(frame: pd.DataFrame) -> Linkage:
    return link(frame, columns=CUSTOMER_COLUMNS, fold=lambda text: name_parts(text).core)


@pytest.fixture(scope="module")
def found(book: Doubles) -> Linkage:
    return link_customers(book.frame)


def test_it_finds_chinese_customers_typed_twice(book: Doubles, found: Linkage) -> None:
    judged = accuracy(set(map(frozenset, found.pairs)), set(map(frozenset, book.pairs)))
    assert judged["precision"] >= 0.96
    assert judged["recall"] >= 0.94


def test_it_knows_how_sure_it_is(book: Doubles, found: Linkage) -> None:
    judged = accuracy(set(map(frozenset, found.pairs)), set(map(frozenset, book.pairs)))
    assert abs(found.expected_precision - judged["precision"]) < 0.03
    assert abs(found.expected_recall - judged["recall"]) < 0.06


def test_it_says_what_speaks_for_a_pair(found: Linkage) -> None:
    names = [column.name for column in found.columns]
    phone = names.index("phone")
    codes = found.columns[phone].codes
    same = (codes[found.first] == codes[found.second]) & (codes[found.first] >= 0)
    assert found.evidence[same, phone].min() > 0


def test_it_gives_the_same_answer_for_the_same_seed(book: Doubles, found: Linkage) -> None:
    again = link_customers(book.frame)
    assert again.pairs == found.pairs
    assert np.array_equal(again.probability, found.probability)


def test_it_finds_doubles_by_two_columns_where_many_records_have_one() -> None:
    """Their own doubles make telephone numbers look less rare than they are."""
    rng = np.random.default_rng(3)
    numbers = rng.choice(10**9, 400, replace=False) + 10**9
    book = pd.DataFrame({"name": rng.choice([*"abcdefghij"], 400), "phone": numbers.astype(str)})
    book["name"] += rng.choice(["shaw", "moore", "webb", "stone"], 400)
    doubles = book.iloc[:160]
    found = link(pd.concat([book, doubles], ignore_index=True))
    assert set(found.pairs) == {(k, 400 + k) for k in range(160)}
    assert link(book).pairs == []


def test_it_warns_of_pairs_that_differ_where_each_record_has_its_own() -> None:
    rng = np.random.default_rng(5)
    book = pd.DataFrame({"name": [f"firm {k:03d}{k * 7 % 100:02d}" for k in range(300)]})
    book["street"] = [f"{k} {name} road" for k, name in enumerate(rng.choice([*"opqrst"], 300))]
    doubled = pd.concat([book, book.iloc[:60]], ignore_index=True)
    doubled["invoice"] = rng.choice(10**8, 360, replace=False).astype(str)
    notices = {notice.code: notice.params for notice in link(doubled).notices}
    assert notices["pairs_differ"] == {"columns": "invoice"}
    without = link(doubled[["name", "street"]])
    assert "pairs_differ" not in {notice.code for notice in without.notices}


def test_it_judges_towns_and_regions_together() -> None:
    """Strangers of one town are no duplicates, however many columns repeat the town."""
    rng = np.random.default_rng(3)
    town = rng.integers(0, 12, 3000)
    frame = pd.DataFrame({"name": [f"{a}{b}" for a, b in rng.integers(100, 999, (3000, 2))]})
    for name in ("town", "county", "region", "office"):
        frame[name] = [f"{name} number {place}" for place in town]
    assert len(link(frame).pairs) <= 3


def test_it_gives_each_record_one_partner_between_two_files() -> None:
    one = pd.DataFrame({"name": ["Anna Berg", "Otto Kraus", "Ida Voss"], "phone": [111, 222, 333]})
    other = pd.DataFrame({"name": ["Anna Berg", "Anna Berg"], "phone": [111, 111]})
    many = pd.concat([one] * 1 + [other], ignore_index=True)
    filler = pd.DataFrame(
        {"name": [f"P{n} Q{n * 7}" for n in range(40)], "phone": range(5000, 5040)}
    )
    found = link(pd.concat([one, filler], ignore_index=True), other, threshold=0.2)
    assert len(found.pairs) == 1
    assert len(link(pd.concat([many, filler], ignore_index=True), threshold=0.2).pairs) >= 3


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), "too_few_rows"),
        (pd.DataFrame({"a": ["x", "x"], "b": [None, None]}), "nothing_to_compare"),
    ],
)
def test_it_says_what_is_missing(frame: pd.DataFrame, code: str) -> None:
    with pytest.raises(DataProblem) as problem:
        link(frame)
    assert problem.value.code == code


def test_it_leaves_the_frame_alone(book: Doubles) -> None:
    before = book.frame.head(200).copy()
    frame = before.copy()
    link_customers(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_it_grades_agreement() -> None:
    frame = pd.DataFrame(
        {
            "phone": ["13800138000", "138-0013-8000", "13800138009", "19912345678", None],
            "name": ["云海科技", "雲海科技", "云海科枝", "天成建材", "云海科技"],
        }
    )
    phone, name = identifiers(frame, ["phone", "name"], lambda text: name_parts(text).core)
    first, second = np.zeros(4, np.int32), np.arange(1, 5, dtype=np.int32)
    assert agreement(phone, first, second).tolist() == [3, 2, 0, -1]
    assert agreement(name, first, second).tolist() == [3, 2, 0, 3]


def test_it_pairs_all_of_a_block_once() -> None:
    first, second = block_pairs(np.array([5, -1, 5, 7, 5, 7, -1]))
    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == [
        (0, 2), (0, 4), (2, 4), (3, 5),
    ]  # fmt: skip


def test_it_meets_nearly_all_true_pairs(book: Doubles) -> None:
    parts = identifiers(book.frame, CUSTOMER_COLUMNS, lambda text: name_parts(text).core)
    first, second = candidate_pairs(parts)
    met = set(zip(first.tolist(), second.tolist(), strict=True))
    assert len(met) < 0.03 * 6000 * 5999 / 2
    assert len(book.pairs & met) / len(book.pairs) > 0.99


def test_it_gathers_pairs_into_groups() -> None:
    assert clusters([(4, 2), (1, 9), (2, 7), (9, 1)]) == [[1, 9], [2, 4, 7]]


def test_it_numbers_equally_rare_pairs_of_characters_as_they_stand() -> None:
    """Not as a set holds them, which differs from process to process."""
    (column,) = identifiers(pd.DataFrame({"name": ["abcdefghij", "abcdefghij k"]}), ["name"])
    *_pairs, first, second, third = _rare_grams(column)
    assert [keys.tolist() for keys in (first, second, third)] == [[0, 0], [1, 1], [2, 2]]
