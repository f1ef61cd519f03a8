from django.apps import AppConfig


class DetailsConfig(AppConfig):
    name = "rookery.details"
    default_auto_field = "django.db.models.BigAutoField"
