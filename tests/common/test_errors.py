"""Error pages speak to the person and tell nothing of the inside."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from crm.common.errors import RefusedError
from tests.factories.cast import make_cast
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(make_cast().rep)
    client.raise_request_exception = False
    return client


def failing(error: Exception) -> Any:
    return patch("crm.home.views.day_cards", side_effect=error)


def test_it_shows_a_page_of_ours_for_what_is_not_there(signed_in: Client) -> None:
    response = signed_in.get("/customers/999999/")
    assert response.status_code == 404
    assert "error-page" in response.content.decode()


def test_it_shows_a_page_of_ours_for_what_one_may_not_do(signed_in: Client) -> None:
    cast = make_cast()
    signed_in.force_login(cast.rep)
    customer = CustomerFactory(owner=cast.colleague)
    response = signed_in.get(reverse("customers:edit", args=[customer.pk]))
    assert response.status_code == 403
    assert "error-page" in response.content.decode()


def test_it_gives_a_number_and_no_inside_when_it_fails(signed_in: Client) -> None:
    with failing(RuntimeError("SELECT secret FROM /srv/crm/models.py")):
        response = signed_in.get("/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "<code>" in page
    assert "SELECT" not in page
    assert "models.py" not in page


def test_it_asks_for_patience_when_the_database_is_busy(signed_in: Client) -> None:
    with failing(OperationalError("FATAL: too many clients")):
        response = signed_in.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "too many clients" not in response.content.decode()


def test_it_says_why_a_form_without_its_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_cast().rep)
    response = client.post(reverse("customers:create"), {"name": "x"})
    assert response.status_code == 403
    assert "error-page" in response.content.decode()


@pytest.mark.parametrize(
    ("referer", "shown"),
    [
        ("http://testserver/sales/quotes/7/?x=1", True),
        ("https://elsewhere.example/sales/", False),
        ("http://testserver/?refused", False),  # the page itself
        ("", False),
    ],
)
def test_a_refusal_leads_back_to_the_page_where_it_was_asked(
    signed_in: Client, referer: str, shown: bool
) -> None:
    with failing(RefusedError("This version is decided already.")):
        response = signed_in.get("/?refused", headers={"referer": referer} if referer else {})
    page = response.content.decode()
    assert (response.status_code, "This version is decided already." in page) == (400, True)
    assert ("Back to the page" in page, "To the start" in page) == (shown, not shown)
    assert (f'href="{referer}"' in page) is shown
