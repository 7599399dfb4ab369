from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "crm.jobs"
    label = "jobs"
    verbose_name = _("Background work")

    def ready(self) -> None:
        # Web and workers alike know every kind: enqueueing looks it up as well as running does.
        autodiscover_modules("tasks")
        for name in getattr(settings, "JOB_EXTRA_MODULES", []):
            import_module(name)
