import httpx
import pytest

from rookery.providers import errors as e
from rookery.providers.events import MessageEvent
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.sandbox.world import World
from rookery.waid import Jid
from tests.providers.whatsapp_web.conftest import BIA, Post, answering, failure, over, success

PEER = Jid.of_phone(BIA)


async def path_of(world: World, post: Post, **options: object) -> tuple[str, str]:
    source_id = world.say(BIA, **options)  # type: ignore[arg-type]
    await world.settle()
    (event,) = WhatsAppWeb.parse(post.bodies[-1])
    assert isinstance(event, MessageEvent)
    assert event.media[0].path
    return source_id, event.media[0].path


async def read(provider: WhatsAppWeb, path: str, max_bytes: int = 10_000_000) -> bytes:
    async with provider.open_media(path, max_bytes=max_bytes) as file:
        return b"".join([chunk async for chunk in file])


async def test_file_when_its_name_holds_a_semicolon_is_fetched(
    world: World, post: Post, gateway: WhatsAppWeb
) -> None:
    _, path = await path_of(world, post, kind="audio", extension=".ogg; codecs=opus")
    assert path.endswith(".ogg; codecs=opus")
    assert len(await read(gateway, path)) > 100


async def test_file_when_gone_is_not_available_whoever_asks(world: World, gateway: WhatsAppWeb) -> None:
    for provider in (gateway, over(world, password="no"), over(world, device_id="gone")):
        with pytest.raises(e.NotAvailable):
            await read(provider, "statics/media/gone.jpg")


async def test_file_when_larger_than_wanted_stops(world: World, post: Post, gateway: WhatsAppWeb) -> None:
    _, path = await path_of(world, post, kind="image")
    with pytest.raises(e.TooLarge) as caught:
        await read(gateway, path, max_bytes=10)
    assert caught.value.params == {"limit": 10}


async def test_file_when_path_leaves_the_folder_asks_nobody() -> None:
    with pytest.raises(e.BadMediaPath):
        await read(answering(AssertionError("asked")), "statics/../app/logout")


async def test_file_when_fetched_below_a_prefix_carries_credentials() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"OggS", headers={"Content-Type": "audio/ogg"})

    provider = answering(answer, base_url="http://host/5521995539939")
    async with provider.open_media("statics/media/x.ogg; codecs=opus", max_bytes=10) as file:
        assert (file.content_type, file.length) == ("audio/ogg", 4)
        assert [chunk async for chunk in file] == [b"OggS"]
    assert str(seen[0].url) == "http://host/5521995539939/statics/media/x.ogg%3B%20codecs%3Dopus"
    assert str(seen[0].url) == provider.media_url("statics/media/x.ogg; codecs=opus")
    assert seen[0].headers["X-Device-Id"] == "demo"
    assert "Authorization" in seen[0].headers


async def test_file_when_connection_breaks_may_be_tried_again() -> None:
    for failed in (httpx.ReadError("x"), httpx.ConnectError("x"), httpx.Response(503)):
        with pytest.raises(e.NotSent) as caught:
            await read(answering(failed), "statics/media/x.jpg")
        assert caught.value.retry


async def test_download_when_message_is_known_gives_a_path_to_fetch(
    world: World, post: Post, gateway: WhatsAppWeb
) -> None:
    source_id, _ = await path_of(world, post, kind="image")
    found = await gateway.download_message_media(source_id, PEER)
    assert found.kind == "image"
    assert len(await read(gateway, found.path)) == found.size


async def test_download_when_message_has_no_file_is_not_available(world: World, gateway: WhatsAppWeb) -> None:
    for source_id in ("3EB0UNKNOWN", world.say(BIA, "only text")):
        with pytest.raises(e.NotAvailable):
            await gateway.download_message_media(source_id, PEER)


@pytest.mark.parametrize(
    "source_id", ["../../app/logout", "a/b", "a?b", "a%2fb", "..", ".", "", "é", "a b", "a" * 200]
)
async def test_download_when_id_is_an_address_asks_nobody(source_id: str) -> None:
    with pytest.raises(e.NotAvailable):
        await answering(AssertionError("asked")).download_message_media(source_id, PEER)


async def test_download_when_gateway_is_not_ready_may_be_tried_again() -> None:
    with pytest.raises(e.NotReady):
        await answering(failure(500, "INVALID_WA_CLI")).download_message_media("A", PEER)
    with pytest.raises(e.NotAvailable):
        await answering(success({})).download_message_media("A", PEER)
