"""WhatsApp through a gateway that is linked like WhatsApp Web."""

import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final

import httpx

from rookery.outbound_http import CappedReader
from rookery.providers.base import Provider
from rookery.providers.commands import (
    Avatar,
    ChannelConfig,
    ChatPage,
    Command,
    ConfigCheck,
    DeviceStatus,
    FetchedMedia,
    GroupInfo,
    RecordPage,
    RecordRow,
    SavedContact,
    Sent,
)
from rookery.providers.errors import NotAvailable, ProviderError
from rookery.providers.events import Event
from rookery.providers.linking import QrCode, WebhookSetting
from rookery.providers.reading import Fields
from rookery.providers.whatsapp_web import devices, encode, incoming, linking, lists, record, signature
from rookery.providers.whatsapp_web.answers import read_sent
from rookery.providers.whatsapp_web.client import FETCH_SECONDS, GatewayClient
from rookery.providers.whatsapp_web.parsing import origin
from rookery.providers.whatsapp_web.urls import media_url, read_base_url
from rookery.waid import Jid

_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_=+:@-][A-Za-z0-9_.=+:@-]{0,127}")


class WhatsAppWeb(Provider):
    """See the room's page for what each call asks of the gateway."""

    name = "whatsapp_web"
    capabilities = encode.CAPABILITIES

    def __init__(self, config: ChannelConfig, client: httpx.AsyncClient) -> None:
        super().__init__(config, client)
        self._gateway = GatewayClient(config, client)

    verify = staticmethod(signature.verify)
    device_of = staticmethod(origin.device_of)
    lane_key = staticmethod(origin.lane_key)
    decorated = staticmethod(encode.decorated)
    base_url = staticmethod(read_base_url)

    @staticmethod
    def parse(raw: bytes, own: frozenset[Jid] = frozenset()) -> tuple[Event, ...]:
        return incoming.parse(raw, own)

    async def send(self, command: Command) -> Sent:
        request = encode.encode(command)
        form = request.form
        answer = await self._gateway.exchange(
            "POST",
            request.path,
            endpoint="send",
            seconds=request.seconds,
            json=request.json,
            content=form.stream() if form else None,
            headers=form.headers if form else None,
        )
        return read_sent(answer.results("send"))

    async def record(self, chat: Jid, since: datetime, until: datetime) -> list[RecordRow]:
        return await record.walk(self._gateway, chat, since, until)

    async def record_page(
        self, chat: Jid, since: datetime, until: datetime, *, offset: int = 0
    ) -> RecordPage:
        return await record.page(self._gateway, chat, since, until, offset)

    async def chats(self, *, offset: int = 0, limit: int = 100) -> ChatPage:
        return await lists.chats(self._gateway, offset, limit)

    async def group_info(self, group: Jid) -> GroupInfo:
        return await lists.group_info(self._gateway, group)

    async def avatar(self, jid: Jid, *, group: bool = False) -> Avatar | None:
        return await lists.avatar(self._gateway, jid)

    async def contacts(self) -> tuple[SavedContact, ...]:
        return await lists.contacts(self._gateway)

    def media_url(self, path: str) -> str:
        return media_url(self._gateway.base_url, path)

    def open_media(
        self, path: str, *, max_bytes: int, seconds: float = FETCH_SECONDS
    ) -> AbstractAsyncContextManager[CappedReader]:
        return self._gateway.open_file(path, max_bytes=max_bytes, seconds=seconds)

    async def download_message_media(self, source_id: str, chat: Jid) -> FetchedMedia:
        answer = await self._gateway.exchange(
            "GET",
            f"/message/{_path_part(source_id)}/download",
            params={"phone": str(chat.bare)},
            seconds=FETCH_SECONDS,
        )
        if answer.status == 500 and answer.envelope is not None:
            raise _download_error(answer.error("ask"))
        found = Fields(answer.results("ask"))
        if not found.text("file_path"):
            raise NotAvailable
        return FetchedMedia(
            path=found.text("file_path"),
            kind=found.text("media_type", 40),
            filename=found.text("filename", 255),
            size=found.number("file_size"),
        )

    def headers(self) -> dict[str, str]:
        return self._gateway.headers()

    async def device_status(self) -> DeviceStatus:
        return await devices.status(self._gateway)

    async def check_config(self, phone: str = "") -> ConfigCheck:
        return await devices.check(self._gateway, phone or self.config.phone)

    async def ensure_slot(self, slot_id: str) -> DeviceStatus:
        return await devices.ensure(self._gateway, slot_id, self.config.phone)

    async def open_to_all(self) -> bool:
        return await devices.open_to_all(self._gateway)

    async def login_qr(self) -> QrCode:
        return await linking.login_qr(self._gateway)

    async def login_code(self, phone: str) -> str:
        return await linking.login_code(self._gateway, phone)

    async def logout(self) -> None:
        await linking.logout(self._gateway)

    async def reconnect(self) -> None:
        await linking.reconnect(self._gateway)

    async def webhook(self) -> WebhookSetting | None:
        return await linking.webhook(self._gateway)

    async def set_webhook(self, url: str, secret: str, events: Sequence[str] = ()) -> None:
        await linking.set_webhook(self._gateway, url, secret, events)


def _path_part(source_id: str) -> str:
    """The sender chooses a message's id: it must not be able to lead to another address of the gateway."""
    if not _PLAIN_ID.fullmatch(source_id):
        raise NotAvailable
    return source_id


def _download_error(found: ProviderError) -> ProviderError:
    # Not in the gateway's storage, no media, CDN object gone: all come as 500 and asking at once changes nothing.
    return found if found.code in ("whatsapp_not_ready", "timed_out") else NotAvailable()
