"""Health and figures: for machines, without a session."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rookery.ops import health, metrics_page
from rookery.telemetry import metrics


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 while this process answers at all; says nothing about anything else."""
    return JsonResponse({"status": "live"})


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when messages are received, processed and sent; 503 with the reason when not."""
    checks = health.look()
    good = health.is_ready(checks)
    body = {
        "status": "ready" if good else "not ready",
        "checks": {name: {"ok": check.ok, "state": check.words} for name, check in checks.items()},
    }
    return JsonResponse(body, status=200 if good else 503)


@login_not_required
@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    """The page for Prometheus. 404 for whoever may not read it."""
    if not metrics_page.may_read(request):
        raise Http404
    return HttpResponse(metrics.render(), content_type=metrics.CONTENT_TYPE)
