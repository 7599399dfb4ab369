"""``analyze duplicates`` on files."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from analytics.duplicates import duplicates_in_tables
from analytics.methods.errors import DataProblem
from analytics.tables import read_table
from benchmarks.doubles import customers_with_doubles
from customers.models import Customer
from tests.analytics.test_analyze_command import PROMISED, analyze
from tests.factories.customers import CustomerFactory


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("duplicates")
    book = customers_with_doubles(800, seed=5)
    frame = book.frame.assign(id=book.frame["id"].map("C{}".format))
    links = pd.DataFrame([(f"C{a}", f"C{b}") for a, b in sorted(book.pairs)], columns=["a", "b"])
    half = len(frame) // 2
    tables = {"all": frame, "links": links, "left": frame[:half], "right": frame[half:],
              "strange": links.replace("C", "X", regex=True)}  # fmt: skip
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return {name: str(folder / f"{name}.csv") for name in tables}


def test_it_prints_pairs_and_how_good_they_are(files: dict[str, str]) -> None:
    done = analyze("duplicates", "--csv", files["all"], "--links", files["links"], "--json", "-")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) >= PROMISED | {"pairs", "precision", "recall", "f1"}
    assert answer["f1"] > 0.9
    assert set(answer["pairs"][0]) == {"a", "b", "probability"}
    assert answer["pairs"][0]["a"].startswith("C")


def test_it_links_two_files(files: dict[str, str]) -> None:
    left, right = read_table(files["left"]), read_table(files["right"])
    answer = duplicates_in_tables(left, link=files["right"], links=None)
    assert answer["pairs"]
    assert {pair["a"] for pair in answer["pairs"]} <= set(left["id"])
    assert {pair["b"] for pair in answer["pairs"]} <= set(right["id"])
    assert answer["f1"] is None


def test_it_does_not_compare_ignored_columns(files: dict[str, str]) -> None:
    answer = duplicates_in_tables(read_table(files["all"]), ignore=["phone", "email"])
    assert answer["columns"] == ["name", "address", "city", "region"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--ignore", "nope"), "no column “nope”"),
        (("--link", "nowhere.csv"), "no file “nowhere.csv”"),
        (("--threshold", "7"), "at most 1"),
        (("--links", "strange"), "not in the data"),
    ],
)
def test_it_ends_with_one_line_for_bad_input(
    files: dict[str, str], options: tuple[str, str], words: str
) -> None:
    name, value = options
    with pytest.raises(CommandError) as refusal:
        call_command("analyze", "duplicates", "--csv", files["all"], name, files.get(value, value))
    assert refusal.value.returncode == 2
    assert words in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_it_refuses_ids_that_name_two_rows(tmp_path: Path, files: dict[str, str]) -> None:
    frame = read_table(files["all"])
    doubled = pd.concat([frame, frame.head(1)], ignore_index=True)
    with pytest.raises(DataProblem) as problem:
        duplicates_in_tables(doubled, links=files["links"])
    assert problem.value.code == "duplicate_record_ids"


def test_it_tells_branches_at_one_number_as_related(files: dict[str, str]) -> None:
    book = read_table(files["all"]).head(300)
    branches = pd.DataFrame(
        {
            "id": [f"B{k}{one}" for k in range(20) for one in "一二"],
            "name": [f"瑞{chr(0x4E10 + k)}食品第{one}分公司" for k in range(20) for one in "一二"],
            "phone": [f"139{k:08d}" for k in range(20) for _ in range(2)],
            "email": [f"all{k}@rui.example" for k in range(20) for _ in range(2)],
        }
    )
    answer = duplicates_in_tables(pd.concat([book, branches], ignore_index=True))
    assert {pair["a"][:-1] for pair in answer["related"]} == {f"B{k}" for k in range(20)}
    assert not any(pair["a"].startswith("B") for pair in answer["pairs"])


@pytest.mark.django_db
def test_it_finds_them_among_the_customers_of_the_crm() -> None:
    for phone in ("+8613800138000", "+8613800138001"):
        for number in range(30):
            CustomerFactory(name=f"客户{number}有限公司{phone[-1]}", phone=f"{phone}{number:02d}")
    for name in ("上海宏远机械有限公司", "宏远机械（上海）", "宏远机械（北京）有限公司"):
        CustomerFactory(name=name, phone="+8613912345678", email="a@hy.example")
    said = io.StringIO()
    call_command("analyze", "duplicates", "--json", "-", stdout=said)
    answer = json.loads(said.getvalue())
    assert set(answer) >= PROMISED
    assert answer["rows_used"] == 63
    names = dict(Customer.objects.values_list("pk", "name"))
    found = {frozenset({names[pair["a"]], names[pair["b"]]}) for pair in answer["pairs"]}
    assert frozenset({"上海宏远机械有限公司", "宏远机械（上海）"}) in found
    assert not any("宏远机械（北京）有限公司" in pair for pair in found)
