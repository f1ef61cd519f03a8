"""`python tools/message_kinds.py [folder]`: the pictures of docs/message-kinds.md, made anew from a demo of its own.

Everybody in them is invented. The simulated gateway says every kind of message there is, quietly; each bubble is cut
out of the conversation's page, on a desktop and on a phone, light and dark. Needs Chromium and what `make dev` installs.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from PIL import Image, ImageDraw  # noqa: E402
from playwright.sync_api import Browser, Locator, expect, sync_playwright  # noqa: E402

from tests.components.conftest import FLAGS  # noqa: E402
from tests.e2e.demo import ADMIN, Demo, Person  # noqa: E402
from tests.e2e.desk import Desk  # noqa: E402
from tools.screenshots import NOW, SHOWN_PICTURES, kettle, signed_in  # noqa: E402

FOLDER = ROOT / "docs" / "images" / "kinds"
LARGEST = 40_000
MARGIN = 12
LOOKS = {
    "desktop-light": ({"width": 1100, "height": 820}, "light"),
    "desktop-dark": ({"width": 1100, "height": 820}, "dark"),
    "phone-light": ({"width": 390, "height": 844}, "light"),
    "phone-dark": ({"width": 390, "height": 844}, "dark"),
}
ALONE = """(one) => { for (const other of document.querySelectorAll('#log > *, .to-end, .bubble-reply'))
    other.style.opacity = !one || other === one || one.id === 'message-more' ? '' : '0' }"""
GROUP = "120363049999000001@g.us"
IDS: dict[str, str] = {}
BEGIN = int(NOW.timestamp()) - 7_200


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def street_map() -> bytes:
    """A small map of nowhere, as JPEG."""
    image = Image.new("RGB", (300, 150), "#dfe9dc")
    draw = ImageDraw.Draw(image)
    draw.polygon([(180, 0), (300, 0), (300, 90), (235, 60)], fill="#b9d7e8")
    draw.rectangle((20, 16, 92, 62), fill="#c6dfb6")
    for line in ((0, 84, 300, 118), (60, 0, 104, 150), (150, 0, 172, 150), (0, 30, 230, 66)):
        draw.line(line, fill="#ffffff", width=9)
    for line in ((0, 140, 180, 128), (210, 70, 252, 150), (20, 0, 40, 150)):
        draw.line(line, fill="#ffffff", width=4)
    draw.ellipse((143, 62, 161, 80), fill="#c6413b", outline="#ffffff", width=3)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


@dataclass(frozen=True)
class Said:
    """One picture: what the customer says for it; `by` somebody else of the cast, `phone`: typed on our phone."""

    name: str
    text: str = ""
    by: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def said(name: str, text: str = "", by: str = "", **options: Any) -> Said:
    return Said(name, text, by, options)


KETTLE = {"name": "kettle.jpg", "base64": encoded(kettle())}
FORMATTED = """*Order 1042*
1. Blue kettle
2. Matching tray
> by Friday, please
_gift wrapped_, ~with ribbon~
`code 7781` https://shop.example/kettles"""
SUMMARY = "Your order is ready\nIt waits at the counter.\n[Show order]\n[Call us]"
REFERRAL = {
    "source_url": "https://shop.example/spring", "ad_title": "Spring kettles are here", "source_type": "ad",
    "ad_body": "Hand-made, keeps warm for two hours. Write to us and we put one aside.", "ad_type": "CTWA",
    "thumbnail_url": "https://shop.example/never-fetched.jpg",
}  # fmt: skip
MAP = {
    "degreesLatitude": -22.9519, "degreesLongitude": -43.2105, "name": "Demo Shop", "address": "12 Example Street",
    "JPEGThumbnail": encoded(street_map()),
}  # fmt: skip
CARDS = [
    {"name": "Teo Sample", "phone": "+1 555 000 0198"},
    {"name": "Olive Specimen", "phone": "+1 555 000 0197"},
]
CHAT = (
    said("text", FORMATTED),
    said("emoji", "🙌"),
    said("image", "This one, right?", file=KETTLE, kind="image"),
    said("video", kind="video"),
    said("video-note", kind="video_note"),
    said("voice", kind="audio", file="voice.ogg"),
    said("document", "The signed offer", kind="document", file="offer.pdf"),
    said("sticker", kind="sticker", animated=True),
    said("contact", kind="contact", contact={"name": "Teo Sample", "phone": "+1 555 000 0198"}),
    said("contacts", kind="contacts", contacts=CARDS),
    said("location", kind="location", content=MAP),
    said("live-location", kind="live_location"),
    said("list", kind="list"),
    said("order", kind="order"),
    said("interactive", kind="text", extra={"interactive": SUMMARY}),
    said("forwarded", "Free delivery in March, they say", forwarded=True),
    said("referral", "Hello, is this kettle still there?", referral=REFERRAL),
    said("view-once", kind="image", file=KETTLE, view_once=True, media="missing"),
    said("unsupported", kind="poll"),
)
IN_GROUP = (
    said("group", "The crates arrive tomorrow", by="ana"),
    said("mention", "Then I come at nine, @15550000111 has the key", by="gus", mentions=["15550000111"]),
    said("reactions", "Who brings the cake?", by="mika"),
)


def main(folder: Path) -> None:
    """Take all pictures; raises AssertionError where one would not show what it should."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rookery-kinds-") as scratch, sync_playwright() as playwright:
        chromium = os.environ.get("ROOKERY_TEST_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        expect.set_options(timeout=20_000)
        demo = Demo(Path(scratch) / "demo")
        try:
            demo.start()
            ada, group = talk(demo)
            remarks(demo, ada)
            desk = signed_in(browser, demo, ADMIN)
            answered(demo, desk, group)
            for look, (size, scheme) in LOOKS.items():
                take(browser, demo, folder, look, size, scheme, (ada, group))
        finally:
            demo.close()
            browser.close()


def talk(demo: Demo) -> tuple[Person, Person]:
    """Everything that is said; answers the customer and, as if it were a person, the group."""
    ada = demo.person("Ada Example", phone="15550000101")
    people = {
        "ana": demo.person("Ana Fictitious", phone="15550000111"),
        "gus": demo.person("Gus Placeholder", phone="15550000112"),
        "mika": demo.person("Mika Sample", phone="15550000113"),
    }
    for number, line in enumerate(CHAT):
        IDS[line.name] = ada.says(line.text, at=BEGIN + 60 * number, **line.options)
        wait(demo, number + 1)
    demo.control(
        "/groups", subject="Kettle suppliers", jid=GROUP, members=[one.phone for one in people.values()]
    )
    for number, line in enumerate(IN_GROUP):
        at = BEGIN + 60 * number
        IDS[line.name] = people[line.by].says(line.text, at=at, chat=GROUP, **line.options)
        wait(demo, len(CHAT) + number + 1)
    for emoji, names in (("👍", ("ana", "gus")), ("🍰", ("mika",))):
        for name in names:
            demo.control(
                f"/contacts/{people[name].phone}/react", id=IDS["reactions"], emoji=emoji, chat=GROUP
            )
    return ada, Person(demo, GROUP, "Kettle suppliers")


def remarks(demo: Demo, ada: Person) -> None:
    """What happens to messages after they were said."""
    at = BEGIN + 60 * len(CHAT)
    IDS["edited"] = ada.says("At six o'clock", at=at)
    IDS["reaction"] = ada.says("See you at five!", at=at + 60)
    IDS["deleted"] = ada.says("Wrong chat, sorry", at=at + 120)
    IDS["hidden"] = ada.says("Is the tray included?", at=at + 180)
    IDS["quoted"] = ada.says("This map, I mean", at=at + 240, reply_to=IDS["location"])
    wait(demo, len(CHAT) + len(IN_GROUP) + 5)
    demo.control(f"/contacts/{ada.phone}/edit", id=IDS["edited"], text="At five o'clock, not six")
    demo.control("/phone/react", id=IDS["reaction"], emoji="❤️")
    demo.control(f"/contacts/{ada.phone}/revoke", id=IDS["deleted"])
    demo.control("/phone/delete", id=IDS["hidden"])
    demo.control(f"/contacts/{ada.phone}/call", auto_rejected=False)
    for number, name in enumerate(("New customer", "Kettles")):
        demo.control("/labels", label_id=str(number), name=name, color=4 + 3 * number)
        demo.control(f"/labels/{number}/chat", chat=ada.phone)


def answered(demo: Demo, desk: Desk, group: Person) -> None:
    """A reply of ours in the group that some have read, and people who come and go."""
    desk.visit(group)
    desk.expect_tick(desk.send("Thank you, everybody"), "read")
    demo.control(f"/groups/{GROUP}/remove", phones=["15550000112"])
    demo.control(f"/groups/{GROUP}/promote", phones=["15550000113"])
    expect(desk.page.locator(".bubble.activity")).to_have_count(3)
    desk.page.context.close()


def wait(demo: Demo, messages: int) -> None:
    """Until so many messages are stored with all that is to be seen of them."""
    with closing(sqlite3.connect(demo.database, timeout=30)) as rows:
        ready = partial(_stored, rows, messages)
        for _ in range(400):
            if ready():
                return
            time.sleep(0.1)
    raise AssertionError(f"{messages} messages never came")


def _stored(rows: sqlite3.Connection, messages: int) -> bool:
    waiting = "SELECT count(*) FROM conversations_attachment WHERE state IN ('wanted', 'fetching')"
    there = "SELECT count(*) FROM conversations_message WHERE direction = 'in'"
    return bool(rows.execute(waiting).fetchone()[0] == 0 and rows.execute(there).fetchone()[0] >= messages)


def take(
    browser: Browser,
    demo: Demo,
    folder: Path,
    look: str,
    size: dict[str, int],
    scheme: str,
    chats: tuple[Person, Person],
) -> None:
    """Every bubble once, in this look."""
    for chat, names in zip(chats, (list(IDS), list(IDS)), strict=True):
        desk = signed_in(browser, demo, ADMIN, viewport=size, color_scheme=scheme, reduced_motion="reduce")
        desk.page.clock.set_fixed_time(NOW)
        desk.visit(chat)
        cut = partial(shoot, desk, folder, look)
        for name in names:
            found = desk.page.locator(f'.bubble[data-order$="{IDS[name]}"]')
            if found.count():
                cut(name, found)
        extras(desk, cut)
        desk.page.context.close()


def extras(desk: Desk, cut: Callable[[str, Locator], None]) -> None:
    """What has no id of a customer's message: lines, calls, ours; and what opens."""
    others = {
        "call": desk.page.locator(".bubble.kind-call"),
        "group-line": desk.page.locator(".bubble.activity").last,
        "readers": desk.page.locator(".bubble.out", has=desk.page.locator(".readers")),
        "labels": desk.page.locator(".chips"),
    }
    for name, found in others.items():
        if found.count():
            cut(name, found.first)
    opens = {"versions": ".edited", "readers-list": ".readers", "deleted-text": ".revoked button"}
    for name, button in opens.items():
        if desk.page.locator(button).count():
            desk.page.evaluate(ALONE)
            desk.page.locator(button).first.click()
            more = desk.page.locator("#message-more")
            expect(more.locator("h2")).to_be_visible()
            cut(name, more)
            desk.page.keyboard.press("Escape")


def shoot(desk: Desk, folder: Path, look: str, name: str, found: Locator) -> None:
    """Cut it out with a little of what is around it."""
    found.scroll_into_view_if_needed()
    desk.page.mouse.move(0, 0)
    desk.until_js(SHOWN_PICTURES + ".every((image) => image.complete)")
    desk.page.evaluate(ALONE, found.element_handle())
    box = found.bounding_box()
    assert box is not None, name
    inside = "bubble" in (found.get_attribute("class") or "")
    around = desk.page.locator("#log" if inside else "body").bounding_box()
    assert around is not None
    face = 36 if found.locator(".face").count() else 0
    below = 16 if found.locator(".reactions").count() else 0
    edge = MARGIN if inside else 4
    left, top = max(around["x"], box["x"] - edge - face), max(around["y"], box["y"] - edge)
    right = min(around["x"] + around["width"], box["x"] + box["width"] + MARGIN)
    bottom = min(around["y"] + around["height"], box["y"] + box["height"] + MARGIN + below)
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    desk.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    picture = desk.page.screenshot(clip=clip)  # type: ignore[arg-type]
    (folder / f"{name}-{look}.png").write_bytes(packed(picture))


def packed(picture: bytes) -> bytes:
    """The PNG with as many colours as fit into LARGEST bytes."""
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (128, 64, 32, 16):
        out = io.BytesIO()
        whole.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise AssertionError(f"a picture stays above {LARGEST} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FOLDER)
