"""The dialect against what the simulated gateway really sends, signature included."""

from rookery.providers.events import MessageEvent, PresenceEvent, ReceiptEvent
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.sandbox import people
from rookery.sandbox.world import World
from rookery.waid import Jid
from tests.providers.whatsapp_web.conftest import BIA, OURS, Post


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
    whats = {event.what for event in messages if event.kind == "unsupported"}
    assert whats == {"location", "message.reaction", "message.edited", "message.revoked"}
    assert {event.kind for event in messages} == {"text", "image", "audio", "unsupported"}
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
