"""Every kind of message a person can send, as the webhook, the record and the phone show it (contract 6.4)."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import httpx
import pytest
from PIL import Image

from rookery.sandbox import kinds, samples
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, MakeWorld, Receiver, control, results

CHAT = f"/chat/{ADA}@s.whatsapp.net/messages"
COMMON = {"id", "chat_id", "from", "from_name", "timestamp", "is_from_me"}


async def rows(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get(CHAT)
    return (answer.json()["results"]["data"] or []) if answer.status_code == 200 else []


@pytest.mark.parametrize("kind", sorted(kinds.KNOWN))
async def test_every_kind_arrives_and_stands_on_the_phone(
    world: World, receiver: Receiver, kind: str
) -> None:
    message_id = world.say(ADA, kind=kind)
    await world.settle()
    (payload,) = receiver.named("message")
    key = "contacts_array" if kind == "contacts" else kind
    assert set(payload) - COMMON == ({key} if kind in (*kinds.MEDIA, *kinds.CONTENT) else set())
    assert [(one["id"], one["kind"]) for one in world.screen(ADA)] == [(message_id, kind)]


@pytest.mark.parametrize("kind", sorted(kinds.EMPTY))
async def test_text_of_answers_is_in_the_record_alone(
    world: World, client: httpx.AsyncClient, receiver: Receiver, kind: str
) -> None:
    world.say(ADA, "Repair, please", kind=kind)
    await world.settle()
    assert set(receiver.named("message")[0]) == COMMON
    expected = ["Repair, please"] if kind in kinds.ANSWERS else []
    assert [row["content"] for row in await rows(client)] == expected
    assert world.screen(ADA)[0]["text"] == "Repair, please"


@pytest.mark.parametrize(
    ("name", "kind"), [("voice", "audio"), ("ptt", "audio"), ("contacts_array", "contacts")]
)
async def test_other_names_of_kinds(world: World, name: str, kind: str) -> None:
    world.say(ADA, kind=name)
    assert world.screen(ADA)[0]["kind"] == kind


async def test_unknown_kinds_and_media_states_are_refused(client: httpx.AsyncClient) -> None:
    for wrong in ({"kind": "telepathy"}, {"kind": "image", "media": "lost"}):
        answer = await client.post(f"/_sandbox/contacts/{ADA}/say", json=wrong)
        assert answer.status_code == 400


async def test_raw_parts_keep_the_order_of_their_fields(world: World, receiver: Receiver) -> None:
    world.say(ADA, kind="list")
    world.say(ADA, kind="order")
    world.say(ADA, kind="live_location")
    await world.settle()
    bodies = b"".join(body for _url, _headers, body, _chunked in receiver.requests)
    for first, second in ((b'"title":"What', b'"description":"Choose'), (b'"orderID"', b'"itemCount"')):
        assert bodies.index(first) < bodies.index(second)
    assert b'"degreesLatitude":-22.9519,"degreesLongitude"' in bodies
    order = next(one["order"] for one in receiver.named("message") if "order" in one)
    assert order["totalAmount1000"] == 59800


async def test_thumbnail_of_a_place_is_as_large_as_asked(world: World, receiver: Receiver) -> None:
    world.say(ADA, location={"degreesLatitude": 1.5, "degreesLongitude": 2.5}, thumbnail=3_000_000)
    world.say(ADA, kind="location", thumbnail=True)
    await world.settle()
    large, small = (one["location"]["JPEGThumbnail"] for one in receiver.named("message"))
    assert len(base64.b64decode(large)) == 3_000_000
    assert Image.open(io.BytesIO(base64.b64decode(small))).size == (96, 72)


async def test_album_is_an_empty_parent_and_its_parts(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    parts = [{"file": "one.jpg"}, {"kind": "video", "text": "two"}]
    made = await control(client, f"/contacts/{ADA}/say", parts=parts)
    await world.settle()
    by_id = {payload["id"]: payload for payload in receiver.named("message")}
    assert set(by_id[made["id"]]) == COMMON
    assert isinstance(by_id[made["parts"][0]]["image"], str)
    assert by_id[made["parts"][1]]["video"]["caption"] == "two"
    assert len(by_id) == 3


async def test_mentions_are_tokens_of_the_number_or_of_an_unknown_lid(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(BIA, "Bia", "98765432101234", lid_known=False)
    world.say(ADA, f"@{BIA} is it there?", mentions=[BIA])
    world.say(ADA, "and you?", mentions=[ADA])
    await world.settle()
    assert {payload["body"] for payload in receiver.named("message")} == {
        "@98765432101234 is it there?",
        f"@{ADA} and you?",
    }


async def test_withheld_and_status_and_broadcast_lists_send_no_event(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.say(ADA, "see once", kind="image", view_once=True, withheld=True)
    status = world.say(ADA, "my status", chat="status@broadcast")
    world.say(ADA, "to all my customers", broadcast=True)
    await world.settle()
    assert receiver.events == []
    assert [row["content"] for row in await rows(client)] == ["to all my customers"]
    world.say(ADA, "you saw?", reply_to=status)
    world.say(ADA, "and that one?", reply_to="3EB0STATUS", quoted="Sale!")
    await world.settle()
    quotes = {one["replied_to_id"]: one["quoted_body"] for one in receiver.named("message")}
    assert quotes == {status: "my status", "3EB0STATUS": "Sale!"}


async def test_view_once_forwarded_referral_and_anonymous(world: World, receiver: Receiver) -> None:
    world.say(ADA, kind="image", view_once=True)
    world.say(ADA, "fwd", forwarded=True)
    world.say(ADA, "from your ad", referral={"ctwa_clid": "x1", "source_url": "https://ad.example"})
    world.say(ADA, "who am I", anonymous=True)
    await world.settle()
    once, forwarded, ad, nobody = receiver.named("message")
    assert (once["view_once"], forwarded["forwarded"]) == (True, True)
    assert ad["referral"]["ctwa_clid"] == "x1"
    assert (nobody["from"], nobody["body"]) == ("", "who am I")


async def test_animated_sticker_and_music(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.say(ADA, kind="sticker", animated=True)
    world.say(ADA, file="song.mp3")
    await world.settle()
    sticker, song = receiver.named("message")
    served = await client.get("/" + sticker["sticker"])
    assert Image.open(io.BytesIO(served.content)).n_frames == 3  # type: ignore[attr-defined]
    assert song["audio"].endswith(".mp3")
    assert (await client.get("/" + song["audio"])).content == samples.song()


async def test_office_papers_keep_the_senders_ending(world: World, receiver: Receiver) -> None:
    world.say(ADA, file={"name": "Offer.DOCX", "size": 10})
    await world.settle()
    assert receiver.named("message")[0]["document"].endswith(".DOCX")


async def test_disappearing_timer_is_in_the_list_of_chats(world: World, client: httpx.AsyncClient) -> None:
    world.say(ADA, "soon gone", expires=86400)
    (chat,) = (await results(client, "/chats"))["data"]
    assert chat["ephemeral_expiration"] == 86400
    answer = await client.post(f"/chat/{ADA}@s.whatsapp.net/disappearing", json={"timer_seconds": 0})
    assert answer.json()["results"]["timer_seconds"] == 0
    assert (
        await client.post(f"/chat/{ADA}@s.whatsapp.net/disappearing", json={"timer_seconds": 5})
    ).status_code == 400
    (chat,) = (await results(client, "/chats"))["data"]
    assert chat["ephemeral_expiration"] == 0


@pytest.mark.parametrize("text", ["🎉", "x" * 65536, "a\ud800b", "<script>&\u202e\u2028", "Ã©\x7f\x01"])
async def test_difficult_texts_are_valid_json(
    world: World, client: httpx.AsyncClient, receiver: Receiver, text: str
) -> None:
    """A name that is no UTF-8 arrives with the replacement character, as from Go."""
    for path, options in (("", {"phone": ADA, "name": text[:200]}), (f"/{ADA}/say", {"text": text})):
        # Escaped as JSON may be, so that half a character can be sent at all.
        body, kind = json.dumps(options), {"content-type": "application/json"}
        answer = await client.post(f"/_sandbox/contacts{path}", content=body, headers=kind)
        assert answer.status_code == 200
    await world.settle()
    (payload,) = receiver.named("message")
    assert payload["body"] == text.replace("\ud800", "\ufffd")
    assert payload["from_name"] == text[:200].replace("\ud800", "\ufffd")


@pytest.mark.parametrize(
    ("pace", "heard"), [(Pace(0.0001, 0, 1), ["typed later", None]), (Pace(1, 0, 0.001), ["typed later"])]
)
async def test_slow_download_delays_the_event_and_uses_up_its_budget(
    make_world: MakeWorld, receiver: Receiver, pace: Pace, heard: list[str | None]
) -> None:
    world = make_world(pace=pace)
    world.add_contact(ADA, "Ada")
    world.say(ADA, kind="image", prepare=40)
    world.say(ADA, "typed later")
    await world.settle()
    assert [payload.get("body") for payload in receiver.named("message")] == heard
