"""Rows, pages and lists by themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rookery.catchup import rows, walking, wanted
from rookery.catchup.models import WalkChat
from rookery.catchup.pace import Asking
from rookery.catchup.progress import NextPage
from rookery.conversations.incoming import ChatRules, Place
from rookery.providers.commands import ChatPage, ChatRow, RecordPage, RecordReaction, RecordRow
from rookery.waid import BadJid, Jid

NOW = 1_772_625_600
CHAT = Jid.parse("5521987650000@s.whatsapp.net")
GROUP = Jid.parse("120363041234567890@g.us")


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def row(content: str = "hello", **more: object) -> RecordRow:
    fields: dict[str, object] = {
        "id": "A5F0", "chat": CHAT, "sender": CHAT, "is_ad": False, "content": content, "at": at(NOW - 60),
        "from_me": False, "media_type": "", "filename": "",
    }  # fmt: skip
    return RecordRow(**{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("media_type", "content", "filename", "text"),
    [
        ("image", "🖼️ Image", "", ""),
        ("image", "🖼️ look at this", "", "look at this"),
        ("image", "look at this", "", "look at this"),
        ("audio", "🎵 Audio", "", ""),
        ("sticker", "🎨 Animated Sticker", "", ""),
        ("document", "📄 nota.pdf", "nota.pdf", ""),
        ("document", "📄 please read", "nota.pdf", "please read"),
        ("", "🖼️ Image", "", "🖼️ Image"),
    ],
)
def test_what_the_record_adds_to_an_api_s_file_is_taken_off(
    media_type: str, content: str, filename: str, text: str
) -> None:
    sent = row(content, media_type=media_type, filename=filename, is_ad=True, from_me=True)
    assert rows.text_of(sent) == text
    received = row(content, media_type=media_type, filename=filename)
    assert rows.text_of(received) == content


def test_a_row_without_a_time_or_of_a_call_is_no_message() -> None:
    assert rows.message(row(at=None), CHAT, now=NOW, origin="gap") is None
    assert rows.message(row(media_type="call", id="call:1"), CHAT, now=NOW, origin="gap") is None


def test_a_kind_nobody_has_heard_of_says_what_it_was() -> None:
    found = rows.message(row("", media_type="hologram"), CHAT, now=NOW, origin="gap")
    assert found is not None
    assert (found.kind, found.unsupported, found.files) == ("unsupported", "hologram", ())


def test_a_number_is_no_name() -> None:
    for name, heard in (("+55 21 98765-0000", ""), ("5521987650000", ""), ("Bia", "Bia")):
        found = rows.message(row(sender_name=name), CHAT, now=NOW, origin="gap")
        assert found is not None
        assert found.push_name == heard


def test_a_call_names_who_rang() -> None:
    rang = row(id="call:7F3A", media_type="call", chat=GROUP, sender=CHAT, call={"auto_rejected": True})
    found = rows.call(rang, GROUP, now=NOW)
    assert found is not None
    assert (found.call_id, found.is_group, found.caller[0].key, found.auto_rejected) == (
        "7F3A", True, "552187650000", True,
    )  # fmt: skip
    assert rows.call(row(id="call:7F3A", media_type="call", from_me=True), CHAT, now=NOW) is None


def test_reactions_say_the_same_under_the_same_id() -> None:
    reaction = RecordReaction("👍", None, False, at(NOW - 30))
    one, two = (list(rows.reactions(row(reactions=(reaction,)), CHAT, now=NOW + more)) for more in (0, 500))
    assert one == two
    assert (one[0].author[0].key, one[0].value, one[0].at) == ("552187650000", "👍", NOW - 30)
    stranger = row(chat=GROUP, reactions=(reaction,))
    assert list(rows.reactions(stranger, GROUP, now=NOW)) == [], "nobody in a group is nobody"


def test_status_posts_and_broadcast_lists_are_no_chats() -> None:
    status = Jid.parse("status@broadcast")
    with pytest.raises(BadJid):
        rows.chat_of(status)
    assert not wanted.is_chat(status)


def test_the_rules_of_the_inbox_hold() -> None:
    newsletter = Jid.parse("120363111222333444@newsletter")
    assert not wanted.is_wanted(ChatRules(), [newsletter])
    assert wanted.is_wanted(ChatRules(newsletters=True), [newsletter])
    assert not wanted.is_wanted(ChatRules(groups="none"), [GROUP])
    ignored = ChatRules(ignored=("98765432101234@lid",))
    assert not wanted.is_wanted(ignored, [CHAT, Jid.parse("98765432101234@lid")]), "by any of its addresses"
    assert wanted.is_wanted(ignored, [CHAT])


def test_the_rules_hold_for_authors_and_mentions() -> None:
    own = frozenset({("pn", "15550000001")})
    said = row("@15550000001 are you there?", chat=GROUP)
    quiet = row("good morning", chat=GROUP)
    place = Place(1, 1, 1, "reopen", own, ChatRules(groups="mentioned"))
    assert wanted.is_wanted_row(place, said, GROUP, missing=True)
    assert not wanted.is_wanted_row(place, quiet, GROUP, missing=True)
    assert wanted.is_wanted_row(place, quiet, GROUP, missing=False), "what it says of a known one counts"
    strict = Place(1, 1, 1, "reopen", own, ChatRules(ignored=(str(CHAT),)))
    assert not wanted.is_wanted_row(strict, said, GROUP, missing=True)
    assert wanted.is_wanted_row(strict, row(chat=GROUP, from_me=True), GROUP, missing=True)


def page(times: list[int], *, more: bool) -> RecordPage:
    return RecordPage(tuple(row(at=at(second)) for second in times), size=len(times), more=more)


def turn(found: RecordPage, *, until: int = NOW, forms: int = 1, **more: object) -> NextPage:
    chat = WalkChat(jid=str(CHAT), since=NOW - 1_000, until=until, **more)
    return walking.next_page(chat, found, list(found.rows), forms)


def test_pages_go_down_by_time_and_by_offset_inside_one_second() -> None:
    down = turn(page([NOW - 1, NOW - 50], more=True))
    assert (down.until, down.offset, down.done) == (NOW - 50, 0, False)
    within = turn(page([NOW, NOW], more=True))
    assert (within.until, within.offset, within.done) == (NOW, 2, False)
    assert turn(page([NOW - 1], more=False)).done


def test_other_addresses_are_tried_only_when_nothing_was_found() -> None:
    assert not turn(page([], more=False), forms=2).done
    assert turn(page([], more=False), forms=2).form == 1
    assert turn(page([], more=False), forms=2, form=1).done
    assert turn(page([NOW - 1], more=False), forms=2).done


class Shifting(Asking):
    """A list of 150 chats, of which the last gets a message while the first page is read."""

    def __init__(self) -> None:
        self.order = list(range(150))
        self.asked: list[int] = []

    async def chats(self, offset: int) -> ChatPage:
        self.asked.append(offset)
        found = tuple(
            ChatRow(Jid.parse(f"49151{chat:08d}@s.whatsapp.net"), "", at(NOW - place))
            for place, chat in enumerate(self.order)
        )[offset : offset + 100]
        if len(self.asked) == 1:
            self.order.insert(0, self.order.pop())
        return ChatPage(found, len(found), 150)


async def test_a_chat_that_jumps_to_the_top_while_the_list_is_read_is_not_missed() -> None:
    found: dict[str, ChatRow] = {}
    asking = Shifting()
    assert await walking._look_through(found, asking, at(0))
    assert len(found) == 149
    assert await walking._look_through(found, asking, at(0))
    assert len(found) == 150
    assert not await walking._look_through(found, asking, at(0))
    assert len(asking.asked) <= 5, "the rest is not read again"
