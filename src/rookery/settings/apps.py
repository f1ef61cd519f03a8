"""Hangs our system checks into Django."""

from django.apps import AppConfig


class SettingsConfig(AppConfig):
    name = "rookery.settings"
    label = "rookery_settings"

    def ready(self) -> None:
        from rookery.settings import checks  # noqa: F401
