"""The servers under every test."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from crm.celery import app
from crm.embedded import testing


@pytest.mark.django_db
def test_it_runs_on_the_current_postgresql_with_chinese_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_setting('server_version_num')::int")
        name, version = cursor.fetchone()
        cursor.execute("SELECT cardinality(show_trgm('云脉客户'))")
        (trigrams,) = cursor.fetchone()
    assert name == testing.database()
    assert version >= 180000
    assert trigrams > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_it_gives_each_transactional_test_a_fresh_copy(turn: int) -> None:
    users = get_user_model().objects
    assert not users.exists()
    users.create(username=f"turn {turn}")


def test_it_runs_on_a_real_valkey() -> None:
    with app.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1)
        assert broker.connected
