"""What opens doors, and what was done behind them."""

from __future__ import annotations

from django.db import models

from rookery.accounts.models.people import Account, User


class ApiToken(models.Model):
    """An API token; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=80, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class OneTimeLink(models.Model):
    """An address that works once: making the first administrator, or signing in to the demo."""

    class Purpose(models.TextChoices):
        SETUP = "setup"
        SIGN_IN = "sign_in"

    digest = models.BinaryField(max_length=32, unique=True)
    purpose = models.CharField(max_length=8, choices=Purpose)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class SignInFailure(models.Model):
    """A refused sign-in, for slowing down guesses; keys are hashes of address and e-mail."""

    key = models.BinaryField(max_length=16)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["key", "at"], name="sign_in_failure"),)


class AuditEntry(models.Model):
    """Who changed what, without secrets or texts."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    action = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=40, default="")
    target_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
