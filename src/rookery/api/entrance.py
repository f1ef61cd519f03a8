"""From an address to a view: token, account, method, and errors as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from rookery.api import auth, errors
from rookery.api.calls import Call
from rookery.api.errors import ApiError
from rookery.api.table import Route
from rookery.conversations import access
from rookery.conversations.errors import Refused
from rookery.media.errors import MediaError

View = Callable[..., HttpResponseBase]


def door(routes: Mapping[str, Route]) -> View:
    """The view of one address; `routes` by method. It needs no session and no CSRF token: it looks at neither."""

    @csrf_exempt
    @login_not_required
    def enter(request: HttpRequest, **path: Any) -> HttpResponseBase:
        try:
            return _answered(routes, request, path)
        except Http404:
            return errors.answer(errors.not_found())
        except (Refused, MediaError) as error:
            return errors.answer(errors.refused(error))
        except ApiError as error:
            return errors.answer(error)

    return enter


@csrf_exempt
@login_not_required
def nothing(request: HttpRequest, rest: str = "") -> JsonResponse:
    """Every other address below /api."""
    return errors.answer(errors.not_found())


def _answered(routes: Mapping[str, Route], request: HttpRequest, path: dict[str, Any]) -> HttpResponseBase:
    """Rights come before everything else: to a stranger even a wrong method is "not found"."""
    is_open = next(iter(routes.values())).is_open
    call = None if is_open else _call(request, path)
    method = "GET" if request.method == "HEAD" else request.method or ""
    route = routes.get(method)
    if route is None:
        raise errors.not_allowed(list(routes))
    found = route.view(call if call is not None else request, **path)
    if isinstance(found, HttpResponseBase):
        return found
    return HttpResponse(status=200) if found is None else JsonResponse(found, safe=False)


def _call(request: HttpRequest, path: dict[str, Any]) -> Call:
    user, token = auth.caller(request)
    account_id = path.pop("account_id", None)
    viewer = access.viewer(user, account_id) if account_id is not None else None
    return Call(request, user, token, viewer)
