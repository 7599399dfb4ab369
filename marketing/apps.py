from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "marketing"

    def ready(self) -> None:
        from marketing import imports, registrations  # noqa: F401  # fill the registries of the apps below
