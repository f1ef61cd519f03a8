"""A slot gets its phone, loses it, and says where its events go (gateway contract 3.2 to 3.6).

Logins go through `/app/login*` with the slot in the header: `/devices/:id/login` answers 500 in many builds.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from rookery.providers.errors import NotAvailable, NotReady
from rookery.providers.linking import AlreadyLinked, QrCode, WebhookSetting
from rookery.providers.reading import Fields
from rookery.providers.whatsapp_web.client import Answer, GatewayClient

LOGIN_SECONDS: Final = 20.0  # somebody waits in front of a page; a code takes a second or two
MOST_IMAGE: Final = 512 * 1024
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_QR_FOLDERS: Final = ("statics/qrcode/", "statics/images/qrcode/")
_PAIR_CODE: Final = re.compile(r"[0-9A-Z]{4}-?[0-9A-Z]{4}")
_PATIENCE: Final = 2.0  # what the gateway asks for when a stored session has to connect first
_SECONDS: Final = 30


async def login_qr(client: GatewayClient) -> QrCode:
    """Begin a login; the picture is fetched from our own idea of the gateway's address, whatever host it names."""
    found = Fields(await _login(client, "/app/login", {}))
    path = _qr_path(found.text("qr_link", 1000))
    async with client.open_file(path, max_bytes=MOST_IMAGE, seconds=10.0) as file:
        image = b"".join([chunk async for chunk in file])
    if not image.startswith(_PNG):
        raise NotReady("whatsapp_not_ready")
    seconds = found.number("qr_duration")
    return QrCode(image, seconds if seconds and 5 <= seconds <= 120 else _SECONDS)


async def login_code(client: GatewayClient, phone: str) -> str:
    """Eight characters with a dash, to be typed on the phone."""
    digits = "".join(char for char in phone if char.isdigit())
    found = Fields(await _login(client, "/app/login-with-code", {"phone": digits}))
    code = found.text("pair_code", 40).upper()
    if not _PAIR_CODE.fullmatch(code):
        raise NotReady("whatsapp_not_ready")
    return code if "-" in code else f"{code[:4]}-{code[4:]}"


async def logout(client: GatewayClient) -> None:
    await client.ask("GET", "/app/logout", seconds=LOGIN_SECONDS)


async def reconnect(client: GatewayClient) -> None:
    await client.ask("GET", "/app/reconnect", seconds=LOGIN_SECONDS)


async def webhook(client: GatewayClient) -> WebhookSetting | None:
    """Gateways before 8.10 know no such address. A slot that is not there yet has no webhook of its own."""
    answer = await client.exchange("GET", _webhook_path(client))
    if answer.envelope is not None and answer.envelope["code"] == "NOT_FOUND":
        return WebhookSetting("")
    if _no_such_address(answer):
        return None
    found = Fields(answer.results("ask"))
    events = tuple(filter(None, (name.strip() for name in found.text("webhook_events", 2000).split(","))))
    return WebhookSetting(found.text("webhook_url", 2000), found.text("webhook_secret", 1000), events)


async def set_webhook(client: GatewayClient, url: str, secret: str, events: Sequence[str]) -> None:
    """All values at once: what is left out becomes empty there."""
    body = {
        "webhook_url": url,
        "webhook_secret": secret,
        "webhook_events": ",".join(events),
        "webhook_insecure_skip_verify": False,
    }
    answer = await client.exchange("PATCH", _webhook_path(client), json=body)
    if _no_such_address(answer):
        raise NotAvailable
    answer.results("ask")


async def _login(client: GatewayClient, path: str, params: dict[str, str]) -> object:
    """A stored session is connected instead of a new login (500 SESSION_SAVED_ERROR while it still tries), and a
    call right after a connect may fail: once more after a moment."""
    answer = await client.exchange("GET", path, params=params, seconds=LOGIN_SECONDS)
    if answer.status == 500 and answer.envelope is not None:
        await asyncio.sleep(_PATIENCE)
        answer = await client.exchange("GET", path, params=params, seconds=LOGIN_SECONDS)
    envelope = answer.envelope
    if envelope is not None and envelope["code"] == "ALREADY_LOGGED_IN":
        raise AlreadyLinked
    return answer.results("ask")


def _qr_path(link: str) -> str:
    """The path below the gateway's base: host, scheme and prefix in the link are what the gateway believes of itself."""
    try:
        path = unquote(urlsplit(link).path)
    except ValueError:
        raise NotReady("whatsapp_not_ready") from None
    found = "statics/" + path.partition("statics/")[2]
    if not found.startswith(_QR_FOLDERS):
        raise NotReady("whatsapp_not_ready")
    return found


def _webhook_path(client: GatewayClient) -> str:
    """The slot's id stands in the path and is not decoded by every build: ours are plain."""
    slot = client.config.device_id
    if not slot or "/" in slot or slot in (".", ".."):
        return "/devices/none/webhook"
    return f"/devices/{quote(slot, safe='@:')}/webhook"


def _no_such_address(answer: Answer) -> bool:
    """Plain words from the router, or its check of devices that comes before it; some builds know the address but
    not the method."""
    code = answer.envelope["code"] if answer.envelope is not None else ""
    return (answer.status in (404, 405) and not code) or code in ("DEVICE_NOT_FOUND", "DEVICE_ID_REQUIRED")
