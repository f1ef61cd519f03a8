from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "rookery.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rookery import db
        from rookery.journal.facts import flush

        db.register_flusher(flush)
