from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        from sales import imports, registrations  # noqa: F401  # fill the registries of the apps below
