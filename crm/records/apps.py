from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "crm.records"
    label = "records"
    verbose_name = _("Records")

    def ready(self) -> None:
        from crm.common.registries import added_field_texts
        from crm.records.custom import added_texts, forget_added_fields
        from crm.records.models import CustomField

        autodiscover_modules("resources")  # jobs name lists by their kind
        from crm.records.personal import tables  # noqa: F401  # fills the registry

        added_field_texts.append(added_texts)
        for signal in (post_save, post_delete):
            signal.connect(forget_added_fields, sender=CustomField)
