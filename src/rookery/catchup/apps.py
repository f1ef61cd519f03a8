from django.apps import AppConfig


class CatchupConfig(AppConfig):
    name = "rookery.catchup"
    default_auto_field = "django.db.models.BigAutoField"
