"""Signing in: throttled, the same answer for every name, sessions die with the right."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.cast import make_cast
from tests.factories.customers import UserFactory

LOGIN = reverse("account_login")


def sign_in(client: Client, username: str, password: str):
    return client.post(LOGIN, {"login": username, "password": password})


@pytest.mark.django_db
def test_it_signs_in_and_out(client: Client) -> None:
    user = UserFactory(password="right-secret")
    assert sign_in(client, user.username, "right-secret")["Location"] == "/"
    assert client.get("/").status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_it_forgets_a_session_whose_time_is_over(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/").status_code == 200
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_it_answers_the_same_for_unknown_names(client: Client) -> None:
    user = UserFactory()
    known = sign_in(client, user.username, "wrong")
    unknown = sign_in(client, "nobody-here", "wrong")
    assert known.status_code == unknown.status_code
    pages = [known.content.decode(), unknown.content.decode()]
    plain = [re.sub(r'value="[^"]*"|csrf-token" content="[^"]*"', "", page) for page in pages]
    assert plain[0] == plain[1]


@pytest.mark.django_db
def test_it_stops_after_twenty_tries(client: Client) -> None:
    user = UserFactory(password="right-secret")
    for number in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, f"guess{number}", "wrong")  # one address, many names
    assert sign_in(client, user.username, "right-secret").status_code == 429


@pytest.mark.django_db
def test_it_does_not_count_by_a_forged_address(client: Client) -> None:
    user = UserFactory(password="right-secret")
    for number in range(settings.AXES_FAILURE_LIMIT):
        client.post(
            LOGIN, {"login": user.username, "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        )  # fmt: skip
    assert sign_in(client, user.username, "right-secret").status_code == 429


@pytest.mark.django_db
def test_it_has_no_sign_up(client: Client) -> None:
    before = client.get(reverse("account_signup"))
    assert "password1" not in before.content.decode()


@pytest.mark.django_db
def test_it_ends_the_session_of_a_deactivated_colleague(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    assert client.get("/").status_code == 200
    user.is_active = False
    user.save()
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_it_ends_other_sessions_when_the_password_changes(client: Client) -> None:
    user = UserFactory(password="right-secret")
    client.force_login(user)
    user.set_password("another-secret")
    user.save()
    assert client.get("/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["//evil.example", "nonsense", "-1", "javascript:alert(1)"])
def test_it_does_not_redirect_to_strangers_or_nowhere(client: Client, target: str) -> None:
    response = client.post(reverse("accounts:preferences"), {"language": "en", "next": target})
    assert response["Location"] == "/"


@pytest.mark.django_db
def test_it_remembers_language_and_theme(client: Client) -> None:
    user = make_cast().rep
    client.force_login(user)
    client.post(reverse("accounts:preferences"), {"language": "zh-hans", "theme": "dark"})
    user.refresh_from_db()
    assert (user.language, user.theme) == ("zh-hans", "dark")


@pytest.mark.django_db
def test_it_refuses_a_foreign_host(client: Client) -> None:
    assert client.get(LOGIN, headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "cookie", "shown"),
    [
        ("en-GB,en;q=0.9,zh;q=0.1", "", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "zh-hans"),
        ("zh-TW", "", "zh-hans"),
        ("fr-FR,fr", "", "en"),
        ("ja,*;q=0.5", "", "zh-hans"),
        ("", "", "zh-hans"),
        ("en", "zh-hans", "zh-hans"),
    ],
)
def test_it_speaks_the_browsers_language_until_somebody_chooses(
    client: Client, asked: str, cookie: str, shown: str
) -> None:
    if cookie:
        client.cookies["language"] = cookie
    answer = client.get(reverse("account_login"), headers={"Accept-Language": asked})
    assert answer["Content-Language"] == shown
    assert f'lang="{shown}"' in answer.content.decode().lower()
    assert "Accept-Language" in answer["Vary"]
