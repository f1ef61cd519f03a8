"""How the gateway's slots learn of what happened, and pass it on in the words of their build."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rookery.sandbox.model import Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World

Event = dict[str, Any]
Build = Callable[[Slot], Event | None]


def tell(world: World, slot: Slot, event: Event | None, prepare: float = 0.0) -> None:
    """One event of one slot, unless this build does not send it; `prepare` as in `Courier.post`."""
    adapted = None if event is None else world.dialect.adapt(event)
    if adapted is not None:
        world.courier.post(adapted, world.hook_for(slot), prepare)


def broadcast(world: World, account: str, job: Callable[[Slot], None]) -> None:
    """Do it for every slot of a number now, or when it is connected again; a banned one never hears of it."""
    for slot in world.slots_of(account):
        if slot.connected:
            job(slot)
        elif not slot.banned:
            world.held.append((slot.id, job))


def release(world: World, slot: Slot) -> None:
    """A slot came back: WhatsApp hands over what happened meanwhile."""
    waiting = [job for slot_id, job in world.held if slot_id == slot.id]
    world.held = [entry for entry in world.held if entry[0] != slot.id]
    for job in waiting:
        job(slot)


def post(world: World, account: str, build: Build) -> None:
    """One event to every slot of a number."""
    broadcast(world, account, lambda slot: tell(world, slot, build(slot)))


def post_now(world: World, account: str, build: Build) -> None:
    """The same for what WhatsApp does not keep for later: to connected slots alone."""
    for slot in world.slots_of(account):
        if slot.connected:
            tell(world, slot, build(slot))


def post_to_others(world: World, slot: Slot, build: Build) -> None:
    """What one slot did through the API is news to other slots of its number alone (contract 6.3)."""
    for other in world.slots_of(slot.phone):
        if other is not slot and other.connected:
            tell(world, other, build(other))


def post_in_turn(world: World, account: str, builds: Sequence[Build]) -> None:
    """Several events to every slot, one after the other under one budget (contract 6.4.16)."""

    def job(slot: Slot) -> None:
        made = [event for build in builds if (event := build(slot)) is not None]
        adapted = [event for one in made if (event := world.dialect.adapt(one)) is not None]
        world.courier.post_all(adapted, world.hook_for(slot))

    broadcast(world, account, job)
