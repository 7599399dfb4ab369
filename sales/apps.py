from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        from sales import registrations  # noqa: F401  # fills the registries of the apps below
