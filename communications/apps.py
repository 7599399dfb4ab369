from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "communications"

    def ready(self) -> None:
        from communications import registrations  # noqa: F401  # fills the registries of the apps below
