from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import pgettext_lazy


class CommunicationsConfig(AppConfig):
    name = "communications"
    verbose_name = pgettext_lazy("app", "Communications")

    def ready(self) -> None:
        from communications import figures, imports, personal, registrations  # noqa: F401  # fill the registries of the apps below
        from communications.triggers import CONTACT_CLOCK

        post_migrate.connect(CONTACT_CLOCK.follow, sender=self)
