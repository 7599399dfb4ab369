from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "crm.home"
    label = "home"

    def ready(self) -> None:
        from crm.home import registrations  # noqa: F401  # fills the registries
