"""Who lives in the demo. Everybody is invented; the numbers belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Line:
    """One line of the past: how long ago, what, and whether our own phone wrote it."""

    minutes_ago: float
    text: str = ""
    own: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    then: tuple[dict[str, Any], ...] = ()
    """What was done with this line since."""


@dataclass(frozen=True)
class Person:
    """`lines` are said unasked, `answers` in reply; both hold acts (`acts.perform`), mostly options of `say`."""

    phone: str
    name: str
    lid: str | None = None
    lid_known: bool = True
    avatar: bool = True
    history: tuple[Line, ...] = ()
    lines: tuple[dict[str, Any], ...] = ()
    answers: tuple[dict[str, Any], ...] = ()


def _said(*texts: str) -> tuple[dict[str, Any], ...]:
    return tuple({"text": text} for text in texts)


MARKET = {
    "degreesLatitude": 52.5163,
    "degreesLongitude": 13.3777,
    "name": "Example Market",
    "address": "1 Example Street",
}
DOCK = {"degreesLatitude": 52.5221, "degreesLongitude": 13.4133, "name": "Loading dock"}
GROUP_JID = "120363040000000001@g.us"
GROUP_SUBJECT = "Example Street Suppliers"

ADA = Person(
    phone="15550000101",
    name="Ada Example",
    lid="90000000000101",
    history=(
        Line(184, "Hi! Do you still have the blue kettle from the window?"),
        Line(181, "We do, two left. Shall I put one aside?", own=True),
        Line(180, "Yes please 🙏 I'll come by tomorrow"),
        Line(42, "This is the one I mean, right?", options={"kind": "image", "file": "kettle.jpg"}),
        Line(
            41, "That is the one. It waits at the counter.", own=True, then=({"do": "react", "emoji": "❤️"},)
        ),
    ),
    lines=(
        {"text": "Quick question: are you open on Saturday?"},
        {"text": "Found it at home, same model", "kind": "image", "file": "shelf.jpg"},
        {"kind": "location", "location": MARKET},
        {"text": "I come by at 5", "then": {"do": "edit", "text": "I come by at 6, sorry"}},
        {"text": "Thanks again for the help yesterday 😊"},
        {"do": "react", "emoji": "👍"},
    ),
    answers=(
        *_said("Perfect, thank you!", "Great, see you then 👋", "Oh nice. And how much is it?"),
        {"kind": "sticker", "file": "smile.webp"},
    ),
)

BEATRIZ = Person(
    phone="5511900000102",
    name="Beatriz Exemplo 🌻",
    lid="90000000000102",
    history=(
        Line(126, "Oi, bom dia! Meu pedido já saiu?"),
        Line(125, "", options={"kind": "audio", "file": "voice.ogg"}),
        Line(119, "Bom dia, Beatriz! Saiu agora há pouco.", own=True),
        Line(118, "Ótimo, obrigada! 💛"),
    ),
    lines=(
        {"kind": "audio", "file": "voice.ogg"},
        {"text": "Vocês entregam na zona sul?"},
        {"text": "Segue o comprovante", "kind": "document", "file": "comprovante.pdf"},
        {"text": "Mensagem errada, desculpe", "then": {"do": "revoke"}},
        {"kind": "sticker", "animated": True},
    ),
    answers=(
        *_said("Perfeito, muito obrigada!", "Ah, que bom! 😄", "Pode ser amanhã à tarde?"),
        {"kind": "audio", "file": "voice.ogg"},
    ),
)

NOUR = Person(
    phone="15550000103",
    name="نور المثال",
    lid="90000000000103",
    avatar=False,
    history=(
        Line(75, "مرحبا، هل المتجر مفتوح اليوم؟"),
        Line(74, "أريد أن أطلب كوبين من الشاي ☕"),
    ),
    lines=(
        {"text": "هل يمكنكم إرسال الفاتورة من فضلكم؟"},
        {"text": "شكرا جزيلا 🌸"},
        {"do": "react", "emoji": "🌸"},
    ),
    answers=_said("شكرا لكم!", "ممتاز، سأمر غدا", "كم السعر؟"),
)

TEO = Person(
    phone="15550000104",
    name="Teo Sample",
    history=(
        Line(55, "Here is the signed offer", options={"kind": "document", "file": "offer.pdf"}),
        Line(54, "Let me know if anything is missing"),
        Line(53, options={"contact": {"name": "Office of Teo Sample", "phone": "+1 555 000 0198"}}),
    ),
    lines=(
        {"text": "Any news about the offer?"},
        {"text": "How it looks right now", "kind": "video", "file": "site.mp4"},
        {"contact": {"name": "Lena Muster", "phone": "+1 555 000 0108"}},
        {"do": "call"},
    ),
    answers=_said("Understood, thanks.", "👍", "I'll call you later today."),
)

MIKA = Person(
    phone="15550000105",
    name="Mika Placeholder",
    lid="90000000000105",
    lid_known=False,
    avatar=False,
    history=(Line(20, "hello?? is anybody there 😅"), Line(19, "I need a refund for order 1042")),
    lines=(
        {"text": "still waiting…"},
        {"kind": "sticker", "file": "waiting.webp"},
        {"text": "ok found the receipt", "kind": "image", "file": "receipt.png"},
    ),
    answers=_said("finally! thank you", "order 1042, bought last week", "ok 👌"),
)

GUS = Person(
    phone="15550000106",
    name="Gus Fictitious",
    history=(
        Line(33, "Good morning! The truck leaves at 4, who needs a slot?", options={"chat": GROUP_JID}),
        Line(12, "Two slots left then 🚚", options={"chat": GROUP_JID}),
    ),
    lines=(
        {"text": "One slot left on the truck 🚚", "chat": GROUP_JID},
        {"text": "This is how full it is", "kind": "image", "file": "truck.jpg", "chat": GROUP_JID},
        {"text": "@15550000101 is yours in it?", "chat": GROUP_JID, "mentions": ["15550000101"]},
    ),
)

LENA = Person(
    phone="15550000108",
    name="Lena Muster",
    lid="90000000000108",
    history=(
        Line(30, "One for us, please. Twelve boxes.", options={"chat": GROUP_JID}),
        Line(28, "Fourteen, sorry", options={"chat": GROUP_JID}),
    ),
    lines=(
        {"do": "react", "emoji": "🙏", "chat": GROUP_JID},
        {
            "text": "Boxes are packed",
            "chat": GROUP_JID,
            "then": {"do": "edit", "text": "Boxes are packed ✅", "chat": GROUP_JID},
        },
        {"kind": "location", "location": DOCK, "chat": GROUP_JID},
    ),
)

IVO = Person(
    phone="15550000109",
    name="Ivo Beispiel",
    lid="90000000000109",
    lid_known=False,
    history=(
        Line(25, "Same for me, but only if the dock is open", options={"chat": GROUP_JID}),
        Line(24, "", options={"chat": GROUP_JID, "kind": "sticker", "file": "fingers-crossed.webp"}),
    ),
    lines=(
        {"do": "leave", "chat": GROUP_JID},
        {"do": "join", "chat": GROUP_JID, "then": {"text": "Wrong button, I am back", "chat": GROUP_JID}},
        {"kind": "audio", "file": "voice.ogg", "chat": GROUP_JID},
    ),
)

CAST = (ADA, BEATRIZ, NOUR, TEO, MIKA, GUS, LENA, IVO)
GROUP_MEMBERS = (GUS.phone, TEO.phone, ADA.phone, LENA.phone, IVO.phone)
