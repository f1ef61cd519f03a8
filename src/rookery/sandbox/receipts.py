"""Receipts for what we sent: delivered, then read, one participant at a time (contract 6.4.12)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from rookery.sandbox import announce, events, flat
from rookery.sandbox.model import Contact, Message, Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World

DELIVERED_AFTER = 0.6
READ_AFTER = 2.2
RANK = {"sent": 0, "delivered": 1, "read": 2}


def follow(world: World, message: Message) -> None:
    """Let the people of the chat receive and read a message that has just left."""
    for contact in _recipients(world, message):
        world.spawn(_receive(world, message, contact))


def _recipients(world: World, message: Message) -> list[Contact]:
    group = world.groups.get(message.chat)
    if group is None:
        found = world.contacts.get(message.chat)
        return [found] if found is not None else []
    phones = [member.phone for member in group.members if member.phone != message.account]
    return [world.contacts[phone] for phone in phones if phone in world.contacts]


async def _receive(world: World, message: Message, contact: Contact) -> None:
    if contact.quiet_ack and not world.dialect.linked_device_acks:
        return
    await asyncio.sleep(DELIVERED_AFTER * world.pace.people)
    if contact.receives:
        _ack(world, message, contact, "delivered")
    if contact.reads:
        await asyncio.sleep(READ_AFTER * world.pace.people)
        _ack(world, message, contact, "read")


def _ack(world: World, message: Message, contact: Contact, kind: str) -> None:
    if RANK.get(message.status, 0) < RANK[kind]:
        message.status = kind
        world.keep(message)
    at, phone = world.now(), contact.phone
    if not contact.quiet_ack:
        announce.post(
            world,
            message.account,
            lambda slot: events.ack(world, slot, [message.id], message.chat, phone, kind, at),
        )
    if world.dialect.linked_device_acks:
        for device in contact.linked_devices:
            announce.post(world, message.account, _of_linked(world, message, phone, kind, at, device))


def _of_linked(
    world: World, message: Message, phone: str, kind: str, at: int, device: int
) -> Callable[[Slot], announce.Event]:
    return lambda slot: flat.ack(world, slot, [message.id], message.chat, phone, kind, at, device)
