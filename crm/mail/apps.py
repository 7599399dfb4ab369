from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crm.common import tones


class MailConfig(AppConfig):
    name = "crm.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        tones.register(
            "mail.mail", "state",
            {"waiting": "blue", "sending": "blue", "sent": "green", "unsure": "orange",
             "failed": "red", "kept": "secondary", "cancelled": "secondary"},
        )  # fmt: skip
