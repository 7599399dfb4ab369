"""The tables of an app by one operation, in place of the many steps of earlier databases."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

FOLDED = (
    "accounts", "jobs", "mail", "records", "customers", "communications", "sales", "service",
    "marketing", "analytics",
)  # fmt: skip
TRIGGERS = """
    SELECT count(*) FROM pg_trigger
    WHERE tgname LIKE 'pgtrigger%' AND tgrelid::regclass::text LIKE 'marketing_%'
"""


@pytest.mark.django_db
def test_it_goes_on_from_a_database_of_the_steps_before_without_doing_anything():
    migrations = MigrationExecutor(connection).loader.disk_migrations
    recorder = MigrationRecorder(connection)
    for app in FOLDED:
        recorder.record_unapplied(app, "0001_schema")
        for step in migrations[app, "0001_schema"].replaces:
            recorder.record_applied(*step)

    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db
def test_it_takes_an_apps_tables_back_and_makes_them_again():
    def found() -> tuple[bool, int]:
        with connection.cursor() as cursor:
            cursor.execute(TRIGGERS)
            triggers = cursor.fetchone()[0]
            tables = connection.introspection.table_names(cursor)
        return "marketing_campaign" in tables, triggers

    before = found()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA warehouse CASCADE")  # its views read the tables
    MigrationExecutor(connection).migrate([("marketing", None)])
    without = found()
    again = MigrationExecutor(connection)
    again.migrate(again.loader.graph.leaf_nodes("marketing"))

    assert without == (False, 0)
    assert found() == before
    assert before[1] > 0
