"""The slots of a gateway, and whether one of them is our number."""

from collections.abc import Iterable
from dataclasses import replace

from rookery.providers.commands import ConfigCheck, DeviceStatus
from rookery.providers.errors import (
    ConfigProblem,
    NotReady,
    OutOfService,
    ProviderError,
    Rejected,
    Unreachable,
)
from rookery.providers.reading import Fields
from rookery.providers.whatsapp_web.client import Answer, GatewayClient
from rookery.waid import phone

_DEVICE_CODES = ("DEVICE_ID_REQUIRED", "DEVICE_NOT_FOUND", "DEVICE_MANAGER_UNAVAILABLE")


async def status(client: GatewayClient) -> DeviceStatus:
    """Our slot now. A slot that never logged in is disconnected; one that is gone raises OutOfService."""
    try:
        found = Fields(await client.ask("GET", "/app/status"))
    except NotReady:
        return DeviceStatus(False, False, None, client.config.device_id)
    return DeviceStatus(
        connected=found.flag("is_connected"),
        logged_in=found.flag("is_logged_in"),
        # Gateway 7 names its one account by `device_id`, with a device part.
        jid=found.jid("jid") or found.jid("device_id"),
        slot=found.text("device_id", 255) or client.config.device_id,
    )


async def slots(client: GatewayClient) -> tuple[DeviceStatus, ...]:
    """Every slot, oldest first. Gateway 7 has none; its one account stands for one."""
    answer = await client.exchange("GET", "/devices")
    if _knows_no_slots(answer):
        # What it calls `device_id` is the phone's address there: no slot, and another one after each linking.
        return (replace(await status(client), slot=""),)
    rows = answer.results("ask")
    found = [Fields(row) for row in rows] if isinstance(rows, list) else []
    return tuple(
        DeviceStatus(
            connected=row.text("state") in ("connected", "logged_in"),
            logged_in=row.text("state") == "logged_in",
            jid=row.jid("jid"),
            slot=row.text("id", 255),
        )
        for row in found
        if row.text("id")
    )


async def ensure(client: GatewayClient, slot_id: str, number: str) -> DeviceStatus:
    """The slot of that id, or one that is logged in with our number already, or a new one."""
    known = await slots(client)
    found = _by_id(known, slot_id) or (_by_number(known, number) if number else None)
    if found is not None:
        return found
    answer = await client.exchange("POST", "/devices", json={"device_id": slot_id})
    if answer.status == 500 and (found := _by_id(await slots(client), slot_id)):
        return found  # somebody else made it in between: `device X already exists`
    if _knows_no_slots(answer) and known:
        return known[0]
    made = Fields(answer.results("ask"))
    return DeviceStatus(False, False, made.jid("jid"), made.text("id", 255) or slot_id)


async def check(client: GatewayClient, number: str) -> ConfigCheck:
    """Look at the gateway as an administrator would; see `ConfigProblem`'s sentences for what may be found."""
    try:
        url = client.base_url
    except ConfigProblem as problem:
        return ConfigCheck(problem)
    try:
        _expect_gateway(await client.exchange("GET", "/app/devices"))
        known = await slots(client)
        ours = _ours(client, known, number)
        version = await _version(client)
    except ProviderError as exc:
        return ConfigCheck(_problem(exc, url))
    if ours is None or not ours.logged_in:
        return ConfigCheck(ConfigProblem("config_not_logged_in"), ours, known, version)
    return ConfigCheck(None, ours, known, version)


async def open_to_all(client: GatewayClient) -> bool:
    """Is the list of devices shown to somebody without a password?"""
    answer = await client.exchange("GET", "/app/devices", password=False)
    return answer.status != 401 and answer.envelope is not None


def _knows_no_slots(answer: Answer) -> bool:
    return answer.status == 404 and answer.envelope is None


def _expect_gateway(answer: Answer) -> None:
    # A gateway with no slot, or with several and none named, answers an error that only a gateway has.
    envelope = answer.envelope
    if envelope is None or envelope["code"] not in _DEVICE_CODES:
        answer.results("ask")


def _ours(client: GatewayClient, known: Iterable[DeviceStatus], number: str) -> DeviceStatus | None:
    """The slot that is logged in with our number; without a number the named slot, or the only one."""
    known = list(known)
    slot_id = client.config.device_id
    named = _by_id(known, slot_id) if slot_id else None
    if number:
        if named is not None:
            return named if named.jid is None or _is_number(named, number) else None
        return _by_number(known, number)
    return named or (known[0] if len(known) == 1 and not slot_id else None)


async def _version(client: GatewayClient) -> str:
    """The build as gateways from 9.0 on tell it; older ones know no such address."""
    try:
        return Fields(await client.ask("GET", "/app/info")).text("version", 40)
    except ProviderError:
        return ""


def _problem(exc: ProviderError, url: str) -> ConfigProblem:
    if isinstance(exc, Unreachable) or exc.code in ("interrupted", "address_forbidden"):
        return ConfigProblem("config_unreachable", url=url)
    if isinstance(exc, OutOfService) and exc.code == "bad_credentials":
        return ConfigProblem("config_credentials")
    if isinstance(exc, (Rejected, NotReady)) and exc.code in ("not_connected", "not_logged_in"):
        return ConfigProblem("config_not_logged_in")
    return ConfigProblem("config_not_a_gateway", url=url)


def _by_id(known: Iterable[DeviceStatus], slot_id: str) -> DeviceStatus | None:
    return next((slot for slot in known if slot.slot == slot_id), None)


def _by_number(known: Iterable[DeviceStatus], number: str) -> DeviceStatus | None:
    mine = [slot for slot in known if _is_number(slot, number)]
    return next((slot for slot in mine if slot.logged_in), mine[0] if mine else None)


def _is_number(slot: DeviceStatus, number: str) -> bool:
    return slot.jid is not None and phone.key(slot.jid.user) == phone.key(number)
