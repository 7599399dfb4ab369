from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = pgettext_lazy("app", "Analytics")

    def ready(self) -> None:
        from analytics import personal, registrations  # noqa: F401  # fill the registries
