from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "rookery.web"
    label = "web"
