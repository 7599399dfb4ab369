"""A need made from what was said, and the way back to it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from communications.needs import need_from_communication
from customers.models import Need
from tests.factories.cast import Cast
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import CustomerFactory


def test_it_makes_one_need_of_a_communication(cast: Cast, client: Client) -> None:
    said = CommunicationFactory(
        owner=cast.rep, customer=CustomerFactory(owner=cast.rep), subject="",
        content="需要三十台打印机\n年底前到货",
    )  # fmt: skip
    client.force_login(cast.rep)
    address = reverse("communications:make_need", args=[said.pk])
    assert "Make a need" in client.get(said.get_absolute_url()).content.decode()
    client.post(address)
    answer = client.post(address)  # sent twice
    need = Need.objects.get()
    assert answer["Location"] == need.get_absolute_url()
    assert (need.title, need.description) == ("需要三十台打印机", said.content)
    assert (need.customer, need.owner) == (said.customer, cast.rep)
    page = client.get(need.get_absolute_url()).content.decode()
    assert said.get_absolute_url() in page
    assert "Make a need" not in client.get(said.get_absolute_url()).content.decode()


@pytest.mark.parametrize("role", ["agent", "stranger", "colleague"])
def test_it_refuses_others(cast: Cast, role: str) -> None:
    said = CommunicationFactory(owner=cast.rep, customer=CustomerFactory(owner=cast.rep))
    with pytest.raises(PermissionDenied):
        need_from_communication(pk=said.pk, actor=cast.user(role))
    assert not Need.objects.exists()
