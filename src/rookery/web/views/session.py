"""Signing in and out, the first administrator, addresses that work once."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rookery.accounts import people
from rookery.accounts import sign_in as guesses
from rookery.accounts.models import User
from rookery.accounts.sessions import BACKEND
from rookery.web.forms import SetUpForm, SignInForm


@login_not_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("inbox"))


@login_not_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    target = _inside(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated and request.method == "GET":
        return HttpResponseRedirect(target or reverse("inbox"))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _checked(request, form)
        if user is not None:
            login(request, user, backend=BACKEND)
            return HttpResponseRedirect(target or reverse("inbox"))
    context = {"form": form, "next": target, "expired": "expired" in request.GET}
    return render(request, "web/sign_in.html", context, status=200 if request.method == "GET" else 422)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    user = request.user
    logout(request)
    if isinstance(user, User):
        people.do_note_sign_out(user)
    return HttpResponseRedirect(reverse("sign_in"))


@login_not_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    if not people.is_setup_token(token):
        raise Http404
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _made(token, form)
        if user is not None:
            login(request, user, backend=BACKEND)
            return HttpResponseRedirect(reverse("inbox"))
    return render(request, "web/setup.html", {"form": form}, status=200 if request.method == "GET" else 422)


@login_not_required
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The address is used up by a press of the button, not by a chat program that looks at it for a preview."""
    if request.method == "GET":
        return render(request, "web/enter.html")
    user = people.do_use_sign_in_link(token)
    if user is None:
        raise Http404
    login(request, user, backend=BACKEND)
    return HttpResponseRedirect(reverse("inbox"))


def _checked(request: HttpRequest, form: SignInForm) -> User | None:
    """The user behind e-mail and password; None, with one and the same sentence for all reasons, for anybody else."""
    email, address = form.cleaned_data["email"], request.META.get("REMOTE_ADDR", "")
    if guesses.is_throttled(address, email):
        form.add_error(None, _("Too many tries. Wait a quarter of an hour, then try again."))
        return None
    user = authenticate(request, username=email.strip().lower(), password=form.cleaned_data["password"])
    if not isinstance(user, User):
        guesses.do_note_failure(address, email)
        form.add_error(None, _("The e-mail address or the password is wrong."))
        return None
    guesses.do_forget_failures(address, email)
    return user


def _made(token: str, form: SetUpForm) -> User | None:
    data = form.cleaned_data
    try:
        return people.do_set_up(
            token,
            account_name=data["account"],
            name=data["name"],
            email=data["email"],
            password=data["password"],
        )
    except people.Taken as error:
        raise Http404 from error
    except ValidationError as error:
        form.add_error("password", error)
        return None


def _inside(request: HttpRequest, address: str) -> str:
    """The address if it stays with us, else "" ."""
    secure = request.is_secure()
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}, require_https=secure)
    return address if safe else ""
