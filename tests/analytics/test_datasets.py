"""Datasets through HTTP and the real jobs: upload, look, clean, ask, take back, erase."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from analytics.datasets.models import Analysis, Dataset
from analytics.personal import clean_datasets
from crm.accounts.models import User
from crm.jobs.runner import job_run
from crm.records.personal.identifiers import Identifiers
from crm.records.personal.registry import Subject
from tests.factories.cast import Cast, make_cast

TABLE = "region,sales,day\n" + "".join(
    f"{'North' if k % 2 else 'South'},{100 + 10 * (k % 2) + k % 7},2026-01-{k % 28 + 1:02d}\n"
    for k in range(80)
)
LIST = reverse("analytics:datasets")


@pytest.fixture
def cast(db: None, settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path
    cast = make_cast()
    User.objects.update(language="en")
    return cast


@pytest.fixture
def manager(cast: Cast, client: Client) -> Client:
    client.force_login(cast.manager)
    return client


def upload(client: Client, content: bytes | str, name: str = "extract.csv") -> Dataset:
    raw = content.encode() if isinstance(content, str) else content
    client.post(LIST, {"file": SimpleUploadedFile(name, raw)})
    return work(Dataset.objects.latest("pk"))


def work(record: Any) -> Any:
    record.refresh_from_db()
    job_run(record.job_id)
    record.refresh_from_db()
    return record


def ask(client: Client, dataset: Dataset, method: str, **options: Any) -> Analysis:
    url = reverse("analytics:dataset_ask", args=[dataset.pk, method])
    response = client.post(url, options)
    assert response.status_code == 302, response.context["question_form"].errors
    found: Analysis = work(Analysis.objects.latest("pk"))
    return found


def test_it_reads_a_table_and_tells_its_columns(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    kinds = {column["column"]: column["kind"] for column in dataset.columns}
    assert (dataset.state, dataset.rows) == ("ready", 80)
    assert kinds == {"region": "text", "sales": "number", "day": "date"}
    page = manager.get(dataset.get_absolute_url()).content.decode()
    assert "North (40)" in page


def test_it_reads_chinese_files_and_workbooks_alike(manager: Client) -> None:
    chinese = "地区,金额\n华东,12\n华南,\n".encode("gb18030")
    book = openpyxl.Workbook()
    for row in (["地区", "金额"], ["华东", 12], ["华南", None]):
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    for content, name in ((chinese, "表.csv"), (stream.getvalue(), "表.xlsx")):
        dataset = upload(manager, content, name)
        told = {column["column"]: column["missing"] for column in dataset.columns}
        assert (dataset.state, told) == ("ready", {"地区": 0, "金额": 1}), name


def test_it_tells_which_sheet_was_read(manager: Client) -> None:
    book = openpyxl.Workbook()
    book.active.title = "月度"
    for row in (["a", "b"], [1, 2], [3, 4]):
        book.active.append(row)
    book.create_sheet("说明").append(["x"])
    stream = BytesIO()
    book.save(stream)
    dataset = upload(manager, stream.getvalue(), "book.xlsx")
    assert dataset.sheets == ["月度", "说明"]
    page = manager.get(dataset.get_absolute_url()).content.decode()
    assert "“月度”" in page
    assert "说明" in page
    assert upload(manager, "a,b\n1,2\n").sheets == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a,b\n1,2\n3\n", "Line 3"), ("a,a\n1,2\n", "a"), ('a,b\n"1,2\n3,4\n', "quot"),
        ("only\n", "no rows"), (b"PK\x03\x04 no workbook", "workbook"),
        (b"a,b\n\x00,1\n", "Line 2"),
    ],
)  # fmt: skip
def test_it_says_why_a_file_cannot_be_read(
    manager: Client, content: bytes | str, told: str
) -> None:
    dataset = upload(manager, content)
    assert dataset.state == "refused"
    page = manager.get(dataset.get_absolute_url()).content.decode()
    assert "This table cannot be read:" in page
    problem = page.split("This table cannot be read:")[1][:300]
    assert told in problem


def test_it_refuses_an_empty_file_at_once(manager: Client) -> None:
    response = manager.post(LIST, {"file": SimpleUploadedFile("x.csv", b"")})
    assert response.status_code == 422
    assert not Dataset.objects.exists()


def clean_step(client: Client, dataset: Dataset, **given: Any) -> Any:
    url = reverse("analytics:dataset_step", args=[dataset.pk])
    return client.post(url, {"version": dataset.version, **given})


def test_it_cleans_in_steps_and_takes_any_of_them_back(manager: Client) -> None:
    dataset = upload(manager, "n,city\n1,A\n1,A\n,B\n3,C\n")
    clean_step(manager, dataset, kind="drop_duplicates")
    clean_step(manager, work(dataset), kind="fill_missing", columns=["n"], filler="zero")
    work(dataset)
    assert dataset.rows == 3
    assert [(r["rows_before"], r["rows_after"], r["cells_changed"]) for r in dataset.reports] == [
        (4, 3, 0), (3, 3, 1),
    ]  # fmt: skip
    remove = reverse("analytics:dataset_step_remove", args=[dataset.pk, 0])
    manager.post(remove, {"version": dataset.version})
    work(dataset)
    assert (dataset.rows, len(dataset.steps)) == (4, 1)
    assert dataset.columns[0]["missing"] == 0


def test_it_does_not_change_steps_that_somebody_else_changed(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    old = dataset.version
    clean_step(manager, dataset, kind="drop_duplicates")
    clean_step(manager, dataset, kind="drop_missing", version=old)
    dataset.refresh_from_db()
    assert [step["kind"] for step in dataset.steps] == ["drop_duplicates"]


def test_it_asks_for_one_column_where_one_is_cleaned(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    response = clean_step(manager, dataset, kind="fill_missing", columns=["sales", "day"])
    assert response.status_code == 422
    assert set(response.context["step_form"].errors) == {"columns", "filler"}
    assert not Dataset.objects.get().steps


def test_it_says_when_a_step_cannot_be_carried_out(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    clean_step(manager, dataset, kind="as_number", columns=["region"])
    assert work(dataset).state == "refused"
    remove = reverse("analytics:dataset_step_remove", args=[dataset.pk, 0])
    assert remove in manager.get(dataset.get_absolute_url()).content.decode()
    manager.post(remove, {"version": dataset.version})
    assert work(dataset).state == "ready"


def test_it_answers_with_the_figures_of_the_command_line(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    analysis = ask(manager, dataset, "compare", value="sales", by="region")
    assert analysis.state == "finished"
    url = reverse("analytics:analysis_file", args=[analysis.pk])
    whole = json.loads(b"".join(manager.get(url).streaming_content))
    assert whole["rows_used"] == 80
    page = manager.get(analysis.get_absolute_url())
    assert page.status_code == 200
    assert {name for name, *_rest in page.context["figures"]} >= {"Rows used"}


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("value", {"customer": "region", "date": "day", "period": "days"}),
        ("rules", {"basket": "day", "item": "region", "support": ".1", "confidence": ".1"}),
    ],
)
def test_it_refuses_in_a_sentence(manager: Client, method: str, options: dict[str, Any]) -> None:
    dataset = upload(manager, TABLE)
    analysis = ask(manager, dataset, method, **options)
    assert analysis.state == "refused"
    page = manager.get(analysis.get_absolute_url()).content.decode()
    assert analysis.error["text"] in page.replace("&#x27;", "'")


def test_it_keeps_what_was_typed_when_an_option_is_wrong(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    url = reverse("analytics:dataset_ask", args=[dataset.pk, "forecast"])
    response = manager.post(url, {"value": "sales", "horizon": "0"})
    assert response.status_code == 422
    assert response.context["question_form"]["horizon"].value() == "0"
    assert not Analysis.objects.exists()


def test_it_trashes_and_restores(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    restore = reverse("analytics:dataset_restore", args=[dataset.pk])
    page = manager.post(reverse("analytics:dataset_trash", args=[dataset.pk]), follow=True)
    assert restore in page.content.decode()  # “Undo” in the toast
    assert manager.get(dataset.get_absolute_url()).status_code == 404
    manager.post(restore)
    assert manager.get(dataset.get_absolute_url()).status_code == 200


class _Work:
    def guard(self) -> Any:
        from django.db import transaction

        return transaction.atomic()


def test_it_removes_a_table_that_names_an_erased_person(
    manager: Client, django_capture_on_commit_callbacks: Any
) -> None:
    gone = upload(manager, "name,n\nCanary Person,1\n")
    ask(manager, gone, "describe")
    kept = upload(manager, TABLE)
    files = [gone.file.name, gone.analyses.get().file.name]
    person = Subject(identifiers=Identifiers.of(["Canary Person"]))
    with django_capture_on_commit_callbacks(execute=True):
        assert clean_datasets(person, _Work()) == 1
    assert list(Dataset.objects.all()) == [kept]
    assert not any(default_storage.exists(name) for name in files)


def said(client: Client, dataset: Dataset, method: str, **options: Any) -> str:
    analysis = ask(client, dataset, method, **options)
    assert analysis.state == "finished", analysis.error
    page = client.get(analysis.get_absolute_url())
    found: str = page.context["said"]
    assert escape(found) in page.content.decode()
    return found


def test_it_says_what_answers_mean(manager: Client) -> None:
    """The North sells ten more than the South; b is noise, c is what it is made of."""
    rows = [(k, k % 7, (k * k * 31 + k * 17) % 11) for k in range(140)]
    text = "region,day,sales,b,c,hit\n" + "".join(
        f"{'North' if k % 2 else 'South'},2026-{1 + k // 28:02d}-{1 + k % 28:02d},"
        f"{100 + 10 * (k % 2) + week},{noise},{3 * week},{'yes' if noise > 3 else 'no'}\n"
        for k, week, noise in rows
    )
    dataset = upload(manager, text)
    compared = said(manager, dataset, "compare", value="sales", by="region")
    assert "differ in “sales” beyond chance" in compared
    assert "highest in “North” (113) and lowest in “South” (103)" in compared
    same = said(manager, dataset, "compare", value="b", by="region")
    assert "do not differ in “b” beyond chance" in same
    explained = said(manager, dataset, "regress", outcome="sales", factors=["region", "c", "b"])
    assert "explain 100%" in explained
    assert "“region: South”" in explained
    assert "“b”" not in explained
    guessed = said(manager, dataset, "score", target="hit", positive="yes", exclude=["b", "day"])
    assert guessed.startswith("No signal")
    told = said(manager, dataset, "describe")
    assert told == "140 rows and 6 columns. No column has gaps."
    both = ask(manager, dataset, "forecast", value="sales", group="region", horizon="3")
    page = manager.get(both.get_absolute_url())
    groups = {table["title"]: table for table in page.context["tables"]}["Groups"]
    assert [row[0] for row in groups["rows"]] == ["North", "South"]
    assert {"Chosen", "MASE", "MASE of the naive forecast", "Periods"} < set(groups["heads"])
    assert len(groups["heads"]) == 7
    User.objects.update(language="zh-hans")
    assert said(manager, dataset, "describe") == "共 140 行、6 列。没有缺失值。"


def test_it_does_an_answer_again_and_says_what_became_of_it(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    first = ask(manager, dataset, "cluster", columns=["sales"], k="2")
    clean_step(manager, dataset, kind="drop_duplicates")  # of later: it is not taken again
    work(dataset)
    manager.post(reverse("analytics:analysis_again", args=[first.pk]))
    again = work(Analysis.objects.latest("pk"))
    assert (again.reproduces, again.options, again.steps) == (first, first.options, [])
    assert again.fingerprint == first.fingerprint
    page = manager.get(again.get_absolute_url()).content.decode()
    assert "The same figures." in page
    Analysis.objects.filter(pk=first.pk).update(answer={**first.answer, "k": 3}, fingerprint="x")
    page = manager.get(again.get_absolute_url()).content.decode()
    assert "1 of" in page
    assert "The data changed" in page


def test_it_compares_two_answers_and_counts_rows_in_other_groups(manager: Client) -> None:
    dataset = upload(manager, TABLE)
    two, three = (ask(manager, dataset, "cluster", columns=["sales"], k=k) for k in ("2", "3"))
    asked = {"run": [two.pk, three.pk]}
    url = reverse("analytics:analysis_compare", args=[dataset.pk, "cluster"])
    page = manager.get(url, asked)
    rows = {row.name: row for section in page.context["sections"] for row in section.rows}
    assert (rows["Number of groups (empty: found out)"].first) == "2"
    same, other = (int(rows[f"With {name} result"].second) for name in ("the same", "another"))
    assert same + other == 80
    assert 0 < other < 80
    elsewhere = reverse("analytics:analysis_compare", args=[dataset.pk, "describe"])
    assert manager.get(elsewhere, asked).status_code == 404


MARKET = "day,sales,tv,city,arm,sold,order,item,customer\n" + "".join(
    f"2025-{1 + k // 28 % 12:02d}-{1 + k % 28:02d},{100 + 3 * (k * 7 % 23) + k * 5 % 7},"
    f"{k * 7 % 23},{('Bonn', 'Jena')[k * 5 % 3 == 0]},{'abc'[k % 3]},"
    f"{('no', 'yes')[(k * 7 % 23 + k % 4) > 12]},"
    f"{k // 2},{('pq', 'rs', 'tr')[k // 2 % 3][k % 2]},{k % 60}\n"
    for k in range(336)
)


@pytest.mark.parametrize(
    ("method", "options", "drawn"),
    [
        ("describe", {"by": ["city"]}, {"spread0"}),
        ("describe", {}, {"top0"}),
        ("correlate", {"columns": ["sales", "tv"]}, {"pairs"}),
        ("compare", {"value": "sales", "by": "city"}, {"differences", "means"}),
        ("cluster", {"columns": ["sales", "tv", "customer"], "k": "2"},
         {"scatter", "radar"}),
        ("forecast", {"value": "sales", "group": "city", "horizon": "3"},
         {"forecast0", "forecast1"}),
        ("series", {"date": "day", "value": "sales"}, {"forecast0", "trend", "week", "rest"}),
        ("regress", {"outcome": "sales", "factors": ["tv", "city"], "robust": "HC3"},
         {"coefficients", "both", "residuals", "quantiles"}),
        ("score", {"target": "sold", "positive": "yes", "exclude": ["day", "order", "item"]},
         {"influences", "lift", "calibration"}),
        ("rules", {"basket": "order", "item": "item", "support": ".05", "confidence": ".1"},
         {"rules", "graph"}),
        ("value", {"customer": "customer", "date": "day", "amount": "tv", "period": "days"},
         {"tenths"}),
        ("budget", {"sales": "sales", "channels": ["tv"], "date": "day"}, {"returns", "curve0"}),
        ("experiment", {"arm": "arm", "control": "a", "outcome": "sales"},
         {"differences", "means"}),
    ],
)  # fmt: skip
def test_it_draws_each_answer_with_its_data(
    manager: Client, method: str, options: dict[str, Any], drawn: set[str]
) -> None:
    analysis = ask(manager, upload(manager, MARKET), method, **options)
    assert analysis.state == "finished", analysis.error
    page = manager.get(analysis.get_absolute_url())
    charts = {chart.id: chart for chart in page.context["charts"]}
    assert drawn <= set(charts)
    assert page.context["said"] or options.get("by") == ["city"]
    assert page.context["next_step"] or method in {"value", "series", "correlate", "rules"}
    json.dumps([chart.spec for chart in charts.values()], allow_nan=False)
    assert "¥" not in page.content.decode()
    assert "Television" not in page.content.decode()  # the column is called tv
    for key, chart in charts.items():
        file = manager.get(reverse("analytics:analysis_csv", args=[analysis.pk, key]))
        assert len(file.content.decode().splitlines()) == len(chart.rows) + 1 > 1, key
