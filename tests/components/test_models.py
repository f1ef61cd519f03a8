"""The plain models, each alone: given these, then that."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.components.stage import Stage

Run = Callable[[str, str], Any]


@pytest.fixture
def run(stage: Stage, page: Page) -> Run:
    """Evaluate a function body with everything a module exports in `m`."""

    def run_it(module: str, body: str) -> Any:
        page.goto(stage.page("/models", "<!doctype html><html lang='en'><title>Models</title></html>"))
        address = f"/static/web/js/models/{module}.js"
        return page.evaluate(f"async () => {{ const m = await import('{address}'); {body} }}")

    return run_it


def test_cursor_compares_ids_of_one_journal_only(run: Run) -> None:
    body = """
      const [a, b, bare, other] = ["x-y-9", "x-y-10", "11", "z-1"].map((text) => m.Cursor.parse(text));
      return [b.isAfter(a), a.isAfter(b), a.isAfter(null), a.comparable(bare), a.comparable(other), String(b),
              m.Cursor.parse("x-"), m.Cursor.parse(null)];"""
    assert run("cursor", body) == [True, False, True, True, False, "x-y-10", None, None]


def test_backoff_grows_to_its_limit_with_jitter_and_starts_again(run: Run) -> None:
    body = """
      const high = new m.Backoff({ first: 100, most: 1000, random: () => 1 });
      const low = new m.Backoff({ first: 100, random: () => 0 });
      const waits = [1, 2, 3, 4, 5, 6].map(() => high.next());
      high.reset();
      return [...waits, high.next(), low.next()];"""
    assert run("backoff", body) == [100, 200, 400, 800, 1000, 1000, 100, 30]


def test_coalescer_runs_at_once_then_by_the_gap_and_never_twice_at_a_time(run: Run) -> None:
    body = """
      let [runs, inside, most] = [0, 0, 0];
      const work = async () => { runs += 1; most = Math.max(most, ++inside);
                                 await new Promise((done) => setTimeout(done, 30)); inside -= 1; };
      const one = new m.Coalescer(work, { gap: 60 });
      one.call(); const first = runs;
      for (let at = 0; at < 10; at += 1) { one.call(); await new Promise((done) => setTimeout(done, 10)); }
      await new Promise((done) => setTimeout(done, 150));
      return [first, runs >= 2 && runs <= 3, most];"""
    assert run("coalescer", body) == [1, True, 1]


def test_coalescer_tries_again_by_itself_and_wishes_do_not_hurry_it(run: Run) -> None:
    body = """
      let runs = 0;
      const waits = { next: () => 80, reset: () => {} };
      const one = new m.Coalescer(() => { runs += 1; if (runs < 3) throw new Error("no"); }, { gap: 1, backoff: waits });
      one.call();
      for (let at = 0; at < 5; at += 1) { one.call(); await new Promise((done) => setTimeout(done, 5)); }
      const early = runs;
      await new Promise((done) => setTimeout(done, 300));
      return [early, runs];"""
    assert run("coalescer", body) == [1, 3]


def test_stream_is_cut_into_frames_wherever_the_bytes_break(run: Run) -> None:
    body = """
      const text = ": beat\\n\\nid: e-1\\r\\nevent: a\\r\\ndata: {\\r\\ndata: }\\r\\n\\r\\n"
                   + "retry: 70\\n\\nevent: w\\ndata:1\\n\\nid: e-2\\nev";
      const results = [];
      for (const size of [1, 3, 1000]) {
        const retries = [];
        const parser = new m.SseParser({ onRetry: (wait) => retries.push(wait) });
        const frames = [];
        for (let at = 0; at < text.length; at += size) frames.push(...parser.feed(text.slice(at, at + size)));
        results.push(JSON.stringify([frames, retries]));
      }
      return [new Set(results).size, JSON.parse(results[0])];"""
    frames = [{"id": "e-1", "event": "a", "data": "{\n}"}, {"id": None, "event": "w", "data": "1"}]
    assert run("sse-parser", body) == [1, [frames, [70]]]


def test_ring_gives_what_was_missed_or_says_that_it_cannot(run: Run) -> None:
    body = """
      const ring = new m.FactRing(2);
      for (const id of [5, 6, 7]) ring.push({ id: `e-${id}`, prev: `e-${id - 1}`, kind: "k", data: {} });
      const ids = (cursor) => ring.since(cursor, "e-7")?.map((fact) => fact.id) ?? null;
      return [ids("e-7"), ids("e-6"), ids("e-5"), ids("e-4"), ids("e-9"), new m.FactRing().since("e-1", "e-2")];"""
    assert run("fact-ring", body) == [[], ["e-7"], ["e-6", "e-7"], None, [], None]


def test_order_is_that_of_the_database_and_ours_come_last(run: Run) -> None:
    body = """
      const pending = [m.pendingOrder("000000000100.zz", 1, 50_000), m.pendingOrder("000000000100.zz", 2, 50_000),
                       m.pendingOrder("", 1, 50_000)];
      const elements = ["a", "b", "b", "d"].map((order) => {
        const element = document.createElement("p"); element.dataset.order = order; return element; });
      const place = (order) => elements.indexOf(m.successor(elements, order));
      return [[...pending, "000000000100.zz", "000000000101.00"].sort(), place("a"), place("b"), place("c"), place("e"),
              m.timeOf("000000000100.x").toISOString()];"""
    order, *places, moment = run("order", body)
    assert order == [
        "000000000050.~000001",
        "000000000100.zz",
        "000000000100.~000001",
        "000000000100.~000002",
        "000000000101.00",
    ]
    assert places == [1, 3, 3, -1]
    assert moment == "1970-01-01T00:01:40.000Z"


def test_bytes_sent_tell_how_far_each_file_is(run: Run) -> None:
    body = """return [m.spread(0, 100, [50, 50]), m.spread(75, 100, [50, 50]), m.spread(100, 100, [50, 0, 50]),
                      m.spread(0, 0, [])];"""
    assert run("upload", body) == [[0, 0], [1, 0.5], [1, 1, 1], []]


def test_times_are_said_by_the_calendar_not_by_hours(run: Run) -> None:
    body = """
      const now = new Date("2026-11-23T00:30:00");
      const say = (text, kind) => m.sayTime(m.readTime(text), kind, now);
      return [say("2026-11-22T23:50:00", "list"), say("2026-11-23T00:10:00", "list"), say("2026-11-18T12:00:00", "list"),
              say("2026-11-01T12:00:00", "list"), say("2026-11-23", "day"), say("2026-11-22", "day"),
              say("2026-10-03", "day"), say("2025-10-03", "day"), say("2026-11-23T00:27:00", "relative"),
              say("2026-11-22T21:30:00", "relative"), say("2026-11-20T12:00:00", "relative")];"""
    assert run("times", body) == [
        "Yesterday",
        "00:10",
        "Wednesday",
        "01/11/2026",
        "Today",
        "Yesterday",
        "Saturday 3 October",
        "Friday, 3 October 2025",
        "3 minutes ago",
        "3 hours ago",
        "3 days ago",
    ]


def test_only_fresh_incoming_messages_ring(run: Run) -> None:
    body = """
      const now = 1_000_000_000;
      const at = (seconds) => m.rings({ incoming: true, ring: true, at: now / 1000 - seconds }, now);
      return [at(0), at(299), at(300), m.rings({ incoming: true, ring: false, at: 0 }, now),
              m.rings({ incoming: true, ring: true, at: new Date(now - 400_000).toISOString() }, now),
              m.rings({ incoming: true, ring: true }, now)];"""
    assert run("sound", body) == [True, True, False, False, False, True]


def test_morph_touches_only_what_differs(run: Run) -> None:
    body = """
      const make = (html) => Object.assign(document.createElement("div"), { innerHTML: html });
      const old = make('<p id="a">one</p><x-y src="1">drawn inside</x-y><p class="k">text <b>bold</b></p><i id="gone"></i>');
      const [a, element, b] = [old.querySelector("#a"), old.querySelector("x-y"), old.querySelector("b")];
      m.patch(old, make('<p id="new">!</p><x-y src="1"></x-y><p id="a" title="t">two</p><p class="k">other <b>bold</b></p>'));
      return [old.innerHTML, old.querySelector("#a") === a, old.querySelector("x-y") === element,
              old.querySelector("b") === b];"""
    html = (
        '<p id="new">!</p><x-y src="1">drawn inside</x-y><p id="a" title="t">two</p>'
        '<p class="k">other <b>bold</b></p>'
    )
    assert run("morph", body) == [html, True, True, True]


def test_draft_lives_with_the_page_when_storage_is_forbidden(run: Run) -> None:
    body = """
      Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });
      const store = new m.DraftStore("3", "7");
      store.save({ text: "kept", reply: null });
      return [store.load().text, (store.clear(), store.load().text)];"""
    assert run("draft-store", body) == ["kept", ""]


def test_client_ref_is_a_version_4_uuid_without_a_secure_context(run: Run) -> None:
    body = """
      Object.defineProperty(crypto, "randomUUID", { value: undefined });
      const refs = new Set(Array.from({ length: 50 }, m.newClientRef));
      const right = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
      return [refs.size, [...refs].every((ref) => right.test(ref))];"""
    assert run("client-ref", body) == [50, True]
