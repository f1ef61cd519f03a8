from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "rookery.realtime"
    label = "realtime"
