"""The command line, as another program meets it."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command, execute_from_command_line

ROOT = Path(__file__).resolve().parents[2]
PROMISED = {"method", "rows_used", "rows_dropped", "warnings", "seconds"}


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """In this process, where no database may be asked."""
    output, errors = io.StringIO(), io.StringIO()
    code: Any = 0
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            execute_from_command_line(["manage.py", "analyze", *arguments])
        except SystemExit as end:
            code = end.code
    return subprocess.CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())


def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
    """From another program."""
    # An address where no database answers: with --csv none may be asked.
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    return subprocess.run(
        [sys.executable, "manage.py", "analyze", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1, 2], 16)
    frame = pd.DataFrame(
        {
            "month": pd.date_range("2020-01-01", periods=48, freq="MS").strftime("%Y-%m-%d"),
            "spend": rng.normal(20, 3, 48),
            "visits": group * 50 + rng.normal(100, 3, 48),
        }
    )
    frame["sales"] = 5 + 3 * frame["spend"] + rng.normal(size=48)
    file = tmp_path_factory.mktemp("tables") / "table.csv"
    frame.to_csv(file, index=False)
    return str(file)


def test_it_prints_nothing_but_one_json_object(table: str) -> None:
    done = shell("regress", "--csv", table, "--formula", "sales ~ spend", "--json", "-")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) >= PROMISED | {"coefficients", "r2", "r2_adj", "f", "n", "durbin_watson"}
    assert answer["coefficients"][1]["estimate"] == pytest.approx(3, abs=0.2)


def test_it_clusters_into_a_file(table: str, tmp_path: Path) -> None:
    target = tmp_path / "answer.json"
    done = analyze("cluster", "--csv", table, "--columns", "visits", "--json", str(target))
    assert done.returncode == 0, done.stderr
    answer = json.loads(target.read_text(encoding="utf-8"))
    assert set(answer) >= PROMISED | {"k", "silhouette", "stability", "sizes", "labels", "profiles"}
    assert answer["k"] == 3
    assert done.stdout == ""


def test_it_forecasts_in_words_without_json(table: str) -> None:
    options = ("--value", "sales", "--date", "month", "--horizon", "3")
    done = analyze("forecast", "--csv", table, *options)
    assert done.returncode == 0, done.stderr
    assert "2024-01-01" in done.stdout
    assert "MASE" in done.stdout


def test_it_tells_the_shell_that_it_refused() -> None:
    done = shell("regress", "--csv", "absent.csv", "--formula", "a ~ b")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no file “absent.csv”" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nonsense",), "invalid choice"),
        (("cluster", "--csv", "TABLE", "--k", "1", "--json", "-"), "between 2 and 50"),
        (("regress", "--csv", "TABLE"), "--formula"),
        (("regress", "--csv", "TABLE", "--formula", "sales ~ exec(spend)"), "not allowed"),
        (("forecast", "--csv", "TABLE", "--value", "sales"), "--horizon"),
        (("forecast", "--csv", "TABLE", "--value", "nil", "--horizon", "3"), "no column “nil”"),
        (("score", "--csv", "TABLE", "--target", "sales"), "48 different numbers"),
        (("score", "--csv", "TABLE"), "--target"),
        (
            ("text", "--train", "TABLE", "--text", "month"),
            "--label must be given together with --train",
        ),
        (("series", "--csv", "TABLE", "--date", "sales"), "cannot be read as dates"),
        (("ordinal", "--csv", "TABLE", "--target", "month"), "in which order they ascend"),
        (("text", "--text", "month", "--label", "sales"), "--train must be given"),
        (("text", "--train", "TABLE", "--text", "month", "--label", "sales"), "needs at least 40"),
        (("cluster", "--csv", "TABLE", "--k", "many"), "auto or a whole number"),
        (("cluster", "--csv", "TABLE", "--seed", "-1"), "from 0 to 4294967295"),
        (("cluster", "--csv", "TABLE", "--columns", ""), "at least one column"),
        (("cluster", "--csv", "TABLE", "--columns", '"a, b",c'), "no column “a, b”"),
    ],
)
def test_it_refuses_in_one_line_with_exit_code_2(
    table: str, arguments: tuple[str, ...], sentence: str
) -> None:
    done = analyze(*(table if part == "TABLE" else part for part in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_it_scores_and_applies_the_model_to_another_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"wait": rng.exponential(4, 400), "colour": rng.choice(["r", "g"], 400)})
    chance = 1 / (1 + np.exp(2.5 - 0.6 * frame["wait"]))
    frame["left"] = np.where(rng.random(400) < chance, "yes", "no")
    known, new = tmp_path / "known.csv", tmp_path / "new.csv"
    frame.to_csv(known, index=False)
    pd.DataFrame({"wait": [30.0, 0.0], "colour": ["r", "blue"]}).to_csv(new, index=False)
    options = ("--target", "left", "--time", "row", "--apply", str(new), "--json", "-")
    done = analyze("score", "--csv", str(known), *options)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    promised = {"models", "chosen", "split", "leaks", "signal", "reasons"}
    assert set(answer) >= PROMISED | promised
    assert {"name", "auc", "auc_lo", "auc_hi", "brier", "ece", "calibration_slope", "accuracy"} <= (
        set(answer["models"][0])
    )
    assert (answer["split"], answer["signal"], answer["rows_used"]) == ("time", True, 400)
    high, low = answer["scores"]
    assert high["probability"] > 0.8 > 0.4 > low["probability"]
    assert "wait: 30" in high["reasons"][0]


def test_it_describes_a_series_with_its_forecast(table: str) -> None:
    done = analyze("series", "--csv", table, "--date", "month", "--value", "sales", "--json", "-")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    promised = {"trend", "seasonal_strength", "weekdays", "hours", "forecast", "backtest"}
    assert set(answer) >= PROMISED | promised
    assert len(answer["forecast"]) == 12
    assert (answer["frequency"], answer["trend"]["direction"]) == ("month", "none")


def test_it_keeps_the_old_answer_where_the_new_one_cannot_be_written(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "answer.json"
    target.write_text("old", encoding="utf-8")

    def full(self: Path, other: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("analyze", "describe", "--csv", table, "--json", str(target))
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
