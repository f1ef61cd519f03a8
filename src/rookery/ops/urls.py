"""Addresses of health, figures and parked events."""

from django.urls import path

from rookery.ops import origin_page, parked_page, views

urlpatterns = [
    path("health/live", views.live, name="health_live"),
    path("health/ready", views.ready, name="health_ready"),
    path("metrics", views.figures, name="metrics"),
    path("messages/<int:pk>/origin", origin_page.show, name="message_origin"),
    path("events", parked_page.events, name="events"),
    path("events/replay", parked_page.replay_all, name="events_replay"),
    path("events/<int:event_id>", parked_page.event, name="event"),
    path("events/<int:event_id>/replay", parked_page.replay, name="event_replay"),
]
