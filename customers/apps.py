from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = pgettext_lazy("app", "Customers")

    def ready(self) -> None:
        from customers import figures, personal, registrations  # noqa: F401  # fill the registries of the apps below
