"""The outcome that a score is to foresee."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.errors import Notice
from analytics.methods.targets import read_target


def test_it_reads_one_outcome_written_in_several_ways() -> None:
    yes = np.arange(900) % 5 == 0
    written = np.where(yes, np.tile(["Yes", "YES ", "yes"], 300), np.tile(["no", "NO", "no"], 300))
    notices: list[Notice] = []
    events, positive, _ = read_target(pd.DataFrame({"left": written}), "left", None, notices)
    assert positive.casefold() == "yes"
    assert events.tolist() == yes.astype(int).tolist()
    assert "spellings_joined" in {notice.code for notice in notices}


@pytest.mark.parametrize(
    ("event", "other"),
    [
        ("流失", "未流失"),
        ("churn", "No churn"),
        ("有投诉", "无投诉"),
        ("Ja", "Nein"),
        ("gone", "here"),
    ],
)
def test_it_takes_what_is_not_denied_as_the_event(event: str, other: str) -> None:
    share = 0.3 if event == "gone" else 0.6  # of words that tell nothing it is the rarer one
    frame = pd.DataFrame({"left": np.where(np.arange(100) < 100 * share, event, other)})
    assert read_target(frame, "left", None, [])[1] == event
