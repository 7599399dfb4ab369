"""What cannot be known is refused with what is missing."""

import pytest
from django.core.management import CommandError, call_command

from analytics import runs
from analytics.models import Run


@pytest.mark.django_db
def test_it_refuses_with_what_is_missing(db: None) -> None:
    run = runs.run_method(method="cluster")
    assert run.state == Run.State.REFUSED
    assert run.error["text"] == "There are no rows to analyse."
    with pytest.raises(CommandError, match="no rows"):
        call_command("analyze", "cluster")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["churn", "potential"])
def test_it_refuses_to_score_an_empty_company(db: None, method: str) -> None:
    run = runs.run_method(method=method)
    assert run.state == Run.State.REFUSED
    assert run.error["code"] == "no_rows"
