"""`python tools/screenshots.py [folder]`: the pictures of docs/images, made anew from a demo of its own.

Everybody in them is invented, and the hour is always the same: what is said has fixed times, our replies are moved
to theirs in the demo's database, and the browser's clock stands still. Needs Chromium and what `make dev` installs.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from PIL import Image, ImageDraw  # noqa: E402
from playwright.sync_api import Browser, expect, sync_playwright  # noqa: E402

from tests.components.conftest import FLAGS  # noqa: E402
from tests.e2e.demo import ADMIN, AGENT, PASSWORD, Demo, Person  # noqa: E402
from tests.e2e.desk import Desk  # noqa: E402

FOLDER = ROOT / "docs" / "images"
NOW = datetime(2026, 3, 11, 10, 52, tzinfo=UTC)
LARGEST = 300_000
OF_IT = "FROM conversations_message WHERE conversation_id = conversations_conversation.id"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SHOWN_PICTURES = """[...document.images].filter((image) => image.checkVisibility()
    && image.getBoundingClientRect().bottom > 0 && image.getBoundingClientRect().top < innerHeight)"""


@dataclass(frozen=True)
class Line:
    """What was said how many minutes before the picture; `by` is the agent for a reply of ours."""

    ago: int
    text: str = ""
    by: str = ""
    quotes: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Thread:
    """One conversation; `taken` by the agent who answers in it."""

    phone: str
    name: str
    lines: tuple[Line, ...]
    taken: bool = False


def kettle() -> bytes:
    """A blue kettle on a wooden counter, as JPEG."""
    image = Image.new("RGB", (1280, 960), "#efe6d8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 690, 1280, 960), fill="#b98a5a")
    for edge in range(720, 960, 60):
        draw.line((0, edge, 1280, edge), fill="#a87a4c", width=4)
    draw.ellipse((330, 770, 1010, 850), fill="#8d6640")
    draw.arc((430, 130, 850, 640), 180, 360, fill="#2b2f33", width=34)
    draw.polygon([(850, 560), (1090, 350), (1130, 380), (930, 690)], fill="#2c6a93")
    draw.ellipse((350, 310, 930, 830), fill="#337aa8")
    draw.rectangle((350, 570, 930, 740), fill="#337aa8")
    draw.rounded_rectangle((350, 600, 930, 815), 70, fill="#337aa8")
    draw.ellipse((430, 380, 560, 620), fill="#5d9dc6")
    draw.ellipse((520, 275, 760, 345), fill="#28618a")
    draw.ellipse((605, 235, 675, 300), fill="#2b2f33")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


KETTLE = {"kind": "image", "file": {"name": "kettle.jpg", "base64": base64.b64encode(kettle()).decode()}}
VOICE = {"kind": "audio", "file": "voice.ogg"}
ADA = Thread(
    "15550000101",
    "Ada Example",
    (
        Line(1442, "Hi! Do you still have the blue kettle from the window?"),
        Line(1438, "We do, two left. Shall I put one aside for you?", by=ADMIN),
        Line(1436, "Yes please 🙏 I'll come by tomorrow"),
        Line(38, "Good morning! This is the one I mean, right?", options=KETTLE),
        Line(35, "That's the one. It keeps warm for two hours 🙂", by=ADMIN, quotes="This is the one"),
        Line(33, "And how much is it with the *matching tray*?"),
        Line(30, "62 together. I'll hold both until six.", by=ADMIN),
        Line(6, options=VOICE),
        Line(4, "Perfect, see you at five!"),
    ),
    taken=True,
)
THREADS = (
    Thread(
        "15550000107",
        "Olive Specimen",
        (
            Line(1500, "Invoice 1039 is paid, thank you both."),
            Line(1490, "It just came in. Thank you!", by=ADMIN),
        ),
    ),
    Thread(
        "15550000108",
        "Bakery Exemplar",
        (Line(1310, "Same beans as last month, please"), Line(1295, "On their way", by=AGENT)),
        taken=True,
    ),
    Thread(
        "15550000104",
        "Teo Sample",
        (
            Line(161, "Good morning, both"),
            Line(160, "Here is the signed offer", options={"kind": "document", "file": "offer.pdf"}),
        ),
    ),
    Thread(
        "15550000103",
        "نور المثال",
        (Line(75, "مرحبا، هل المتجر مفتوح اليوم؟"), Line(70, "نعم، حتى الساعة السادسة", by=AGENT)),
        taken=True,
    ),
    Thread(
        "15550000106",
        "Gus Fictitious",
        (Line(31, "Two slots left on the four o'clock truck 🚚"),),
    ),
    Thread(
        "5511900000102",
        "Beatriz Exemplo 🌻",
        (
            Line(26, "Oi, bom dia! Meu pedido já saiu?"),
            Line(22, "Bom dia, Beatriz! Saiu agora há pouco.", by=ADMIN),
            Line(9, options=VOICE),
        ),
    ),
    ADA,
    Thread(
        "15550000105",
        "Mika Placeholder",
        (Line(3, "hello?? is anybody there 😅"), Line(2, "I need a refund for order 1042")),
    ),
)


def main(folder: Path) -> None:
    """Take all pictures; raises AssertionError where one would not show what it should."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rookery-pictures-") as scratch, sync_playwright() as playwright:
        chromium = os.environ.get("ROOKERY_TEST_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        expect.set_options(timeout=20_000)
        demo = Demo(Path(scratch) / "demo")
        try:
            demo.start()
            talk(browser, demo)
            move_to_their_times(demo.database)
            take_all(browser, demo, folder)
        finally:
            demo.close()
            browser.close()


def talk(browser: Browser, demo: Demo) -> None:
    """Every thread, said by the simulated people and answered by the agents through their pages."""
    desks = {email: signed_in(browser, demo, email) for email in (ADMIN, AGENT)}
    lines = 0
    for thread in THREADS:
        person = demo.person(thread.name, phone=thread.phone)
        for line in thread.lines:
            if line.by:
                answer(desks[line.by], person, line, take=thread.taken)
            else:
                person.says(line.text, at=int(NOW.timestamp()) - 60 * line.ago, **line.options)
        lines += len(thread.lines)
        # Colours go by the order in which people first wrote.
        desks[ADMIN].until(partial(stored, demo.database, lines), f"{lines} lines in the database")
    for desk in desks.values():
        desk.page.context.close()


def stored(database: Path, lines: int) -> bool:
    """Whether so many messages have come in or gone out, with everything that is to be seen of them."""
    with closing(sqlite3.connect(database, timeout=30)) as rows:
        waiting = "SELECT count(*) FROM conversations_attachment WHERE state IN ('wanted', 'fetching')"
        there = "SELECT count(*) FROM conversations_message"
        return bool(rows.execute(waiting).fetchone()[0] == 0 and rows.execute(there).fetchone()[0] == lines)


def answer(desk: Desk, person: Person, line: Line, *, take: bool) -> None:
    """Write the reply in their conversation, see it read, and look away again."""
    desk.visit(person)
    if take and desk.head.locator(".hold .avatar").count() == 0:
        desk.head.get_by_title("Who answers").click()
        desk.page.get_by_role("button", name="Assign to me").click()
        expect(desk.head.locator(".hold")).to_contain_text("You")
    if line.quotes:
        quoted = desk.bubble(line.quotes)
        quoted.hover()
        quoted.get_by_role("button", name="Reply to this message").click()
    desk.expect_tick(desk.send(line.text), "read")
    desk.open("/inbox")


def move_to_their_times(database: Path) -> None:
    """Our replies went out today: give them the times of the story, and everybody the same beginning."""
    begin = int(NOW.timestamp())
    with closing(sqlite3.connect(database, timeout=30)) as rows, rows:
        for thread in THREADS:
            for line in thread.lines:
                moved = "UPDATE conversations_message SET at = ? WHERE content = ? AND direction = 'out'"
                if line.by:
                    assert rows.execute(moved, (begin - 60 * line.ago, line.text)).rowcount == 1, line.text
        rows.execute("UPDATE conversations_contact SET created_at = ?", (begin - 86_400 * 40,))
        rows.execute(f"UPDATE conversations_conversation SET last_activity_at = (SELECT max(at) {OF_IT})")
        newest = f"(SELECT id {OF_IT} ORDER BY at DESC, tie DESC LIMIT 1)"
        rows.execute(f"UPDATE conversations_conversation SET last_message_id = {newest}")


def take_all(browser: Browser, demo: Demo, folder: Path) -> None:
    """The pictures that documents refer to."""

    def take(name: str, size: dict[str, int], scheme: str, ready: Callable[[Desk], object]) -> None:
        desk = signed_in(browser, demo, ADMIN, viewport=size, color_scheme=scheme, reduced_motion="reduce")
        desk.page.clock.set_fixed_time(NOW)
        ready(desk)
        picture = desk.page.screenshot()
        (folder / name).write_bytes(packed(picture))
        desk.page.context.close()

    for _ in range(2):  # the first look leaves nothing unread for the second
        take("inbox.png", DESKTOP, "light", show_talk)
    take("inbox-dark.png", DESKTOP, "dark", show_talk)
    take("conversation-phone.png", PHONE, "light", show_talk)
    take("conversation-phone-dark.png", PHONE, "dark", show_talk)
    take("list-phone.png", PHONE, "light", show_list)
    take("sign-in.png", DESKTOP, "light", show_sign_in)


def show_talk(desk: Desk) -> None:
    desk.open("/inbox")
    desk.page.locator("#list .row", has_text=ADA.name).click()
    expect(desk.bubble(ADA.lines[-1].text)).to_be_in_viewport()
    expect(desk.bubbles).to_have_count(len(ADA.lines))
    desk.until_js(SHOWN_PICTURES + ".every((image) => image.complete)")
    expect(desk.page.locator("#list .row[aria-current] .badge")).to_have_count(0)
    desk.page.mouse.move(0, 0)


def show_list(desk: Desk) -> None:
    desk.open("/inbox")
    expect(desk.page.locator("#list .row")).to_have_count(len(THREADS))


def show_sign_in(desk: Desk) -> None:
    desk.page.context.clear_cookies()
    desk.page.goto(desk.url + "/sign-in")
    expect(desk.page.get_by_label("E-mail address")).to_be_focused()


def signed_in(browser: Browser, demo: Demo, email: str, **options: Any) -> Desk:
    """A page of this agent on the inbox."""
    settings: dict[str, Any] = {"locale": "en-GB", "timezone_id": "UTC", "viewport": DESKTOP} | options
    desk = Desk(browser.new_context(**settings).new_page(), demo.url)
    desk.page.goto(demo.url + "/sign-in")
    desk.page.get_by_label("E-mail address").fill(email)
    desk.page.get_by_label("Password").fill(PASSWORD)
    desk.page.get_by_role("button", name="Sign in").click()
    desk.page.wait_for_url("**/inbox*")
    return desk.online()


def packed(picture: bytes) -> bytes:
    """The PNG with all its colours, or with as many as fit into LARGEST bytes."""
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (0, 256, 128, 64):
        out = io.BytesIO()
        image = whole.quantize(colours, dither=Image.Dither.NONE) if colours else whole
        image.save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise AssertionError(f"a picture stays above {LARGEST} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FOLDER)
