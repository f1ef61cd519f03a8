from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "rookery.api"
    label = "api"
