"""Keys of programs: shown once, bounded, over as soon as the right behind them is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from crm.api.models import ApiToken
from crm.api.services import MOST_TOKENS, token_create
from crm.common.roles import Role
from tests.factories.cast import Cast

LIST = "/api/v1/customers/"


def status(client: Client, secret: str) -> int:
    return client.get(LIST, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_it_makes_a_key_that_opens_the_records(client: Client, cast: Cast) -> None:
    client.force_login(cast.rep)
    page = client.post("/account/keys/", {"name": "ERP"})
    assert page.status_code == 201
    secret = re.findall(r">(crm_[\w-]{40,})<", page.content.decode())[0]
    assert secret not in client.get("/account/keys/").content.decode()
    assert not ApiToken.objects.filter(digest__contains=secret).exists()
    assert status(Client(), secret) == 200
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    "end", ["password", "role", "inactive", "revoked", "past"],
)  # fmt: skip
def test_it_ends_a_key_with_the_right_behind_it(client: Client, cast: Cast, end: str) -> None:
    token, secret = token_create(user=cast.rep, name="ERP")
    assert status(client, secret) == 200
    user = get_user_model().objects.get(pk=cast.rep.pk)
    if end == "password":
        user.set_password("another long one 1")
    elif end == "role":
        user.role = Role.AGENT
    elif end == "inactive":
        user.is_active = False
    user.save()
    if end == "revoked":
        mine = Client()
        mine.force_login(user)
        mine.post(f"/account/keys/{token.pk}/end/")
    elif end == "past":
        yesterday = timezone.localdate() - timedelta(days=1)
        ApiToken.objects.filter(pk=token.pk).update(last_day=yesterday)
    assert status(client, secret) == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer crm_wrong", "Bearer a b", "Bearer \xff"])
@pytest.mark.django_db
def test_it_refuses_what_is_no_key(client: Client, header: str) -> None:
    response = client.get(LIST, headers={"Authorization": header})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert client.get(LIST).status_code == 401


def test_it_bounds_a_key_to_kinds(ask: Any, cast: Cast) -> None:
    get = ask(cast.rep, kinds=["sales.deal"])
    assert get("/api/v1/deals/").status_code == 200
    assert get(LIST).status_code == 403


def test_it_offers_only_kinds_that_the_role_reads(client: Client, cast: Cast) -> None:
    client.force_login(cast.agent)
    answer = client.post("/account/keys/", {"name": "ERP", "kinds": ["marketing.campaign"]})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_it_keeps_what_was_typed_when_the_day_is_past(client: Client, cast: Cast) -> None:
    client.force_login(cast.rep)
    answer = client.post("/account/keys/", {"name": "Our ERP", "last_day": "2020-01-01"})
    assert answer.status_code == 422
    assert "Our ERP" in answer.content.decode()


def test_it_limits_the_number_of_living_keys(client: Client, cast: Cast) -> None:
    for number in range(MOST_TOKENS):
        token_create(user=cast.rep, name=f"key {number}")
    client.force_login(cast.rep)
    assert client.post("/account/keys/", {"name": "one more"}).status_code == 422
    client.post(f"/account/keys/{ApiToken.objects.first().pk}/end/")
    assert client.post("/account/keys/", {"name": "one more"}).status_code == 201


def test_it_writes_nothing_with_a_key(client: Client, cast: Cast) -> None:
    _token, secret = token_create(user=cast.admin, name="ERP")
    for send in (client.post, client.put, client.patch, client.delete):
        answer = send(
            LIST, {"name": "x"}, "application/json", headers={"Authorization": f"Bearer {secret}"}
        )
        assert answer.status_code == 405
    # Pages ask for a session: a key does not open them.
    assert (
        client.get("/customers/", headers={"Authorization": f"Bearer {secret}"}).status_code == 302
    )
