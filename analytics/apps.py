from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import pgettext_lazy


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = pgettext_lazy("app", "Analytics")

    def ready(self) -> None:
        from analytics import personal, registrations  # noqa: F401  # fill the registries
        from analytics.warehouse.schema import views_create, views_drop

        pre_migrate.connect(views_drop, sender=self)
        post_migrate.connect(views_create, sender=self)
