from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import pgettext_lazy


class SalesConfig(AppConfig):
    name = "sales"
    verbose_name = pgettext_lazy("app", "Sales")

    def ready(self) -> None:
        from sales import figures, imports, personal, registrations  # noqa: F401  # fill the registries below
        from sales.company_days import follow_time_zone

        post_migrate.connect(follow_time_zone, sender=self)
