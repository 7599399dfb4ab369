"""Stored models: whole or not there, refused when anything is off, used to score a customer."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from analytics import model_files, runs
from analytics.model_files import MAGIC, model_read, model_write
from analytics.models import CustomerScore, Run
from crm.accounts.models import User
from crm.common.errors import RefusedError
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from customers.models import Customer
from sales.models import Order

pytestmark = pytest.mark.django_db
MODEL = {"weights": [1.0, 2.5]}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.MODELS_DIR = tmp_path / "models"
    with translation.override("en"):
        yield tmp_path / "models"


@pytest.fixture
def run(db: None) -> Run:
    return Run.objects.create(method="churn", state="finished", live=True)


def only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_it_reads_what_it_wrote_and_leaves_nothing_beside_it(run: Run, folder: Path) -> None:
    model_write(run, MODEL)
    assert model_read(Run.objects.get()) == MODEL
    assert only(folder).name == f"churn-company-{run.pk}.model"
    assert only(folder).stat().st_mode & 0o077 == 0


class _Trap:
    """Says so when it is unpickled."""

    sprung = False

    def __reduce__(self) -> Any:
        return _spring, ()


def _spring() -> str:
    _Trap.sprung = True
    return "unpickled"


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda raw: raw[:at] + bytes([raw[at] ^ 1]) + raw[at:][1:]


def other_head(**changes: Any) -> Callable[[bytes], bytes]:
    """Another line of facts, not signed anew."""

    def change(raw: bytes) -> bytes:
        start, line, packed = raw[: len(MAGIC) + 65], *raw[len(MAGIC) + 65 :].split(b"\n", 1)
        return start + json.dumps(json.loads(line) | changes).encode() + b"\n" + packed

    return change


@pytest.mark.parametrize(
    "damage",
    [
        flip(-1 - 10), flip(3), flip(len(MAGIC) + 5), lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:20], lambda _raw: b"", other_head(run=1), lambda raw: raw + b"x",
    ],
)  # fmt: skip
def test_it_refuses_a_changed_or_cut_file_before_it_is_unpickled(
    run: Run, folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    model_write(run, _Trap())
    _Trap.sprung = False
    path = only(folder)
    raw = path.read_bytes()
    path.write_bytes(damage(raw))
    with pytest.raises(RefusedError, match="changed or cut"):
        model_read(run)
    assert not _Trap.sprung
    path.write_bytes(raw)
    assert model_read(run) == "unpickled"


def test_it_refuses_other_versions_keys_runs_and_missing_files(
    run: Run, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RefusedError, match="No model of this run"):
        model_read(run)
    monkeypatch.setattr(model_files, "version", lambda _name: "0.1")
    model_write(run, MODEL)
    monkeypatch.undo()
    with pytest.raises(RefusedError, match=r"scikit-learn 0\.1 → "):
        model_read(run)
    monkeypatch.setattr(model_files, "FORMAT", 1)
    model_write(run, MODEL)
    monkeypatch.undo()
    with pytest.raises(RefusedError, match="form of another version"):
        model_read(run)
    model_write(run, MODEL)
    other = Run.objects.create(method="churn", state="finished")
    only(folder).rename(folder / f"churn-company-{other.pk}.model")
    with pytest.raises(RefusedError, match="another run"):
        model_read(other)
    model_write(run, MODEL)
    settings.SECRET_KEY = "another"  # of the test
    with pytest.raises(RefusedError, match="changed or cut"):
        model_read(run)


def test_it_keeps_what_was_there_when_writing_fails(run: Run, folder: Path) -> None:
    model_write(run, MODEL)
    with pytest.raises((AttributeError, pickle.PicklingError), match="local object"):
        model_write(run, lambda: None)
    assert model_read(run) == MODEL
    assert [path.name for path in folder.iterdir()] == [f"churn-company-{run.pk}.model"]


def test_it_removes_models_that_nobody_goes_by(run: Run, folder: Path) -> None:
    old = Run.objects.create(method="churn", state="finished")
    elsewhere = Run.objects.create(method="potential", state="finished")
    for one in (old, elsewhere, run):
        model_write(one, MODEL)
    new = Run.objects.create(method="churn")  # the one shown stays until this one is
    model_write(new, MODEL)
    kept = {int(path.stem.rsplit("-", 1)[1]) for path in folder.iterdir()}
    assert kept == {elsewhere.pk, run.pk, new.pk}


def test_it_learns_anew_at_night_when_the_stored_model_cannot_be_used(
    truth: dict[str, Any], folder: Path
) -> None:
    User.objects.filter(role="manager").update(is_active=False)  # the company alone
    first = runs.nightly(methods=["potential"])
    assert runs.nightly(methods=["potential"]) == {"potential:company": "unchanged"}
    only(folder).write_bytes(b"half")
    assert first == runs.nightly(methods=["potential"]) == {"potential:company": "finished"}


def score_now(client: Client, customer: Customer) -> Job:
    answer = client.post(reverse("analytics:score_customer", args=[customer.pk]))
    job = Job.objects.get(pk=answer["Location"].strip("/").split("/")[-1])
    job_run(job.pk)
    job.refresh_from_db()
    return job


def effects(score: CustomerScore) -> list[float]:
    """The reasons by size; of two of one size either may stand first."""
    return [one["effect"] for one in score.reasons]


def test_it_scores_a_customer_as_the_run_would_and_after_an_order_anew(
    truth: dict[str, Any], person: Any, client: Client, folder: Path
) -> None:
    for method in ("churn", "potential"):
        run = runs.run_method(method=method)
        assert run.state == Run.State.FINISHED
        assert run.result["signal"]
    client.force_login(person("admin"))
    score = CustomerScore.objects.filter(kind="potential").order_by("-chance")[0]
    customer, before = score.customer, (score.chance, score.level, effects(score))
    assert "Score now" in client.get(customer.get_absolute_url()).content.decode()
    job = score_now(client, customer)
    assert job.state == Job.State.SUCCEEDED, job.error
    again = CustomerScore.objects.get(customer=customer, kind="potential")
    assert (again.chance, again.level, effects(again)) == before
    assert again.pk != score.pk
    # Who orders is asked whether they will leave, no longer whether they will come back.
    order = Order.objects.counted().filter(kind=Order.Kind.SALE).latest("pk")
    moment = timezone.now() - timedelta(minutes=1)
    Order.objects.filter(pk=order.pk).update(customer=customer, ordered_at=moment)
    job = score_now(client, customer)
    assert job.state == Job.State.SUCCEEDED, job.error
    kinds = CustomerScore.objects.filter(customer=customer).values_list("kind", flat=True)
    assert list(kinds) == ["churn"]
    others = CustomerScore.objects.exclude(customer=customer).count()
    path = next(folder.glob("churn-*"))
    path.write_bytes(path.read_bytes()[:-1])
    job = score_now(client, customer)
    assert job.state == Job.State.FAILED
    assert "changed or cut" in job.error
    assert CustomerScore.objects.exclude(customer=customer).count() == others
