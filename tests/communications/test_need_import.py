"""Needs out of files find the communications in which they came up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.jobs.runner import job_run
from customers.imports.services import import_undo
from customers.models import ImportBatch, Need
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import CustomerFactory
from tests.imports.conftest import *  # noqa: F403  # the cast and the ways to bring a file in
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db


def test_it_links_the_customers_communications_alone(
    bring_in: Callable[..., ImportBatch], write: Callable[..., Path], cast: dict[str, Any]
) -> None:
    rep = cast["rep"]
    mine = {"owner": rep, "team": rep.team}
    house = CustomerFactory(name="Acme", **mine)
    said = CommunicationFactory(customer=house, owner=rep)
    elsewhere = CommunicationFactory(customer=CustomerFactory(**mine), owner=rep)
    colleagues = CommunicationFactory(customer=house, owner=cast["manager"])
    path = write(
        "需求,客户名称,优先级,状态,沟通\n"
        f"打印机,Acme,紧急,已报价,{said.pk};{elsewhere.pk};{colleagues.pk}\n"
        "Pumps,Acme,3,,99999999999999999999;nonsense\n"
        "Odd,Acme,sometimes,,\n"
    )
    batch = bring_in(path, actor=rep)
    assert (batch.kind, sums(batch), list(batch.reasons)) == (
        "needs", (3, 2, 0, 0, 1), ["bad_choice"]
    )  # fmt: skip
    assert batch.options["warnings"] == ["unknown_communication"]
    need = Need.objects.get(title="打印机")
    assert (need.priority, need.status, need.owner) == (1, "quoted", rep)
    assert list(need.communications.all()) == [said]
    assert sums(bring_in(path, actor=rep)) == (3, 0, 0, 2, 1)
    undone = import_undo(pk=batch.pk, actor=rep)
    job_run(undone.job_id or 0)
    said.refresh_from_db()
    assert (said.need, Need.objects.count()) == (None, 0)
