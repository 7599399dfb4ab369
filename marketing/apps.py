from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class MarketingConfig(AppConfig):
    name = "marketing"
    verbose_name = pgettext_lazy("app", "Marketing")

    def ready(self) -> None:
        from marketing import figures, imports, personal, registrations  # noqa: F401  # fill the registries below
