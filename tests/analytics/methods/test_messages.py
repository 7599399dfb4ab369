"""Every code used has a sentence, and every sentence is used."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import analytics
from analytics.methods import messages
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.messages import MESSAGES

SOURCE = Path(analytics.__file__).parent


def test_it_has_a_sentence_for_every_code_and_no_other() -> None:
    files = [f for f in SOURCE.rglob("*.py") if f.parent.name != "messages"]
    text = "\n".join(f.read_text() for f in files)
    quoted = set(re.findall(r'"([a-z][a-z0-9_]+)"', text))
    raised = set(re.findall(r'(?:Notice|DataProblem|InsufficientData)\(\s*"([a-z0-9_]+)"', text))
    assert raised <= set(MESSAGES)
    assert set(MESSAGES) <= quoted


def test_it_keeps_code_and_values_for_translation() -> None:
    problem = DataProblem("too_few_rows", {"method": "X", "needed": 3, "rows": 1})
    assert problem.code == "too_few_rows"
    assert str(problem) == "X needs at least 3 usable rows; found: 1."
    notice = Notice("rows_missing_dropped", {"rows": 2}).to_dict()
    assert notice["text"] == "Rows left out for a missing or infinite value: 2."


def test_it_gives_every_sentence_a_code_of_its_own() -> None:
    """Two files with one code would hide a sentence behind the other."""
    folder = Path(messages.__file__).parent
    named = [import_module(f"{messages.__name__}.{file.stem}") for file in folder.glob("[a-z]*.py")]
    codes = Counter(code for module in named for code in getattr(module, "MESSAGES", {}))
    assert [code for code, count in codes.items() if count > 1] == []
    assert set(codes) == set(messages.MESSAGES)
