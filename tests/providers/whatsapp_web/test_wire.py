"""The dialect against what the simulated gateway really sends, signature included."""

from rookery.providers.events import (
    EditEvent,
    MessageEvent,
    PresenceEvent,
    ReactionEvent,
    ReceiptEvent,
    RevokeEvent,
)
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.sandbox import people
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from rookery.waid import Jid
from tests.providers.whatsapp_web.conftest import BIA, OURS, Post, over


async def test_webhooks_when_people_live_are_all_understood(world: World, post: Post) -> None:
    bia = world.contact(BIA)
    first = world.say(BIA, "olá & bem-vindo")
    world.say(BIA, "resposta", reply_to=first)
    world.say(BIA, kind="image", text="nota fiscal")
    world.say(BIA, kind="audio")
    world.say(BIA, kind="location")
    world.phone_say(BIA, "do telefone")
    people.react(world, bia, first, "👍")
    people.edit(world, bia, first, "olá!")
    people.revoke(world, bia, first)
    people.type_in(world, bia, {})
    people.read(world, bia, BIA)
    await world.settle()
    events = [WhatsAppWeb.parse(body)[0] for body in post.bodies]
    assert all(
        WhatsAppWeb.verify("s" * 32, body, headers["x-hub-signature-256"])
        for body, headers in zip(post.bodies, post.headers, strict=True)
    )
    messages = [event for event in events if isinstance(event, MessageEvent)]
    assert {event.kind for event in messages} == {"text", "image", "audio", "location"}
    changes = [event for event in events if isinstance(event, (ReactionEvent, EditEvent, RevokeEvent))]
    assert [type(event) for event in changes] == [ReactionEvent, EditEvent, RevokeEvent]
    assert {event.target for event in changes} == {first}
    assert all(event.author.pn == Jid.of_phone(BIA) and not event.from_me for event in changes)
    assert {event.chat.jid for event in messages} == {Jid.of_phone(BIA)}
    assert all(event.device == Jid.of_phone(OURS) and event.at for event in messages)
    assert any(event.quoted_id == first and event.quoted_text for event in messages)
    assert any(isinstance(event, ReceiptEvent) and event.status == "read" for event in events)
    assert any(isinstance(event, PresenceEvent) and event.state == "composing" for event in events)
    assert {WhatsAppWeb.device_of(body) for body in post.bodies} == {f"{OURS}@s.whatsapp.net"}


async def test_webhook_when_lid_is_not_resolved_names_only_the_lid(world: World, post: Post) -> None:
    world.add_contact("5511955550000", "Oculta", lid="111222333@lid", lid_known=False)
    world.say("5511955550000", "quem sou eu")
    await world.settle()
    (event,) = WhatsAppWeb.parse(post.bodies[-1])
    assert isinstance(event, MessageEvent)
    assert (event.author.pn, event.author.lid) == (None, Jid.parse("111222333@lid"))
    assert event.author.jid == event.chat.jid == event.chat.lid


async def test_webhooks_when_gateway_is_7_are_all_understood(post: Post) -> None:
    pace = Pace(0.0, 0.0, 1.0)
    world = World("v7", pace=pace, webhook_url="http://door.example", webhook_secret="s" * 32, deliver=post)
    world.add_device("demo", OURS)
    bia = world.add_contact(BIA, "Bia", lid="98765432101234@lid")
    first = world.say(BIA, "olá")
    world.say(BIA, kind="image", text="nota fiscal")
    world.say(BIA, kind="contact")
    world.phone_say(BIA, "do telefone")
    people.react(world, bia, first, "👍")
    people.edit(world, bia, first, "olá!")
    people.revoke(world, bia, first)
    people.read(world, bia, BIA)
    await world.settle()
    own = frozenset({Jid.of_phone(OURS)})
    events = [WhatsAppWeb.parse(body, own)[0] for body in post.bodies]
    messages = [event for event in events if isinstance(event, MessageEvent)]
    assert [(event.kind, event.from_me) for event in messages] == [
        ("text", False),
        ("image", False),
        ("contact", False),
        ("text", True),
    ]
    changes = [event for event in events if isinstance(event, (ReactionEvent, EditEvent, RevokeEvent))]
    assert [type(event) for event in changes] == [ReactionEvent, EditEvent, RevokeEvent]
    assert {event.target for event in changes} == {first}
    assert any(isinstance(event, ReceiptEvent) and event.status == "read" for event in events)
    assert {WhatsAppWeb.device_of(body) for body in post.bodies} == {None}
    assert (await over(world, device_id="").check_config("+" + OURS)).ok
    await world.close()
