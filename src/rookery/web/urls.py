"""Addresses of the pages. `/live`, `/static/` and `/webhooks/` are answered in front of Django."""

from __future__ import annotations

from django.urls import path

from rookery.web.views import attachments, conversation, inbox, messages, numbers, preferences, session

urlpatterns = [
    path("", session.home, name="home"),
    path("sign-in", session.sign_in, name="sign_in"),
    path("sign-out", session.sign_out, name="sign_out"),
    path("setup/<str:token>", session.set_up, name="set_up"),
    path("enter/<str:token>", session.enter, name="enter"),
    path("inbox", inbox.show, name="inbox"),
    path("inbox/rows", inbox.rows, name="inbox_rows"),
    path("conversations/<int:display_id>", conversation.show, name="conversation"),
    path("conversations/<int:display_id>/header", conversation.header, name="conversation_header"),
    path("conversations/<int:display_id>/banner", conversation.banner, name="conversation_banner"),
    path("conversations/<int:display_id>/read", conversation.read, name="conversation_read"),
    path("conversations/<int:display_id>/messages", messages.Messages.as_view(), name="messages"),
    path("conversations/<int:display_id>/resolution", conversation.Resolution.as_view(), name="resolution"),
    path("conversations/<int:display_id>/assignment", conversation.Assignment.as_view(), name="assignment"),
    path("messages/<int:pk>", messages.One.as_view(), name="message"),
    path("messages/<int:pk>/retry", messages.retry, name="message_retry"),
    path("messages/<int:pk>/settlement", messages.settlement, name="message_settlement"),
    path("attachments/<uuid:uuid>/thumb", attachments.thumb, name="attachment_thumb"),
    path("attachments/<uuid:uuid>/retry", attachments.retry, name="attachment_retry"),
    path("attachments/<uuid:uuid>/<str:name>", attachments.show, name="attachment"),
    path("numbers", numbers.index, name="numbers"),
    path("preferences", preferences.show, name="preferences"),
    path("preferences/password", preferences.password, name="password"),
]
