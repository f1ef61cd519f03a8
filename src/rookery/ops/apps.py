from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "rookery.ops"
    label = "ops"
