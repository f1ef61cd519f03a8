"""Control calls: the world's clock, the gateway's record and its gaps, and a gateway that starts again."""

from __future__ import annotations

from typing import Any

from rookery.sandbox import announce, events, history, moments
from rookery.sandbox.control.command import Action, Command, ControlError


def clock(command: Command) -> Any:
    """`{advance}` seconds forwards or (negative) backwards, or `{reset: true}`."""
    world = command.world
    if command.flag("reset"):
        world.advance(-world.shift)
    if "advance" in command.data:
        world.advance(command.number("advance"))
    return _clock(command)


def _clock(command: Command) -> Any:
    return {"now": command.world.now(), "shift": command.world.shift}


def complete(command: Command) -> Any:
    """`{sync_type?}`: a history sync has ended; LID chats whose number is known move to it in the record."""
    world, kind = command.world, command.text("sync_type") or "RECENT"
    history.merge_lid_chats(world)
    if world.dialect.history_events:
        payload = {"sync_type": kind, "timestamp": moments.stamp(world.now())}
        account = world.default_account(command.text("device"))
        announce.post(world, account, lambda slot: events.envelope(slot, "history_sync_complete", payload))
    return {}


def on_demand(command: Command) -> Any:
    """`{chat, before?: unix seconds, count?}`: the phone hands over older texts of a chat (the fork)."""
    world = command.world
    account = world.default_account(command.text("device"))
    before, count = command.number("before", world.now()), command.number("count", 50)
    return {"ids": history.on_demand(world, account, command.chat(), before, count)}


def gap(command: Command) -> Any:
    """`{chat?, after?, before?}` (unix seconds, inclusive): the record loses these rows; answers their ids."""
    world = command.world
    chat = command.chat() if "chat" in command.data else None
    after, before = command.number("after", 0), command.number("before", world.now())
    if after > before:
        raise ControlError(400, "after must not be later than before")
    account = world.default_account(command.text("device"))
    return {"ids": history.lose(world, account, chat, after, before)}


def restart(command: Command) -> Any:
    """The process ends and is started again: what was under way is lost, sessions are back after 2 s."""
    command.world.restart()
    return {}


ACTIONS: list[tuple[str, str, Action]] = [
    ("GET", "/clock", _clock),
    ("POST", "/clock", clock),
    ("POST", "/history/complete", complete),
    ("POST", "/history/on_demand", on_demand),
    ("POST", "/history/gap", gap),
    ("POST", "/restart", restart),
]
