from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ServiceConfig(AppConfig):
    name = "service"
    verbose_name = pgettext_lazy("app", "Service")

    def ready(self) -> None:
        from service import figures, imports, personal, registrations  # noqa: F401  # fill the registries below
