from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "service"

    def ready(self) -> None:
        from service import imports, registrations  # noqa: F401  # fill the registries of the apps below
