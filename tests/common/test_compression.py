"""Pages travel compressed where the browser can read that; files as they are."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.cast import make_cast


@pytest.mark.django_db
def test_it_compresses_pages_alone():
    client = Client(headers={"accept-encoding": "gzip, br"})
    client.force_login(make_cast().rep)

    page = client.get(reverse("customers:list"))
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    assert b"</html>" in gzip.decompress(page.content)
    assert len(page.content) < len(gzip.decompress(page.content)) / 3

    plain = client.get(reverse("customers:list"), headers={"accept-encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    data = client.get(reverse("analytics:card_csv", args=["segments"]))
    assert data.status_code == 200
    assert "Content-Encoding" not in data.headers
