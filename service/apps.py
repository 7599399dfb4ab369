from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "service"

    def ready(self) -> None:
        from service import registrations  # noqa: F401  # fills the registries of the apps below
