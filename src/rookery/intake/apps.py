from typing import Any

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "rookery.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Rewrite the door's file after every change of a channel or a secret, whoever makes it."""
        from django.db.models.signals import post_delete, post_save

        from rookery.channels.models import Channel, WebhookSecret

        for model in (Channel, WebhookSecret):
            post_save.connect(_changed, sender=model, dispatch_uid="intake door file")
            post_delete.connect(_changed, sender=model, dispatch_uid="intake door file")


def _changed(**_: Any) -> None:
    from rookery import db
    from rookery.intake.listing import write_door_file

    db.on_commit(write_door_file)
