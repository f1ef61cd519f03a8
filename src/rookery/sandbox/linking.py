"""How a slot gets, loses and regains its phone (contract 3.4 to 3.6)."""

from __future__ import annotations

import asyncio
import io
import re
import secrets
import uuid
from typing import TYPE_CHECKING

import segno
from PIL import Image

from rookery.sandbox import announce, errors, people
from rookery.sandbox.model import Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World

QR_SECONDS = 30
PAIR_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"


def _refuse_if_linked(world: World, slot: Slot) -> None:
    if slot.banned:
        # A thrown-out account starts over like an empty slot.
        slot.phone, slot.banned = "", False
    if slot.online:
        raise errors.GatewayError(400, "ALREADY_LOGGED_IN", "you are already logged in.")
    if slot.phone:
        reconnect(world, slot)
        raise errors.GatewayError(400, "ALREADY_LOGGED_IN", "you are already logged in.")


async def begin(world: World, slot: Slot) -> str:
    """Start a QR login; answers the static path of the picture, which vanishes after `QR_SECONDS`."""
    _refuse_if_linked(world, slot)
    slot.client, slot.connected = True, True
    world.save("slot", slot.id, slot)
    forget_qr(world, slot)
    path = f"statics/qrcode/scan-qr-{uuid.uuid4()}.png"
    world.files.put(path, _qr_png(f"2@{secrets.token_urlsafe(48)},{slot.id}"))
    world.notes[f"qr:{slot.id}"] = path
    world.spawn(_expire(world, path), background=True)
    return path


def forget_qr(world: World, slot: Slot) -> None:
    """A new code, and a successful scan, put an end to the code before."""
    path = world.notes.pop(f"qr:{slot.id}", None)
    if path:
        world.files.remove(path)


async def _expire(world: World, path: str) -> None:
    await asyncio.sleep(QR_SECONDS * world.pace.people)
    world.files.remove(path)


def _qr_png(text: str) -> bytes:
    plain = io.BytesIO()
    segno.make(text, error="m").save(plain, kind="png", scale=8, border=4)
    out = io.BytesIO()
    Image.open(plain).convert("L").resize((512, 512), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def pair_code(world: World, slot: Slot, phone: str) -> str:
    """`XXXX-XXXX` to be typed on the phone."""
    if not re.fullmatch(r"\+?[0-9]{1,15}", phone):
        raise errors.invalid({"phone": "must be in a valid format" if phone else "cannot be blank"})
    _refuse_if_linked(world, slot)
    number = phone.removeprefix("+")
    if len(number) <= 6:
        raise errors.internal("phone number too short")
    if number.startswith("0"):
        raise errors.internal("international phone number required (must not start with 0)")
    slot.client, slot.connected = True, True
    world.save("slot", slot.id, slot)
    world.notes[f"pair:{slot.id}"] = number
    code = "".join(secrets.choice(PAIR_ALPHABET) for _index in range(8))
    return f"{code[:4]}-{code[4:]}"


def scan(world: World, slot: Slot, phone: str, push_name: str, lid: str = "") -> None:
    """Somebody points a phone at the QR code, or types the pairing code."""
    forget_qr(world, slot)
    typed = world.notes.pop(f"pair:{slot.id}", None)
    world.link(slot, phone or typed or "15550000001", push_name or "Demo Shop", lid)
    # The phone hands over its history and keys; only v7 lets that through to webhooks.
    people.junk(world, slot.phone, slot.phone)


def reconnect(world: World, slot: Slot) -> None:
    if not slot.client:
        raise errors.internal(f"device {slot.id} client not initialized")
    if not slot.phone:
        raise errors.internal(f"device {slot.id} is not logged in (session deleted)")
    if slot.banned:
        raise errors.internal("server returned error 403")
    slot.connected = True
    world.save("slot", slot.id, slot)
    announce.release(world, slot)


def drop(world: World, slot: Slot) -> None:
    """The socket goes down; what happens meanwhile arrives after the reconnect."""
    slot.connected = False
    world.save("slot", slot.id, slot)


def ban(world: World, slot: Slot) -> None:
    """WhatsApp throws the account out: nothing on the wire, polling shows a dead socket."""
    slot.connected, slot.banned = False, True
    world.save("slot", slot.id, slot)


def logout(world: World, slot: Slot) -> None:
    """REST logout: the fork removes the slot, later builds keep it without a client, v7 wipes all and starts anew."""
    _unlink(world, slot)
    if world.profile.single_account:
        slot.client = True
        forget_history(world)
        world.save("slot", slot.id, slot)
    if not world.profile.keeps_slot_on_logout:
        remove(world, slot)


def logout_on_phone(world: World, slot: Slot) -> None:
    """The owner unlinks the device: the fork also erases the stored history of every device."""
    if world.profile.single_account:
        logout(world, slot)
        return
    _unlink(world, slot)
    if world.profile.keeps_slot_on_logout:
        return
    remove(world, slot)
    forget_history(world)


def forget_history(world: World) -> None:
    """The gateway's record is emptied, for every account; phones keep theirs."""
    for found in world.chats.values():
        for message in found:
            message.row = None
            world.keep(message)


def _unlink(world: World, slot: Slot) -> None:
    forget_qr(world, slot)
    slot.phone, slot.client, slot.connected, slot.banned = "", False, False, False
    world.held = [entry for entry in world.held if entry[0] != slot.id]
    world.save("slot", slot.id, slot)


def remove(world: World, slot: Slot) -> None:
    world.slots.pop(slot.id, None)
    world.store.remove("slot", slot.id)
