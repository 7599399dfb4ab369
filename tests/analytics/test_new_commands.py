"""The sub-commands in this process: every promised key, and one line for bad input."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.analytics.methods.test_value import shop
from tests.analytics.test_analyze_command import PROMISED


def answer(*arguments: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("analyze", *arguments, "--json", "-", stdout=said)
    found: dict[str, Any] = json.loads(said.getvalue())
    assert set(found) >= PROMISED
    return found


def words(*arguments: str) -> str:
    said = io.StringIO()
    call_command("analyze", *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def purchases(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("value") / "purchases.csv"
    shop(200).to_csv(file, index=False)
    return str(file)


def test_it_tells_customer_value(purchases: str) -> None:
    columns = ("--csv", purchases, "--customer", "customer", "--date", "date", "--amount", "amount")
    found = answer("value", *columns)
    assert set(found) >= {"bgnbd", "gammagamma", "holdout"}
    assert "best tenth" in words("value", *columns)


def test_it_refuses_value_in_one_line(purchases: str, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("".join(Path(purchases).read_text().splitlines(keepends=True)[:10]))
    with pytest.raises(CommandError, match="at least 50 customers") as problem:
        answer("value", "--csv", str(few), "--customer", "customer", "--date", "date")
    assert problem.value.returncode == 2
