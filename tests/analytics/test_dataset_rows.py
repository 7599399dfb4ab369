"""Questions about the rows of a table, through HTTP and the real jobs: texts, duplicates,
steps, hours, orders in any shape."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from django.test import Client
from django.urls import reverse

from analytics.datasets.models import Analysis
from crm.accounts.models import User
from tests.analytics.test_datasets import ask, cast, manager, upload, work

__all__ = ("cast", "manager")  # fixtures


def told(client: Client, analysis: Analysis) -> Any:
    """The page of a finished answer; each picture and table is also a file."""
    assert analysis.state == "finished", analysis.error
    page = client.get(analysis.get_absolute_url())
    assert page.context["next_step"]
    json.dumps([chart.spec for chart in page.context["charts"]], allow_nan=False)
    for chart in page.context["charts"]:
        assert len(rows_of(client, analysis, chart.id)) == len(chart.rows) > 0
    for table in page.context["tables"]:
        if table.get("key"):
            rows = rows_of(client, analysis, f"table-{table['key']}")
            assert len(rows) == len(table["rows"]) + table["cut"]
    return page


def rows_of(client: Client, analysis: Analysis, key: str) -> list[dict[str, str]]:
    file = client.get(reverse("analytics:analysis_csv", args=[analysis.pk, key]))
    return list(csv.DictReader(file.content.decode("utf-8-sig").splitlines()))


def requests() -> str:
    """Sixty texts of three kinds, and six more without a label; the last is of none."""
    said = {"refund": "money back please", "parcel": "not arrived yet", "invoice": "tax number"}
    rows = [(f"{text} {n % 7}", kind) for kind, text in said.items() for n in range(22)]
    texts = [(text, "" if k % 22 > 19 else kind) for k, (text, kind) in enumerate(rows)]
    return "said,kind\n" + "".join(f"{text},{kind}\n" for text, kind in [*texts, ("zzz", "")])


def test_it_sorts_texts_and_proposes_the_missing_labels(manager: Client) -> None:
    dataset = upload(manager, requests())
    analysis = ask(manager, dataset, "text", text="said", label="kind")
    page = told(manager, analysis)
    assert "Of 60 texts that it had not seen, 100% were sorted rightly" in page.context["said"]
    assert "For 6 of the 7 rows without a label" in page.context["said"]
    assert "Take the proposals over" in page.context["next_step"]
    proposals = rows_of(manager, analysis, "table-proposals")
    assert [row["Class"] for row in proposals] == [
        *["refund"] * 2, *["parcel"] * 2, *["invoice"] * 2, "",
    ]  # fmt: skip
    assert (proposals[0]["Row"], proposals[0]["Text"]) == ("21", "money back please 6")
    words = {row["Class"]: row["Words that speak for it"]
             for row in rows_of(manager, analysis, "table-classes")}  # fmt: skip
    assert "money" in words["refund"]
    manager.post(reverse("analytics:analysis_again", args=[analysis.pk]))
    again = work(Analysis.objects.latest("pk"))
    assert "The same figures." in manager.get(again.get_absolute_url()).content.decode()
    short = "\n".join(requests().splitlines()[:30])
    few = ask(manager, upload(manager, short), "text", text="said", label="kind")
    assert (few.state, few.error["code"]) == ("refused", "too_few_texts")


def people() -> str:
    """Sixty people, the first twelve there twice: four of them alike, eight with a slip."""
    names = [f"{first} {last}" for first in ("Anna", "Boris", "Clea", "Dmitri", "Erwin", "Fay")
             for last in ("Ullrich", "Vogel", "Wagner", "Xu", "Young", "Zimmer", "Abel", "Brandt",
                          "Conrad", "Dorn")]  # fmt: skip
    rows = [(name, 10**7 + 7919 * k, f"{k % 7} Main St", k) for k, name in enumerate(names)]
    slips = [(name + name[-1], phone, "", k) for name, phone, _street, k in rows[4:12]]
    frame = pd.DataFrame([*rows, *rows[:4], *slips], columns=["name", "phone", "street", "who"])
    return frame.assign(nr=[f"R{k}" for k in range(len(frame))]).to_csv(index=False)


def test_it_finds_duplicates_and_what_speaks_for_them(manager: Client) -> None:
    dataset = upload(manager, people())
    asked = {"record": "nr", "threshold": ".5"}
    analysis = ask(manager, dataset, "duplicates", identity="who", **asked)
    page = told(manager, analysis)
    assert "12 rows are most likely there twice: 60 of 72 rows" in page.context["said"]
    assert "100% of the known ones are found" in page.context["said"]
    assert "looking for whole rows alike finds 33%" in page.context["said"]
    pairs = rows_of(manager, analysis, "table-record_pairs")
    assert {(row["Row"], row["And row"]) for row in pairs} == {
        (f"R{k}", f"R{60 + k}") for k in range(12)
    }
    assert all("phone" in row["Speaks for it"] for row in pairs)
    assert (
        sum(map(int, (row["Pairs"] for row in rows_of(manager, analysis, "probabilities")))) == 12
    )
    unnamed = ask(manager, dataset, "duplicates", ignore=["who", "nr"])
    assert {"a": 1, "b": 61}.items() <= unnamed.answer["pairs"][0].items()
    itself = ask(manager, dataset, "duplicates", ignore=["who"], **asked)
    assert "By its own estimate" in told(manager, itself).context["said"]
    assert itself.answer["f1"] is None
    wrong = ask(manager, dataset, "duplicates", record="name", threshold=".5")
    assert (wrong.state, wrong.error["code"]) == ("refused", "duplicate_record_ids")


def surveys(mixed: bool = False) -> str:
    """Waiting lowers the mark; the colour does not matter."""
    rng = np.random.default_rng(4)
    wait, colour = rng.gamma(2.0, 2.0, 240), rng.choice(["red", "blue"], 240)
    mark = np.digitize(-wait + rng.logistic(size=240), [-6, -4, -2])
    frame = pd.DataFrame({"wait": wait.round(2), "colour": colour})
    frame["mark"] = np.array(["poor", "fair", "good", "best"])[mark]
    if mixed:
        frame["mark"] = rng.permutation(frame["mark"])
    return frame.to_csv(index=False)


def test_it_explains_steps_in_the_order_that_was_given(manager: Client) -> None:
    dataset = upload(manager, surveys())
    order = {"target": "mark", "order": "poor，fair、good, best"}
    analysis = ask(manager, dataset, "ordinal", **order)
    assert analysis.options["order"] == ["poor", "fair", "good", "best"]
    page = told(manager, analysis)
    assert "“mark” falls with “wait”." in page.context["said"]
    assert "(50% by guessing)" in page.context["said"]
    assert {chart.id for chart in page.context["charts"]} == {"odds", "steps"}
    (odds,) = (rows for rows in rows_of(manager, analysis, "odds") if rows["Term"][:4] == "wait")
    assert float(odds["High (95%)"]) < 1
    assert [row["Step"] for row in rows_of(manager, analysis, "table-levels")] == order_of(analysis)
    unordered = ask(manager, dataset, "ordinal", target="mark")
    assert (unordered.state, unordered.error["code"]) == ("refused", "steps_without_order")
    noise = ask(manager, upload(manager, surveys(mixed=True)), "ordinal", **order)
    assert told(manager, noise).context["said"].startswith("No signal")


def order_of(analysis: Analysis) -> list[str]:
    return [one["step"] for one in analysis.answer["steps"]]


def calls(weeks: int = 8, flat: bool = False) -> str:
    """Ten calls on Mondays from nine, two from fourteen; or many at hours drawn by chance."""
    rng = np.random.default_rng(1)
    rows = []
    for week in range(weeks):
        monday = datetime(2026, 1, 5) + timedelta(weeks=week)  # noqa: DTZ001 - a table's own clock
        hours = rng.integers(0, 168, 200) if flat else [9] * 10 + [14] * 2
        rows += [(monday + timedelta(hours=int(h), minutes=5 * k), 6) for k, h in enumerate(hours)]
    rows.append((monday + timedelta(days=6, hours=9), 6))
    return pd.DataFrame(rows, columns=["came", "took"]).to_csv(index=False)


def test_it_staffs_the_hours_of_the_week(manager: Client) -> None:
    dataset = upload(manager, calls())
    asked = {"date": "came", "target": ".8", "within": "20"}
    analysis = ask(manager, dataset, "staffing", duration="took", unit="minutes", **asked)
    page = told(manager, analysis)
    assert analysis.answer["handling"] == 360
    assert "(Mon from 9:00)" in page.context["said"]
    assert "96% came in hours" in page.context["said"]
    assert {chart.id for chart in page.context["charts"]} == {"people", "presence"}
    given = ask(manager, dataset, "staffing", handling="6", unit="minutes", **asked)
    assert given.answer["hours"] == analysis.answer["hours"]
    nothing = ask(manager, dataset, "staffing", unit="minutes", **asked)
    assert (nothing.state, nothing.error["code"]) == ("refused", "work_unknown")
    flat = ask(manager, upload(manager, calls(flat=True)), "staffing", handling="6", **asked)
    page = told(manager, flat)
    assert any("told no more" in caution for caution in page.context["cautions"])
    assert "evenly" in page.context["next_step"]
    User.objects.update(language="zh-hans")
    assert "一周共需" in manager.get(flat.get_absolute_url()).context["said"]


def test_it_finds_rules_in_cells_and_columns_of_items(manager: Client) -> None:
    orders = [["Milk", "bread"] if k % 3 else ["tea"] for k in range(90)]
    cells = "no,bought\n" + "".join(
        f'{k},"{", ".join(one if k > 8 else map(str.lower, one))}"\n'
        for k, one in enumerate(orders)
    )
    wide = "Milk,bread,tea\n" + "".join(
        ",".join(str(int(name in one)) for name in ("Milk", "bread", "tea")) + "\n"
        for one in orders
    )
    asked = {"support": ".05", "confidence": ".5"}
    dataset = upload(manager, cells)
    split = ask(manager, dataset, "rules", layout="cells", item="bought", **asked)
    page = told(manager, split)
    assert {tuple(one["lhs"]) for one in split.answer["rules"]} == {("Milk",), ("bread",)}
    assert (split.answer["rows_used"], split.answer["baskets"]) == (90, 90)
    cautions = " ".join(page.context["cautions"])
    assert "split at “,”" in cautions
    assert "counted as one (1): milk." in cautions
    columns = ask(manager, upload(manager, wide), "rules", layout="columns", **asked)
    rules = [[{**one, "q": 0, "p": 0} for one in a.answer["rules"]] for a in (split, columns)]
    assert rules[0] == rules[1]
    url = reverse("analytics:dataset_ask", args=[dataset.pk, "rules"])
    missing = manager.post(url, {"layout": "rows", "item": "bought", **asked})
    assert missing.status_code == 422
    assert set(missing.context["question_form"].errors) == {"basket"}
