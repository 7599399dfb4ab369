from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        from . import registrations  # noqa: F401  # fills the registries of the apps below
