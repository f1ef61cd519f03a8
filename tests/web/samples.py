"""Hand-made view-models of a living inbox, for looking at pages and for tests of the templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rookery.web.kind_models import (
    Card,
    Deleted,
    Gap,
    Order,
    Phone,
    Place,
    Prompt,
    Reacted,
    Readers,
    Referral,
    Section,
)
from rookery.web.view_models import (
    Author,
    Avatar,
    Banner,
    Bubble,
    Choice,
    Composer,
    ConversationPage,
    Earlier,
    Empty,
    Fact,
    Head,
    Line,
    Link,
    ListPage,
    Log,
    Media,
    Number,
    Option,
    Panel,
    Preview,
    Quote,
    Row,
    RowsPage,
    Shell,
    Tick,
    Verdict,
)

TODAY = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)
PERSON = Author("c5", "Beatriz Nunes", 1)
AGENT = Author("u3", "Lu Martins", 8)
READ = Tick("read", "double", "Read")
DELIVERED = Tick("delivered", "double", "Delivered")
SENT = Tick("sent", "single", "Sent")
PENDING = Tick("pending", "clock", "Waiting to be sent")
FAILED = Tick("failed", "warn", "Not sent")
UNSURE = Tick("uncertain", "question", "Not sure it arrived")
PICTURE = "/static/web/icon-512.png"


def at(hour: int, minute: int) -> datetime:
    return TODAY.replace(hour=hour, minute=minute)


def bubble(number: int, kind: str = "text", direction: str = "in", **fields: Any) -> Bubble:
    when = fields.pop("at", TODAY)
    made = Bubble(
        id=number,
        dom_id=f"m-{number:04d}",
        kind=kind,
        direction=direction,
        order=f"{int(when.timestamp()):012d}.{number}",
        version=1,
        at=when,
        author=AGENT if direction == "out" else PERSON,
    )
    return replace(made, **fields)


def media(kind: str, state: str = "ready", **fields: Any) -> Media:
    plain = Media(
        kind=kind, state=state, name="beans.jpg", url="/attachments/1/beans.jpg", label="Photo", key="a1"
    )
    return replace(plain, **fields)


def failed() -> Verdict:
    return Verdict(
        "failed", "Not sent:", "this number has no WhatsApp.", (Choice("Retry", "/messages/9/retry"),)
    )


def uncertain() -> Verdict:
    choices = (
        Choice("It arrived", "/messages/10/settlement", value="arrived"),
        Choice("Send again", "/messages/10/settlement", value="again"),
    )
    return Verdict("uncertain", "Not sure it arrived.", "The gateway did not answer.", choices)


def stale() -> Verdict:
    choices = (
        Choice("Send now", "/messages/11/retry", primary=True),
        Choice("Cancel", "/messages/11", "delete"),
    )
    return Verdict("stale", "Still send?", "It waited for more than an hour.", choices)


def bubbles() -> tuple[Bubble, ...]:
    photo = media("image", url=PICTURE, thumb=PICTURE, width=290, height=217)
    voice = media("audio", seconds=9, duration="0:09", waveform=WAVE, voice=True, label="Voice message")
    return (
        bubble(1, "activity", "activity", text="Assigned to Lu by round robin", at=at(10, 31)),
        bubble(2, text="Good morning! Do you still have the *Ethiopian* beans? ☕", at=at(10, 31)),
        bubble(3, "image", text="This one", media=(photo,), at=at(10, 31)),
        bubble(
            4,
            "text",
            "out",
            text="Yes, we roasted a fresh batch yesterday. 250 g or 1 kg? https://rookery.example/coffee",
            quote=Quote("Beatriz Nunes", "Do you still have the Ethiopian beans?", 2),
            tick=READ,
            label="Lu",
            at=at(10, 33),
        ),
        bubble(5, "audio", media=(voice,), at=at(10, 36)),
        bubble(6, "note", "note", text="@Rui is the 1 kg bag still 89?", author=AGENT, at=at(10, 37)),
        bubble(
            7,
            "text",
            "out",
            text="1 kg is R$ 89. Shall I set one aside for you?",
            tick=DELIVERED,
            at=at(10, 38),
        ),
        bubble(8, text="Yes please", at=at(10, 41)),
        bubble(9, text="🙌", emoji=True, at=at(10, 41)),
        bubble(10, text="And can you deliver on Saturday?", at=at(10, 42)),
        bubble(
            11,
            "text",
            "out",
            text="Saturday works, between 9 and 11.",
            tick=PENDING,
            label="Lu",
            at=at(10, 42),
        ),
    )


def troubles() -> tuple[Bubble, ...]:
    document = media("document", name="price list 2026.pdf", label="PDF", size="1.2 MB")
    code = "Codes:\n```ssh shop\nls -la```\n> quoted line\nand `inline` _italic_ ~gone~"
    return (
        bubble(20, "document", media=(document,), show_name=True, text="The list"),
        bubble(
            21,
            "image",
            media=(media("image", "waiting", words="Loading the picture…", width=240, height=160),),
        ),
        bubble(
            22,
            "image",
            media=(media("image", "failed", words="The picture could not be fetched.", retry_url="/x"),),
        ),
        bubble(23, "video", media=(media("video", thumb=PICTURE, duration="0:41", width=240, height=160),)),
        bubble(
            24,
            "document",
            media=(replace(document, state="failed", words="Could not be fetched", retry_url="/x"),),
        ),
        bubble(25, "sticker", media=(media("sticker", url=PICTURE, width=150, height=150),)),
        bubble(
            26,
            "unsupported",
            gap=Gap("Rookery cannot show this kind of message yet", "It is kept as it came."),
        ),
        bubble(27, text=code),
        bubble(28, "text", "out", text="Your order left today.", tick=FAILED, verdict=failed()),
        bubble(
            29,
            "text",
            "out",
            text="It should be there by noon.",
            tick=UNSURE,
            verdict=uncertain(),
            label="Lu",
        ),
        bubble(30, "text", "out", text="Did it come?", tick=PENDING, verdict=stale(), label="from the phone"),
        bubble(31, text="مرحبا، هل القهوة جاهزة؟"),
    )


def kinds() -> tuple[Bubble, ...]:
    """One bubble of every further kind, with everything that can be on it."""
    spot = Place(
        "Cristo Redentor", "-22.95190, -43.21050", "https://www.openstreetmap.org/?mlat=-22.95&mlon=-43.21",
        "Parque Nacional da Tijuca", "Meet me here", "/messages/40/picture",
    )  # fmt: skip
    phone = Phone("+55 31 98888-0000", "/messages/42/cards/0/0/conversation")
    card = Card(
        "Oficina do Zé", "OZ", 3, "Oficina", (phone, Phone("extension 12")), ("ze@example.com",),
        "/messages/42/cards/0/0/contact",
    )  # fmt: skip
    prompt = Prompt(
        "Our coffee", "Pick one", "See the list", "Until six", (Section("Beans", (("Ethiopia", "250 g"), ("Brazil", ""))),), 3
    )  # fmt: skip
    order = Order("Order 1042", "3 items", "89.90 BRL", "Ring the bell", "Inquiry", "/messages/44/picture")
    ad = Referral("Fresh beans", "Roasted on Monday", "https://shop.example/beans", "shop.example")
    hearts = (Reacted("❤️", 2, "Ana and Bia"), Reacted("👍", 1, "You", ours=True))
    deleted = Deleted("Deleted by the sender", "/messages/47/deleted", guarded=True)
    return (
        bubble(40, "location", place=spot),
        bubble(41, "live_location", place=replace(spot, live=True, picture="")),
        bubble(42, "contact", cards=(card, replace(card, phones=(), save_url=""))),
        bubble(43, "list", "out", prompt=prompt, tick=READ),
        bubble(44, "order", order_form=order),
        bubble(45, "interactive", text="Your parcel\nTrack it"),
        bubble(46, "call", text="Incoming call", icon="call"),
        bubble(47, "revoked", deleted=deleted),
        bubble(48, "unsupported", gap=Gap("View-once photo or video", "Open the phone.", "once", "/messages/48/origin")),
        bubble(49, text="hello @4930123456", mentions=(("4930123456", "Imran"),), referral=ad, forwarded=True),
        bubble(
            50, text="In the group", show_name=True, face=Avatar("BN", 1), reactions=hearts, edited=True, answer=True
        ),
        bubble(51, "text", "out", text="Read me", readers=Readers("Read by 3 of 8", "/messages/51/receipts"), tick=READ),
        bubble(52, text="Gone on the phone", hidden=True),
        bubble(53, "video", media=(media("video", thumb=PICTURE, duration="0:08", round=True),), view_once=True),
        bubble(54, "activity", "activity", text="\u2068Ana\u2069 joined", icon="people"),
    )  # fmt: skip


WAVE = ",".join(
    str(n) for n in [4, 20, 60, 85, 40, 12, 30, 70, 95, 55, 25, 10, 45, 80, 62, 33, 15, 50, 75, 20] * 2
)


def log(lines: tuple[Bubble, ...] = ()) -> Log:
    shown: list[Line] = [Line(day=TODAY)]
    previous = None
    for item in lines or bubbles():
        if item.id == 8:
            shown.append(Line(unread=True))
            previous = None
        same = (
            previous is not None and previous.author == item.author and previous.direction == item.direction
        )
        shown.append(Line(bubble=item, first=not same))
        previous = item
    return Log("/conversations/7/messages", tuple(shown), cursor="1-41")


def rows() -> tuple[Row, ...]:
    facts = (
        (7, "Beatriz Nunes", "BN", 1, "10:42", Preview("And can you deliver on Saturday?"), 0),
        (8, "Oficina do Zé", "OZ", 9, "10:40", Preview("Voice message, 0:14", "mic"), 2),
        (9, "Fornecedores", "FO", 4, "10:31", Preview("the crates arrive tomorrow", author="Ana"), 5),
        (10, "Imran Rahman", "IR", 7, "10:12", Preview("See you"), 0),
        (11, "Clínica Sorriso", "CS", 2, "09:58", Preview("Confirmed for 15:00, see you then", tick=READ), 0),
        (12, "+62 812 3456 7890", "62", 0, "09:41", Preview("Photo", "image"), 0),
        (
            13,
            "Mercado Aurora",
            "MA",
            5,
            "08:10",
            Preview("Here is the invoice for October", tick=DELIVERED),
            0,
        ),
        (14, "Joana Lima", "JL", 10, "08:01", Preview("Thank you so much! 🙏"), 0),
        (
            15,
            "Padaria Estrela do Mar e Confeitaria da Esquina",
            "PE",
            3,
            "07:20",
            Preview("Bom dia! " * 9),
            128,
        ),
        (16, "Rui Sá", "RS", 8, "07:02", Preview("Not sent", tick=FAILED), 0),
    )
    made = []
    for number, name, initials, hue, when, preview, unread in facts:
        hour, minute = when.split(":")
        made.append(
            Row(
                number,
                f"/conversations/{number}",
                name,
                Avatar(initials, hue),
                f"{number}",
                preview,
                at(int(hour), int(minute)),
                unread,
                assignee=Avatar("LM", 8) if number in (11, 13, 15) else None,
                assignee_name="Lu Martins",
            )
        )
    return tuple(made)


EMPTY = Empty(
    "No conversations yet",
    "When somebody writes to one of your numbers, it appears here.",
    "inbox",
    "See the numbers",
    "/numbers",
)


def rows_page(*shown: Row) -> RowsPage:
    return RowsPage(shown, EMPTY)


def list_page(rows_shown: RowsPage | None = None) -> ListPage:
    tabs = (
        Link("Mine", "/inbox", True, 4),
        Link("Unassigned", "/inbox?a", False, 7),
        Link("All", "/inbox?b", False, 38),
    )
    statuses = tuple(
        Link(word, "/inbox", word == "Open") for word in ("Open", "Pending", "Snoozed", "Resolved", "All")
    )
    return ListPage(
        rows_shown or RowsPage(rows(), EMPTY, 3), "/inbox/rows?status=open", tabs, statuses, title="Inbox"
    )


def head(resolved: bool = False) -> Head:
    return Head(
        7,
        "Beatriz Nunes",
        Avatar("BN", 1),
        "Café Rookery · +55 21 98765-0000",
        resolved,
        "Resolved" if resolved else "Open",
        "/conversations/7/resolution",
        "/conversations/7/assignment",
        mine=True,
        assignee_name="Lu Martins",
        assignee=Avatar("LM", 8),
        labels=(("New customer", 4),),
        agents=(
            Option("4", "Rui Sá", avatar=Avatar("RS", 4)),
            Option("3", "Lu Martins", True, Avatar("LM", 8)),
        ),
    )


def panel() -> Panel:
    facts = (Fact("Phone", "+55 21 98765-0000"), Fact("Since", "", TODAY), Fact("Number", "Café Rookery"))
    pictures = tuple(media("image", url=PICTURE, thumb=PICTURE) for _ in range(4))
    earlier = (Earlier(3, "/conversations/3", "The grinder setting for the moka pot", TODAY),)
    labels = (("wholesale", 2), ("delivery", 6))
    return Panel("Beatriz Nunes", Avatar("BN", 1), "“Bia” on WhatsApp", facts, labels, pictures, earlier)


def page(lines: tuple[Bubble, ...] = (), banner: bool = True) -> ConversationPage:
    words = "“Café Rookery” lost its phone 3 minutes ago. Replies wait and go out by themselves."
    return ConversationPage(
        7,
        head(),
        log(lines),
        Composer(
            7, "/conversations/7/messages", 3, "0f8fad5b-d9cb-469f-a165-70867728950e", 100_000_000, 20, 65_000
        ),
        panel(),
        "/conversations/7/read",
        Banner(words, "Details", "/numbers") if banner else None,
    )


def shell(section: str = "inbox") -> Shell:
    return Shell(
        3, "Lu Martins", "lu@example.com", Avatar("LM", 8), "Café Rookery", "1-41", unread=3, section=section,
        attention="One number needs attention",
    )  # fmt: skip


def numbers() -> tuple[Number, ...]:
    seen = (Fact("Last message", "", TODAY), Fact("Gateway", "version 8.7.0"))
    return (
        Number("Café Rookery", "+55 21 98765-0000", "Connected", "good", "Messages come and go.", seen),
        Number(
            "Wholesale",
            "+55 11 90000-0001",
            "Phone lost",
            "warn",
            "Replies wait and go out by themselves.",
        ),
        Number(
            "Old line",
            "+55 11 90000-0002",
            "Logged out",
            "bad",
            "Link the phone again to send and receive.",
        ),
    )
