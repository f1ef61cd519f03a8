"""Every kind of message as a bubble, what others did to it, and what may be asked about it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from rookery.accounts.models import Account
from rookery.conversations import marks
from rookery.conversations.models import (
    Address,
    ChannelLabel,
    ChatLabel,
    Contact,
    Conversation,
    GroupMember,
    Message,
    Reaction,
    Receipt,
    Revision,
)
from rookery.conversations.queries import list_messages
from rookery.web.bubbles import bubble_html
from rookery.web.presenters import conversation as talks
from rookery.web.presenters import messages
from rookery.web.view_models import Bubble
from tests.api import rows
from tests.cast import Cast
from tests.web.conftest import Browse
from tests.web.test_templates import HOSTILE, Watch, assert_harmless

NOON = rows.NOON
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + b"x" * 50).decode()
OVERRIDE = "Z\u202eé\u2066"


@pytest.fixture
def chat(cast: Cast) -> Conversation:
    return rows.chat(cast, "Bia", "5521987650000")


@pytest.fixture
def group(cast: Cast) -> Conversation:
    """A group with three people besides ourselves."""
    made = rows.chat(cast, "Suppliers")
    Contact.objects.filter(pk=made.contact_id).update(kind="group", phone="")
    ours = rows.contact(cast, "Café Rookery", "15550000001")
    for person in [ours, *(rows.contact(cast, name) for name in ("Ana", "Bia", "Caio"))]:
        GroupMember.objects.create(group_id=made.contact_id, contact=person)
    return Conversation.objects.get(pk=made.pk)


def person(name: str) -> Contact:
    return Contact.objects.get(name=name)


def shown(conversation: Conversation) -> Bubble:
    """The last bubble of the conversation."""
    found = talks.bubbles(conversation, list_messages(conversation)).lines[-1].bubble
    assert found is not None
    return found


def words(made: Bubble) -> str:
    return " ".join(Watch(bubble_html(made, first=True)).text.split())


DETAILS: dict[str, dict[str, Any]] = {
    "location": {"lat": -22.9519, "lon": -43.2105, "name": "Cristo", "address": "Rio", "accuracy": 12.5},
    "live_location": {"lat": 1, "lon": 2.5, "caption": "on my way"},
    "contact": {
        "cards": [
            {"name": "Zé", "org": "Oficina", "phones": ["+55 31 98888-0000"], "emails": ["z@e.example"]}
        ]
    },
    "list": {
        "title": "Beans",
        "button": "Choose one",
        "sections": [{"title": "A", "rows": [{"title": "Ethiopia"}]}],
    },
    "order": {
        "title": "Order 7",
        "items": 3,
        "amount": "89.90",
        "currency": "BRL",
        "status": 1,
        "message": "ring",
    },
    "interactive": {"text": "Your parcel\nTrack it"},
    "call": {"auto_rejected": True},
}
SAYS = {
    "location": ["Cristo", "Rio", "-22.95190, -43.21050, Within 12 m", "Open map"],
    "live_location": ["Live location", "on my way", "where they were when they began to share it."],
    "contact": ["Zé", "Oficina", "+55 31 98888-0000", "z@e.example", "Start conversation", "Save"],
    "list": ["Beans", "Choose one", "A", "Ethiopia"],
    "order": ["Order 7", "3 items · Inquiry", "89.90 BRL", "ring"],
    "interactive": ["Message with buttons, as text", "Your parcel Track it"],
    "call": ["Call, rejected automatically"],
}


@pytest.mark.parametrize("kind", DETAILS)
def test_bubble_says_everything_of_its_kind(chat: Conversation, kind: str) -> None:
    rows.message(chat, "", kind=kind, details=DETAILS[kind])
    made = shown(chat)
    assert made.kind == kind
    text = words(made)
    for part in SAYS[kind]:
        assert part in text
    assert "Message of another kind" not in messages.preview_text(list_messages(chat)[0])


def poisoned(value: Any) -> Any:
    """The same details with a stranger's worst in every text."""
    if isinstance(value, dict):
        return {key: poisoned(one) for key, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one) for one in value]
    return f"{HOSTILE}{OVERRIDE}" if isinstance(value, str) else value


@pytest.mark.parametrize("kind", DETAILS)
def test_hostile_details_are_text(chat: Conversation, kind: str) -> None:
    told = poisoned(DETAILS[kind] | {"referral": {"ad_title": "x", "ad_body": "x", "source_url": "x"}})
    rows.message(chat, "", kind=kind, details=told)
    made = shown(chat)
    html = bubble_html(made, first=True)
    assert_harmless(html)
    assert "\u202e" not in html
    assert "<script>alert(1)</script>" in Watch(html).text
    assert made.referral is not None
    assert made.referral.url == ""


@pytest.mark.parametrize("kind", DETAILS)
@pytest.mark.parametrize(
    "junk", [{}, {"lat": "x", "cards": 5, "sections": [7], "items": "x"}, {"cards": [{}], "lat": 1e9}]
)
def test_junk_in_the_details_breaks_no_page(chat: Conversation, kind: str, junk: dict[str, Any]) -> None:
    rows.message(chat, "", kind=kind, details=junk)
    assert bubble_html(shown(chat))


KEYS = [
    "lat", "lon", "name", "address", "accuracy", "caption", "thumbnail", "cards", "phones", "emails", "org", "title",
    "description", "button", "footer", "sections", "rows", "items", "amount", "currency", "status", "message", "text",
    "referral", "ad_title", "ad_body", "source_url", "auto_rejected", "group", "answer", "change", "people",
]  # fmt: skip
LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(10**400))
ANYTHING = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from([*DETAILS, "group_change", "unsupported", "text"]),
    details=st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=8),
)
def test_no_details_whatever_break_a_bubble(kind: str, details: dict[str, Any]) -> None:
    message = Message(pk=1, kind=kind, direction="in", at=NOON, tie="x", details=details)
    message._prefetched_objects_cache = {"attachments": []}  # type: ignore[attr-defined]
    message.quoted = None  # type: ignore[attr-defined]
    for direction in ("in", "activity"):
        message.direction = direction
        made = messages.bubble(message, Contact(pk=2, name="Bia"))
        html = bubble_html(made)
        assert_harmless(html)
        messages.preview(message, Contact(pk=2))


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://shop.example/beans", "shop.example"),
        ("HTTP://shop.example", "shop.example"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//shop.example", ""),
        ("https://", ""),
        ("http://[", ""),
    ],
)
def test_advertisement_links_only_to_the_web(chat: Conversation, address: str, host: str) -> None:
    rows.message(
        chat,
        "hi",
        details={"referral": {"ad_title": "Beans", "source_url": address, "thumbnail_url": address}},
    )
    ad = shown(chat).referral
    assert ad is not None
    assert (ad.host, bool(ad.url)) == (host, bool(host))
    assert "<img" not in bubble_html(shown(chat))


@pytest.mark.parametrize(
    ("what", "more", "said"),
    [
        ("view_once", {}, "View-once photo or video"),
        ("empty", {"view_once": True}, "Polls and votes cannot be brought back"),
        ("poll_creation", {}, "they cannot be brought back"),
        ("newsletter.thing", {}, "cannot show this kind of message yet"),
    ],
)
def test_what_cannot_be_shown_says_so_honestly(
    chat: Conversation, what: str, more: dict[str, Any], said: str
) -> None:
    rows.message(chat, "", kind="unsupported", unsupported=what, raw_event_id=7, **more)
    made = shown(chat)
    assert said in words(made)
    assert f'hx-get="/messages/{made.id}/origin"' in bubble_html(made)


def test_view_once_photo_that_was_withheld_is_named(chat: Conversation) -> None:
    rows.message(chat, "", kind="image", view_once=True)
    assert "View-once photo or video" in words(shown(chat))


def test_caption_of_a_file_that_never_came_is_shown_as_text(chat: Conversation) -> None:
    rows.message(chat, "the invoice", kind="document")
    assert (shown(chat).kind, shown(chat).text) == ("text", "the invoice")


def test_video_note_is_round(chat: Conversation) -> None:
    rows.file(rows.message(chat, "", kind="video_note"), "video_note", "video/mp4")
    assert 'class="media round"' in bubble_html(shown(chat))


def test_mentions_are_names_found_in_one_query(cast: Cast, chat: Conversation) -> None:
    zoe = rows.contact(cast, "Zoé <b>", "5531988880000", lid="98765432101234@lid")
    rows.message(chat, "@5531988880000 and @98765432101234 and @5500000000000")
    made = shown(chat)
    assert made.mentions == (("5531988880000", zoe.name), ("98765432101234", zoe.name))
    assert words(made).startswith("@Zoé <b> and @Zoé <b> and @5500000000000")


def test_reactions_are_grouped_with_everybody_who_gave_them(chat: Conversation, group: Conversation) -> None:
    message = rows.message(group, "news", author_id=person("Ana").pk)
    for number, (who, emoji) in enumerate([("Ana", "👍"), ("Caio", "👍"), ("Suppliers", "<b>")]):
        Reaction.objects.create(message=message, contact=person(who), emoji=emoji, at=NOON + number)
    Reaction.objects.create(message=message, contact=None, emoji="👍", at=NOON + 9)
    Reaction.objects.create(message=message, contact=chat.contact, emoji="", at=NOON + 10)
    made = [(one.emoji, one.count, one.who, one.ours) for one in shown(group).reactions]
    assert made == [("👍", 3, "Ana, Caio and You", True), ("<b>", 1, "Suppliers", False)]
    assert_harmless(bubble_html(shown(group)))


def test_many_different_reactions_take_no_more_room_than_six(group: Conversation) -> None:
    message = rows.message(group, "news")
    for number in range(9):
        who = Contact.objects.create(account_id=group.account_id, name=f"N{number}")
        Reaction.objects.create(message=message, contact=who, emoji=chr(0x1F600 + number), at=number)
    made = shown(group).reactions
    assert len(made) == 6
    assert (made[-1].emoji, made[-1].count) == ("+4", 4)


def test_receipts_of_a_group_are_counted_without_ourselves(browser: Client, group: Conversation) -> None:
    message = rows.message(group, "hello", direction="out", state="read", via="api")
    Receipt.objects.create(message=message, contact=person("Ana"), delivered_at=NOON, read_at=NOON + 1)
    Receipt.objects.create(message=message, contact=person("Bia"), delivered_at=NOON)
    readers = shown(group).readers
    assert readers is not None
    assert readers.words == "Read by 1 of 3"
    text = Watch(browser.get(readers.url).content.decode()).text
    parts = [text.index(part) for part in ("Read", "Ana", "Delivered", "Bia", "Not yet", "Caio")]
    assert parts == sorted(parts)
    assert "Café Rookery" not in text


def test_group_bubble_names_its_author_with_a_face(group: Conversation) -> None:
    rows.message(group, "hello", author_id=person("Ana").pk)
    made = shown(group)
    assert made.face is not None
    assert (made.face.initials, made.face.hue) == ("A", made.author.hue)
    assert '<span class="face">' in bubble_html(made)


@pytest.mark.parametrize(
    ("change", "names", "said"),
    [
        ("join", ["Ana"], "\u2068Ana\u2069 joined"),
        ("leave", ["Ana", "Bia"], "\u2068Ana\u2069 and \u2068Bia\u2069 left"),
        ("promote", ["Ana"], "\u2068Ana\u2069 is an admin now"),
        ("demote", ["Ana", "Caio"], "\u2068Ana\u2069 and \u2068Caio\u2069 are no longer admins"),
        ("joined", [], "Our number joined the group"),
        ("other", ["Ana"], "The group's people changed"),
    ],
)
def test_group_lines_name_people(group: Conversation, change: str, names: list[str], said: str) -> None:
    told = {"change": change, "people": [person(name).pk for name in names]}
    rows.message(group, "", direction="activity", kind="group_change", details=told)
    assert (shown(group).kind, shown(group).text) == ("activity", said)


def test_labels_of_whatsapp_stand_in_the_header(cast: Cast, browser: Client, chat: Conversation) -> None:
    for number, (name, gone, on) in enumerate(
        [("VIP <b>", False, True), ("Old", True, True), ("Off", False, False)]
    ):
        ChannelLabel.objects.create(
            channel=cast.channel, label_id=str(number), name=name, color=3, deleted=gone
        )
        ChatLabel.objects.create(
            channel=cast.channel,
            contact_inbox_id=chat.contact_inbox_id,
            label_id=str(number),
            labeled=on,
            at=NOON,
        )
    html = browser.get(f"/conversations/{chat.display_id}/header").content.decode()
    assert "VIP &lt;b&gt;" in html
    assert "Old" not in html
    assert "Off" not in html


def test_edited_message_shows_its_versions_to_who_asks(browser: Client, chat: Conversation) -> None:
    message = rows.message(chat, "third", edited_at=NOON + 2)
    for number, text in enumerate(["first <b>", None, "third"]):
        Revision.objects.create(message=message, content=text, at=NOON + number, event_id=str(number))
    assert 'class="edited"' in bubble_html(shown(chat))
    text = Watch(browser.get(f"/messages/{message.pk}/versions").content.decode()).text
    parts = ["first <b>", "The caption changed; the gateway does not tell to what.", "third"]
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)


def test_message_hidden_on_the_phone_says_who_still_has_it(chat: Conversation) -> None:
    rows.message(chat, "hello", hidden_at=NOON)
    assert "The other side still has it." in words(shown(chat))


def delete(chat: Conversation, rule: str | None = None, **more: Any) -> Message:
    Account.objects.update(settings={"deleted_texts": rule} if rule else {})
    message = rows.message(
        chat, "secret text", revoked_at=NOON, revoked_by_id=more.pop("by", chat.contact_id), quoted_text="secret",
        quoted_source_id="A1", kind="contact", details={"cards": [{"name": "secret"}], "referral": {"ad_title": "secret"}},
        **more,
    )  # fmt: skip
    rows.file(message, name="secret.jpg")
    Reaction.objects.create(message=message, contact=chat.contact, emoji="secret", at=NOON)
    return message


@pytest.mark.parametrize("rule", [None, "administrators", "everyone", "nobody", "nonsense"])
def test_deleted_message_is_in_no_shared_part(
    cast: Cast, browse: Browse, chat: Conversation, rule: str | None
) -> None:
    message = delete(chat, rule)
    later = rows.message(
        chat, "about that", NOON + 5, quoted_source_id=message.source_id, quoted_text="secret text"
    )
    client = browse(cast.admin)
    pages = [
        f"/conversations/{chat.display_id}",
        f"/conversations/{chat.display_id}/messages?before={NOON + 9:012d}.x",
    ]
    for address in [*pages, f"/conversations/{chat.display_id}/messages?around={later.pk}", "/inbox"]:
        html = client.get(address).content.decode()
        assert "secret" not in html, address
    assert "Deleted message" in words(shown(chat))


@pytest.mark.parametrize(
    ("rule", "admin", "agent"),
    [
        (None, True, False),
        ("administrators", True, False),
        ("everyone", True, True),
        ("nobody", False, False),
    ],
)
def test_account_decides_who_reads_deleted_texts(
    cast: Cast, browse: Browse, chat: Conversation, rule: str | None, admin: bool, agent: bool
) -> None:
    message = delete(chat, rule)
    for user, may in ((cast.admin, admin), (cast.agent, agent)):
        client = browse(user)
        answer = client.get(f"/messages/{message.pk}/deleted")
        assert ("secret text" in answer.content.decode()) is may
        for part in ("versions", "reactions", "receipts", "picture", "cards/0/0/contact"):
            method = client.post if part.startswith("cards") else client.get
            found = method(f"/messages/{message.pk}/{part}")
            assert may or (found.status_code == 404 and "secret" not in found.content.decode())
    made = shown(Conversation.objects.get()).deleted
    assert made is not None
    assert bool(made.url) is (rule != "nobody")


def test_message_that_stands_has_no_deleted_text(browser: Client, chat: Conversation) -> None:
    message = rows.message(chat, "hello")
    assert browser.get(f"/messages/{message.pk}/deleted").status_code == 404


def test_deletion_says_by_whom(cast: Cast, chat: Conversation, group: Conversation) -> None:
    delete(chat)
    assert "Deleted by the sender" in words(shown(chat))
    delete(group, by=person("Ana").pk, author_id=person("Caio").pk)
    assert "Deleted by \u2068Ana\u2069" in words(shown(group))
    delete(group, by=None, direction="out", at=NOON + 1)
    assert "You deleted this message" in words(shown(group))


def test_small_picture_is_served_as_a_picture_only(browser: Client, chat: Conversation) -> None:
    message = rows.message(chat, "", kind="location", details={"lat": 1, "lon": 2, "thumbnail": JPEG})
    answer = browser.get(f"/messages/{message.pk}/picture")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == base64.b64decode(JPEG)


@pytest.mark.parametrize("junk", ["", "PHN2Zz4=", "/9j/!!", "/9j/" + "A" * 100_000, 5])
def test_what_is_no_small_picture_is_not_served(browser: Client, chat: Conversation, junk: Any) -> None:
    message = rows.message(chat, "", kind="location", details={"lat": 1, "lon": 2, "thumbnail": junk})
    assert browser.get(f"/messages/{message.pk}/picture").status_code == 404


CARD = {"cards": [{"name": "Zé", "phones": ["office", "+55 31 98888-0000"]}]}


def test_card_starts_a_conversation_with_its_number(cast: Cast, browser: Client, chat: Conversation) -> None:
    message = rows.message(chat, "", kind="contact", details=CARD)
    assert f'hx-post="/messages/{message.pk}/cards/0/1/conversation"' in bubble_html(shown(chat))
    answer = browser.post(f"/messages/{message.pk}/cards/0/1/conversation")
    made = Conversation.objects.get(contact__name="Zé")
    assert answer.headers["HX-Redirect"] == f"/conversations/{made.display_id}"
    assert made.assignee == cast.agent
    assert made.contact.phone == "+5531988880000"
    browser.post(f"/messages/{message.pk}/cards/0/1/conversation")
    assert Conversation.objects.count() == 2


def test_card_is_saved_and_takes_no_name_that_the_team_gave(browser: Client, chat: Conversation) -> None:
    message = rows.message(chat, "", kind="contact", details=CARD)
    assert "Saved" in browser.post(f"/messages/{message.pk}/cards/0/1/contact").content.decode()
    assert Address.objects.get(contact__name="Zé").key == "553188880000"
    Contact.objects.filter(name="Zé").update(name="José", agent_name="José")
    browser.post(f"/messages/{message.pk}/cards/0/1/contact")
    assert Contact.objects.filter(name="José").exists()


@pytest.mark.parametrize("place", ["0/0", "0/2", "1/0", "99999999999999999999/0"])
def test_card_without_such_a_number_is_not_there(browser: Client, chat: Conversation, place: str) -> None:
    message = rows.message(chat, "", kind="contact", details=CARD)
    assert browser.post(f"/messages/{message.pk}/cards/{place}/conversation").status_code == 404
    assert browser.get(f"/messages/{message.pk}/cards/0/1/conversation").status_code == 405


def test_event_of_an_unshown_message_is_for_administrators(
    cast: Cast, browse: Browse, chat: Conversation
) -> None:
    from tests import make

    [event] = make.store(cast.channel, make.body("message", {"id": "X", "<b>": "<script>"}))
    message = rows.message(chat, "", kind="unsupported", unsupported="x", raw_event_id=event.pk)
    address = f"/messages/{message.pk}/origin"
    assert browse(cast.agent).get(address).status_code == 404
    html = browse(cast.admin).get(address).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    event.delete()
    assert "no longer kept" in browse(cast.admin).get(address).content.decode()


def test_marks_of_a_page_take_a_fixed_number_of_queries(
    cast: Cast, group: Conversation, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        message = rows.message(
            group, f"@552198765{number:04}", NOON + number, direction="out", via="api", state="sent"
        )
        Reaction.objects.create(message=message, contact=person("Ana"), emoji="👍", at=NOON)
        Receipt.objects.create(message=message, contact=person("Bia"), delivered_at=NOON)
    found = list_messages(group)
    with django_assert_max_num_queries(6):
        marks.load(group, found, [f"552198765{number:04}" for number in range(20)])
