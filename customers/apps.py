from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        from customers import registrations  # noqa: F401  # fills the registries of the apps below
