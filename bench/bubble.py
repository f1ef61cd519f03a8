"""From a webhook's first byte to the painted bubble, in Chromium, with 20 agents' pages open."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.async_api import Page, async_playwright

from bench import pages, servers
from bench.agents import Agent, Client, together
from bench.deliveries import chat
from bench.results import Result, percentile
from bench.stage import Stage
from rookery.accounts.models import Membership, User
from rookery.conversations.models import Conversation, InboxMember
from tests.cast import PASSWORD, PHONE, SECRET, Cast

TARGET = 250.0
RATE = 100
CHATS = 50
AGENTS = 20
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip

# A message posted from a frame's callback arrives after that frame was painted.
WATCH = """
window.painted = [];
addEventListener("DOMContentLoaded", () => {
  const seen = new Set();
  new MutationObserver(() => {
    const fresh = [...document.querySelectorAll("#log article[data-order]")].filter((item) => !seen.has(item.dataset.order));
    for (const item of fresh) seen.add(item.dataset.order);
    if (!fresh.length) return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const now = performance.timeOrigin + performance.now();
        for (const item of fresh) window.painted.push([item.dataset.order, now]);
      };
      channel.port2.postMessage(0);
    });
  }).observe(document.getElementById("log"), { childList: true, subtree: true });
});
"""


def run(stage: Stage) -> list[Result]:
    gateway = servers.free_port()
    cast = stage.prepare(f"http://127.0.0.1:{gateway}")
    cookies = [pages.session_cookie(_agent(cast, number)) for number in range(AGENTS)]
    with servers.rookery("serve") as server, _sandbox(gateway, server.port):
        return asyncio.run(_measure(stage, server, Client(gateway, ""), cookies))


async def _measure(stage: Stage, server: servers.Server, sandbox: Client, cookies: list[str]) -> list[Result]:
    seconds = stage.pick(60, 10)
    conversations = await _make_chats(sandbox)
    others = [
        Agent(server.port, cookie, conversations[index]) for index, cookie in enumerate(cookies[1:], start=1)
    ]
    painted: list[tuple[str, float]] = []
    started: list[float] = []
    before = server.cpu_seconds()

    async def meanwhile() -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            page = await _open(browser, server.port, cookies[0], conversations[0])
            await asyncio.sleep(2.0)
            started.append(time.time())
            await _talk(stage, sandbox, seconds)
            await asyncio.sleep(3.0)
            painted.extend(await page.evaluate("window.painted"))
            await browser.close()

    await together(others, meanwhile())
    used = (server.cpu_seconds() - before) / (seconds + 5)
    stage.say(
        f"serve used {used:.2f} cores; {sum(agent.failures for agent in others)} requests of agents failed"
    )
    return _results(stage, await _first_bytes(sandbox, started[0]), painted, len(others))


def _results(
    stage: Stage, sent: dict[str, float], painted: list[tuple[str, float]], others: int
) -> list[Result]:
    """`sent`: epoch seconds of first bytes by message id; `painted`: place in the chat and epoch milliseconds."""
    delays = [
        moment - sent[order.partition(".")[2]] * 1000
        for order, moment in painted
        if order.partition(".")[2] in sent
    ]
    note = (
        f"{RATE} messages a second over {CHATS} chats; 1 Chromium page and {others} simulated ones; "
        f"{len(delays)} bubbles watched, max {max(delays):.0f} ms"
    )
    return [
        Result(f"bubble p50, {stage.vendor}", percentile(delays, 0.5), "ms"),
        Result(
            f"bubble p95, {stage.vendor}",
            percentile(delays, 0.95),
            "ms",
            target=TARGET,
            least=False,
            note=note,
        ),
    ]


async def _make_chats(sandbox: Client) -> list[int]:
    """Persons who have each said one thing; the display ids of their conversations, in order of `chat`."""
    for number in range(CHATS):
        await _control(sandbox, "/contacts", phone=chat(number), name=f"Person {number}", quiet_ack=True)
        await _control(sandbox, f"/contacts/{chat(number)}/say", text="hello")
    until = time.monotonic() + 30
    while len(found := await asyncio.to_thread(_conversations)) < CHATS:
        assert time.monotonic() < until, f"{len(found)} conversations after 30 s"
        await asyncio.sleep(0.1)
    return [found[f"+{chat(number)}"] for number in range(CHATS)]


async def _talk(stage: Stage, sandbox: Client, seconds: int) -> None:
    """RATE messages a second, chat after chat."""
    started = time.monotonic()
    late = 0.0
    for number in range(seconds * RATE):
        wait = started + number / RATE - time.monotonic()
        late = max(late, -wait)
        if wait > 0:
            await asyncio.sleep(wait)
        await _control(
            sandbox, f"/contacts/{chat(number % CHATS)}/say", text=f"message {number}: two of them, please"
        )
    stage.say(
        f"{seconds * RATE / (time.monotonic() - started):.0f} messages/s said, at most {late * 1000:.0f} ms late"
    )


async def _open(browser: Any, port: int, cookie: str, conversation: int) -> Page:
    name, _, value = cookie.partition("=")
    context = await browser.new_context()
    await context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
    page: Page = await context.new_page()
    await page.add_init_script(WATCH)
    await page.goto(f"http://127.0.0.1:{port}/conversations/{conversation}")
    await page.wait_for_selector("html[data-live=online]", state="attached")
    return page


async def _first_bytes(sandbox: Client, since: float) -> dict[str, float]:
    """When the first attempt of each message's webhook began, by message id; the sandbox keeps the last 5,000."""
    answer = await sandbox.ask("/_sandbox/deliveries", {})
    begun: dict[str, float] = {}
    for attempt in json.loads(answer.body)["deliveries"]:
        if attempt["event"] == "message" and attempt["at"] >= since:
            begun[attempt["message_id"]] = min(attempt["at"], begun.get(attempt["message_id"], attempt["at"]))
    return begun


async def _control(sandbox: Client, path: str, **fields: Any) -> None:
    body = json.dumps(fields).encode()
    answer = await sandbox.ask(f"/_sandbox{path}", {"Content-Type": "application/json"}, "POST", body)
    assert answer.status < 300, answer.body


@contextmanager
def _sandbox(port: int, rookery: int) -> Iterator[None]:
    """The simulated gateway as a process of its own."""
    hook = f"http://127.0.0.1:{rookery}/webhooks/whatsapp/{PHONE[1:]}"
    command = [
        sys.executable, "-m", "rookery.cli", "sandbox", "--port", str(port), "--quiet-world", "--webhook", hook,
        "--webhook-secret", SECRET, "--phone", PHONE[1:],
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + servers.PATIENCE
        while not servers.answers(port, "/_sandbox"):
            assert process.poll() is None, "the sandbox ended"
            assert time.monotonic() < until, "the sandbox did not start"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _agent(cast: Cast, number: int) -> User:
    made = User.objects.create_user(f"agent{number}@example.com", PASSWORD, name=f"Agent {number}")
    Membership.objects.create(account=cast.account, user=made, role=Membership.Role.AGENT)
    InboxMember.objects.create(inbox=cast.inbox, user=made)
    return made


def _conversations() -> dict[str, int]:
    return dict(Conversation.objects.values_list("contact__phone", "display_id"))
