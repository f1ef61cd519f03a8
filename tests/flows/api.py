"""The REST API as a stranger's program uses it: a token, pages, and nothing of Rookery imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


class Api:
    """One account through `/api/v1`; the client carries the token."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        profile = self._ok(client.get("/api/v1/profile"))
        self.root = f"/api/v1/accounts/{profile['account_id']}"

    @staticmethod
    def _ok(answer: httpx.Response) -> Any:
        assert answer.status_code == 200, f"{answer.request.url}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        return self._ok(self.client.get(self.root + path, params=query))

    def conversations(self) -> list[dict[str, Any]]:
        """All of them, page by page."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            data = self.get("/conversations", status="all", page=page)["data"]
            if not data["payload"]:
                return found
            found += data["payload"]
            page += 1

    def messages(self, display_id: int) -> list[dict[str, Any]]:
        """A whole conversation, oldest first, read backwards in pages."""
        found: list[dict[str, Any]] = []
        query: dict[str, Any] = {}
        while True:
            part = self.get(f"/conversations/{display_id}/messages", **query)["payload"]
            if not part:
                return found
            found = part + found
            query = {"before": part[0]["id"]}

    def post(self, display_id: int, content: str, client_ref: str, **more: Any) -> dict[str, Any]:
        """A reply; repeating it with the same reference changes nothing."""
        fields: Mapping[str, Any] = {"content": content, "client_ref": client_ref, **more}
        made = self._ok(self.client.post(f"{self.root}/conversations/{display_id}/messages", json=fields))
        assert isinstance(made, dict)
        return made
