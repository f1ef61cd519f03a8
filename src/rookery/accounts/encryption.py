"""One encrypted field for every secret: AES-GCM, a key id, and the row and field as associated data.

A sealed value copied to another row or field does not open. Values are opened when they are read, so a row
whose key is lost can still be loaded, listed and shown as "needs its password again".
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from rookery.accounts import keys


class SecretUnavailable(Exception):
    """The secret cannot be opened: its key is gone, or the value was moved or damaged."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as stored: `v1:<key id>:<nonce>:<ciphertext>`."""

    text: str


def seal(plain: str, context: str) -> str:
    """Encrypt `plain`; `context` names row and field and must be the same when opening. Raises keys.NoKey."""
    key_id, key = keys.current()
    nonce = secrets.token_bytes(12)
    body = AESGCM(key).encrypt(nonce, plain.encode(), context.encode())
    return f"v1:{key_id}:{_b64(nonce)}:{_b64(body)}"


def unseal(stored: str, context: str) -> str:
    """The plain text of what `seal` made. Raises SecretUnavailable."""
    try:
        version, key_id, nonce, body = stored.split(":")
        if version != "v1":
            raise ValueError(version)
        key = keys.by_id(key_id)
        return AESGCM(key).decrypt(_raw(nonce), _raw(body), context.encode()).decode()
    except (ValueError, InvalidTag, keys.NoKey) as error:
        raise SecretUnavailable(str(error) or "the value does not open with this key") from error


class _Attribute:
    def __init__(self, field: EncryptedField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname, "")
        if isinstance(value, Sealed):
            value = unseal(value.text, self.field.context(instance))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.TextField):  # type: ignore[type-arg]
    """A text that is stored sealed. Its model must have a `uuid`, made before the first save.

    Reading the attribute opens it (SecretUnavailable); the empty text stays empty and unsealed.
    """

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Attribute(self))

    def context(self, instance: models.Model) -> str:
        """What binds a sealed value to its place."""
        return f"{instance._meta.label_lower}.{self.attname}.{instance.uuid}"  # type: ignore[attr-defined]

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return Sealed(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed):
            return value.text
        return seal(value, self.context(model_instance)) if value else value


def sealed_text(instance: models.Model, field: str) -> str:
    """The value as stored, sealed (for the door's file, which holds no open secret)."""
    value = instance.__dict__.get(field, "")
    if isinstance(value, Sealed):
        return value.text
    definition = instance._meta.get_field(field)
    assert isinstance(definition, EncryptedField)
    return seal(value, definition.context(instance)) if value else ""


def is_readable(instance: models.Model, field: str) -> bool:
    """Whether the secret opens with the keys at hand."""
    try:
        getattr(instance, field)
    except SecretUnavailable:
        return False
    return True


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text)
