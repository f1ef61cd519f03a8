"""What a person sets for themselves: name, language, appearance, sound, password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages as flashes
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rookery.accounts import people, profile
from rookery.web.forms import PasswordForm, PreferencesForm
from rookery.web.requests import PageRequest, page
from rookery.web.view_models import Option


@require_http_methods(["GET", "POST"])
def show(request: PageRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, PreferencesForm(initial={"name": request.user.name}))
    if "name" not in request.POST:
        return _switched(request)
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    data = form.cleaned_data
    kept = {"theme": data["theme"], "sound": data["sound"] or "on"}
    profile.do_change_profile(request.user, name=data["name"], locale=data["language"], **kept)
    flashes.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("preferences"))


@require_POST
@sensitive_post_parameters("old", "new")
def password(request: PageRequest) -> HttpResponse:
    form = PasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, PreferencesForm(initial={"name": request.user.name}), form, status=422)
    people.do_set_password(request.user, form.cleaned_data["new"], check=False)
    update_session_auth_hash(request, request.user)  # this session stays, with a new key; all others end
    flashes.success(request, _("Your password was changed."))
    return HttpResponseRedirect(reverse("preferences"))


def _switched(request: PageRequest) -> HttpResponse:
    """The sound switch posts itself alone."""
    sound = request.POST.get("sound")
    if sound not in ("on", "off"):
        return HttpResponse(status=422)
    profile.do_change_profile(request.user, sound=sound)
    return HttpResponse(status=204)


def _page(
    request: PageRequest, form: PreferencesForm, password_form: PasswordForm | None = None, status: int = 200
) -> HttpResponse:
    return page(
        request,
        "preferences.html",
        "preferences",
        status=status,
        form=form,
        password_form=password_form or PasswordForm(request.user),
        languages=_options([("", _("As the browser asks")), *settings.LANGUAGES], request.user.locale),
        themes=_options(
            [("", _("System")), ("light", _("Light")), ("dark", _("Dark"))],
            request.user.preferences.get("theme", ""),
        ),
        sounds=_options([("on", _("On")), ("off", _("Off"))], request.user.preferences.get("sound", "on")),
    )


def _options(choices: list[tuple[str, str]], current: str) -> tuple[Option, ...]:
    return tuple(Option(value, str(label), value == current) for value, label in choices)
