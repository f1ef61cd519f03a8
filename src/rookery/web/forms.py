"""Forms of the pages. Templates draw them; words and limits are here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rookery.accounts.models import User
from rookery.web.formatting import plain
from rookery.web.presenters.shell import THEMES


class SignInForm(forms.Form):
    email = forms.CharField(label=_("E-mail address"), max_length=254)
    password = forms.CharField(label=_("Password"), max_length=1000, strip=False)
    next = forms.CharField(required=False, max_length=2000)


class SetUpForm(forms.Form):
    account = forms.CharField(label=_("Workspace"), max_length=255)
    name = forms.CharField(label=_("Your name"), max_length=255)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    password = forms.CharField(label=_("Password"), max_length=1000, strip=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "password" in data:
            person = User(email=data.get("email", ""), name=data.get("name", ""))
            try:
                validate_password(data["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class PreferencesForm(forms.Form):
    """Every field may be left out: the sound switch posts itself alone."""

    name = forms.CharField(label=_("Name"), max_length=255)
    language = forms.ChoiceField(required=False, choices=[("", ""), *settings.LANGUAGES])
    theme = forms.ChoiceField(required=False, choices=[(theme, theme) for theme in THEMES])
    sound = forms.ChoiceField(required=False, choices=[("on", "on"), ("off", "off")])

    def clean_name(self) -> str:
        name = plain(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Enter a name."))
        return name


class PasswordForm(forms.Form):
    old = forms.CharField(label=_("Current password"), max_length=1000, strip=False)
    new = forms.CharField(label=_("New password"), max_length=1000, strip=False)

    def __init__(self, user: User, data: Any = None) -> None:
        self.user = user
        super().__init__(data)

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise ValidationError(_("This is not your current password."))
        return old

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        return new


class PostForm(forms.Form):
    """A reply. Files are taken from the request, for there are several under one name."""

    text = forms.CharField(required=False, strip=False)
    client_ref = forms.UUIDField(required=False)
    reply_to = forms.IntegerField(required=False, min_value=1)
