"""A program that calls the API with a token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from rookery.accounts import people
from rookery.accounts.models import Account, User

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


class Caller:
    """Calls addresses below one account; `path` without a slash in front counts from there."""

    def __init__(self, account: Account, user: User, token: str = "") -> None:
        self.account = account
        self.user = user
        self.token = token or people.do_issue_token(user)
        self.client = Client(enforce_csrf_checks=True)

    def send(
        self,
        method: str,
        path: str,
        data: Any = None,
        *,
        raw: bytes | None = None,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Answer:
        """One request; the answer as it came."""
        address = path if path.startswith("/") else f"/api/v1/accounts/{self.account.pk}/{path}".rstrip("/")
        body = raw if raw is not None else json.dumps(data).encode() if data is not None else b""
        return self.client.generic(
            method,
            address,
            body,
            kind,
            headers={"api-access-token": self.token, **(headers or {})},
            query_params=dict(query or {}) or None,
        )

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a good answer."""
        return good(self.send("GET", path, query=query))

    def post(self, path: str, data: Any = None, **more: Any) -> Any:
        return good(self.send("POST", path, data if data is not None else {}, **more))

    def upload(self, path: str, fields: dict[str, Any]) -> Answer:
        """A form with files."""
        return self.send("POST", path, raw=encode_multipart(BOUNDARY, fields), kind=MULTIPART_CONTENT)


def good(answer: Answer) -> Any:
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def refusal(answer: Answer, status: int = 422) -> Any:
    """The JSON of a refusal."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert answer["Content-Type"] == "application/json"
    return json.loads(answer.content)
