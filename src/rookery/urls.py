"""Every address of Django's, put together from the rooms. The doors in front of Django have their own."""

from django.urls import include, path

urlpatterns = [
    path("", include("rookery.ops.urls")),
    path("", include("rookery.api.urls")),
    path("", include("rookery.web.urls")),
]

handler400 = "rookery.web.views.errors.bad_request"
handler403 = "rookery.web.views.errors.forbidden"
handler404 = "rookery.web.views.errors.not_found"
handler500 = "rookery.web.views.errors.server_error"
