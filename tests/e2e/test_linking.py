"""From "add a number" to the first message: by QR code with a gateway that is told where events go, by pairing code with
one whose options do. Against gateways of their own beside the demo."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakeDesk
from tests.e2e.demo import Demo
from tests.e2e.test_accessibility import findings
from tests.flows.box import free_port, wait_until

SCHEMES: Final[tuple[Literal["dark", "light"], ...]] = ("dark", "light")


class Fresh:
    """A gateway that nobody has used: `rookery sandbox` without a slot."""

    def __init__(self, profile: str, folder: Path, *more: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        port = self.url.rpartition(":")[2]
        words = ["sandbox", "--profile", profile, "--port", port, "--device", "", "--quiet-world", *more]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ROOKERY_")}
        with (folder / f"{profile}.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rookery.cli", *words],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=folder,
            )
        wait_until(self._answers, 40, "the gateway")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def control(self, path: str, **data: Any) -> Any:
        answer = httpx.post(f"{self.url}/_sandbox{path}", json=data, timeout=15)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(15)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    made = Fresh("v9", tmp_path)
    yield made
    made.close()


def add(page: Page, demo: Demo, gateway: str, name: str, number: str) -> None:
    """By keyboard and pointer, as a person does it."""
    page.goto(demo.url + "/numbers")
    page.get_by_role("link", name="Add a number").click()
    button = page.get_by_role("button", name="Add the number")
    expect(button).to_be_disabled()
    page.get_by_label("Inbox name").fill(name)
    page.get_by_label("WhatsApp phone number").fill("555")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Begin with + and the country code")).to_be_visible()
    expect(button).to_be_disabled()
    page.get_by_label("WhatsApp phone number").fill(number)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Understood: +1")).to_be_visible()
    page.get_by_label("API base URL").fill(gateway)
    page.get_by_label("User (Basic auth)").fill("admin")
    page.get_by_label("Password (Basic auth)").fill("wrong")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Authentication failed")).to_be_visible()
    page.get_by_label("Password (Basic auth)").fill("sandbox")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Connected.")).to_be_visible()
    shot(page, "add")
    button.click()
    expect(page.get_by_role("heading", name="Link the phone")).to_be_visible()


def shot(page: Page, name: str) -> None:
    """Nothing that axe minds, and pictures to be looked at when somebody wants them."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert findings(page) == []
    folder = os.environ.get("ROOKERY_TEST_SHOTS")
    if not folder:
        return
    size = page.viewport_size
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width, height in ((1280, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png")
    page.emulate_media(color_scheme="light")
    if size:
        page.set_viewport_size(size)


def test_by_qr_code_with_a_wrong_phone_first(make_desk: MakeDesk, demo: Demo, fresh: Fresh) -> None:
    page = make_desk().page
    add(page, demo, fresh.url, "By picture", "+15550300001")
    slot = "/devices/rookery-15550300001"
    shot(page, "link")
    page.get_by_role("button", name="Show a QR code").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="QR code to scan")).to_be_visible()
    expect(page.locator("#link-step")).to_be_focused()  # Tab goes on from here
    expect(page.get_by_text("code 1 of 6")).to_be_visible()
    shot(page, "qr")
    fresh.control(f"{slot}/scan", phone="15550300099")
    expect(page.get_by_text("but this inbox is +1 555-030-0001. It was logged out again")).to_be_visible()
    shot(page, "wrong")
    page.get_by_role("button", name="Show a QR code").click()
    expect(page.get_by_role("img", name="QR code to scan")).to_be_visible()
    fresh.control(f"{slot}/scan", phone="15550300001")
    expect(page.get_by_role("heading", name="The phone is linked")).to_be_visible(timeout=5000)
    expect(page.get_by_text("that was set up just now")).to_be_visible()
    shot(page, "linked")
    fresh.control("/contacts", phone="15550300500", name="Nadia")
    fresh.control("/contacts/15550300500/say", text="hello by picture")
    expect(page.get_by_role("heading", name="It works")).to_be_visible()
    expect(page.get_by_text("hello by picture")).to_be_visible()
    shot(page, "done")
    page.get_by_role("link", name="Open the conversation").click()
    expect(page.locator("chat-log").get_by_text("hello by picture")).to_be_visible()


def test_by_pairing_code_with_options_to_copy(make_desk: MakeDesk, demo: Demo, tmp_path: Path) -> None:
    kept = ("--data-dir", str(tmp_path / "world"))
    old = Fresh("v8", tmp_path, *kept)
    try:
        page = make_desk().page
        add(page, demo, old.url, "By code", "+15550300002")
        page.get_by_role("button", name="Use a pairing code instead").click()
        code = page.locator("#pair-code")
        expect(code).to_have_text(re.compile(r"^[1-9A-Z]{4}-[1-9A-Z]{4}$"))
        shot(page, "code")
        old.control("/devices/rookery-15550300002/scan")
        expect(page.get_by_role("heading", name="The phone is linked")).to_be_visible(timeout=5000)
        page.get_by_role("button", name="Show the secret").click()
        options = page.locator("#flags-options")
        expect(options).to_have_text(re.compile(r"--webhook-secret=[0-9a-f]{64}"))
        shot(page, "flags")
        found = re.fullmatch(r"--webhook=(\S+) --webhook-secret=(\S+)", options.inner_text().strip())
        assert found
        # The wrong secret first: the page says what the door saw.
        httpx.post(found[1], content=b"{}", headers={"X-Hub-Signature-256": "sha256=" + "0" * 64}, timeout=10)
        expect(page.get_by_text("Something came with a wrong signature")).to_be_visible()
        shot(page, "waiting")
        # Then the gateway is started again with what was copied.
        old.close()
        old = Fresh("v8", tmp_path, *kept, "--webhook", found[1], "--webhook-secret", found[2])
        old.control("/contacts", phone="15550300501", name="Otto")
        old.control("/contacts/15550300501/say", text="hello by code")
        expect(page.get_by_role("heading", name="It works")).to_be_visible()
        expect(page.get_by_text("hello by code")).to_be_visible()
    finally:
        old.close()
