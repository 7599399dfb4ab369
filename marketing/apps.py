from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "marketing"

    def ready(self) -> None:
        from marketing import registrations  # noqa: F401  # fills the registries of the apps below
