from datetime import timezone
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


def compile_zones(connection: Any, **_details: Any) -> None:
    """Sessions speak UTC: as Django's factory, which is Python called for each moment read."""
    connection.tzinfo_factory = timezone


class CommonConfig(AppConfig):
    name = "crm.common"
    label = "common"

    def ready(self) -> None:
        connection_created.connect(compile_zones)
