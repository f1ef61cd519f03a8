from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    name = "rookery.processing"
    label = "processing"
