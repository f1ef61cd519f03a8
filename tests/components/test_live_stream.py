"""One stream for all tabs: nothing lost, nothing twice, whatever drops."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.components.fragments import document, live
from tests.components.stage import Answer, Stage
from tests.components.waiting import online, until

RECORD = """
  window.heard = [];
  document.addEventListener("DOMContentLoaded", () => {
    const live = document.getElementById("live");
    for (const kind of ["message.created", "contact.typing", "live-online", "live-offline", "live-signed-out",
                        "live-catchup", "live-reset", "conversation-changed-7"])
      live?.addEventListener(kind, ({ detail }) => heard.push(kind.startsWith("live-") ? kind : (detail.message ?? kind)));
  });
"""
FACTS = "heard.filter((entry) => typeof entry === 'number')"


@pytest.fixture
def open_tab(stage: Stage, context: BrowserContext) -> Callable[..., Page]:
    def open_it(
        cursor: str | None = None, path: str = "/numbers", body: str = "", profile: BrowserContext = context
    ) -> Page:
        tab = profile.new_page()
        tab.add_init_script(RECORD)
        tab.goto(stage.page(path, document(live(stage.cursor() if cursor is None else cursor) + body)))
        return tab

    return open_it


def publish(stage: Stage, *numbers: int) -> None:
    for number in numbers:
        stage.publish("message.created", conversation=7, message=number)


def heard(tab: Page, *numbers: int) -> None:
    until(tab, f"{FACTS}.length >= {len(numbers)}")
    assert tab.evaluate(FACTS) == list(numbers)


def test_stream_resumes_from_the_last_id_when_the_server_drops_it(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    tab = online(open_tab())
    publish(stage, 1, 2, 3)
    heard(tab, 1, 2, 3)
    stage.live_status = 503
    stage.drop_streams()
    publish(stage, 4, 5)
    until(tab, "heard.includes('live-offline')")
    stage.live_status = 200
    heard(tab, 1, 2, 3, 4, 5)
    assert stage.seen("GET", "/live")[-1].query["cursor"] == "e-3"
    assert tab.evaluate("document.getElementById('live').cursor") == "e-5"


def test_fact_is_taken_once_when_the_server_repeats_it(stage: Stage, open_tab: Callable[..., Page]) -> None:
    tab = online(open_tab())
    publish(stage, 1, 2)
    heard(tab, 1, 2)
    stage.replay_from_start = True
    stage.drop_streams()
    publish(stage, 3)
    heard(tab, 1, 2, 3)


def test_banner_stands_while_offline_and_goes_when_the_stream_is_back(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    banner = (
        '<connection-banner hidden><span data-when="offline">Lost</span>'
        '<span data-when="signed-out">Out</span></connection-banner>'
    )
    stage.live_status = 503
    tab = open_tab(body=banner)
    tab.get_by_text("Lost").wait_for()
    assert tab.get_by_text("Out").is_hidden()
    stage.live_status = 200
    tab.get_by_text("Lost").wait_for(state="hidden")
    assert tab.evaluate("heard").index("live-offline") < tab.evaluate("heard").index("live-online")


def test_short_gap_is_no_offline_when_the_stream_is_back_in_time(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    tab = online(open_tab())
    stage.drop_streams()
    publish(stage, 1)
    heard(tab, 1)
    assert "live-offline" not in tab.evaluate("heard")


def test_whisper_is_heard_and_leaves_the_cursor_when_it_has_no_id(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    tab = online(open_tab())
    publish(stage, 1)
    stage.publish("contact.typing", whisper=True, conversation=7)
    until(tab, "heard.includes('contact.typing')")
    assert tab.evaluate("document.getElementById('live').cursor") == "e-1"


def test_conversation_change_has_an_event_of_its_own_when_htmx_wants_one(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    tab = online(open_tab())
    stage.publish("conversation.changed", conversation=8)
    stage.publish("conversation.changed", conversation=7)
    until(tab, "heard.includes('conversation-changed-7')")
    assert tab.evaluate("heard.filter((e) => e === 'conversation-changed-7').length") == 1


def test_page_is_loaded_again_once_when_the_journal_was_reset(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    stage.facts.append((None, "reset", {}))
    stage.replay_from_start = True  # says "reset" to every stream: a circle, if the page let itself
    tab = open_tab()
    until(tab, "heard.includes('live-reset')")
    until(tab, "performance.getEntriesByType('navigation')[0].type === 'reload'")
    until(tab, "heard.includes('live-reset')")
    tab.wait_for_timeout(300)
    assert len(stage.seen("GET", "/numbers")) == 2
    assert tab.evaluate("document.readyState") == "complete"


@pytest.mark.parametrize("status", [401, 302])
def test_stream_ends_and_says_so_when_the_session_has_ended(
    stage: Stage, open_tab: Callable[..., Page], status: int
) -> None:
    stage.on("GET", "/sign-in", Answer("Sign in"))
    stage.live_status = status
    tab = open_tab()
    until(tab, "heard.includes('live-signed-out')")
    tab.wait_for_timeout(250)
    assert len(stage.seen("GET", "/live")) == 1


def test_two_tabs_hear_everything_over_one_connection(stage: Stage, open_tab: Callable[..., Page]) -> None:
    first, second = online(open_tab()), online(open_tab())
    publish(stage, 1, 2)
    heard(first, 1, 2)
    heard(second, 1, 2)
    assert stage.streams_opened == 1


def test_other_tab_takes_over_without_loss_when_the_leading_one_closes(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    first, second, third = online(open_tab()), online(open_tab()), online(open_tab())
    publish(stage, 1)
    heard(second, 1)
    heard(third, 1)
    first.close()
    publish(stage, 2, 3)
    heard(second, 1, 2, 3)
    heard(third, 1, 2, 3)
    assert stage.streams_opened == 2


def test_late_tab_is_told_what_it_missed_when_its_page_is_a_little_older(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    first = online(open_tab())
    publish(stage, 1, 2, 3)
    heard(first, 1, 2, 3)
    late = online(open_tab(cursor="e-1"))
    heard(late, 2, 3)
    publish(stage, 4)
    heard(late, 2, 3, 4)
    assert stage.streams_opened == 1


def test_late_tab_fetches_for_itself_when_the_leader_does_not_know_what_it_missed(
    stage: Stage, open_tab: Callable[..., Page]
) -> None:
    publish(stage, 1, 2, 3)
    online(open_tab())
    late = online(open_tab(cursor="e-1"))
    until(late, "heard.includes('live-catchup')")
    publish(stage, 4)
    heard(late, 4)


def test_every_tab_has_its_own_stream_when_the_browser_has_no_locks(
    stage: Stage, own_context: BrowserContext, open_tab: Callable[..., Page]
) -> None:
    own_context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    first, second = online(open_tab(profile=own_context)), online(open_tab(profile=own_context))
    publish(stage, 1)
    heard(first, 1)
    heard(second, 1)
    assert stage.streams_opened == 2


def test_silent_leader_is_replaced_when_a_visible_tab_waits_for_it(
    stage: Stage, own_context: BrowserContext, open_tab: Callable[..., Page]
) -> None:
    """A frozen leader keeps the lock and says nothing: played by a page that only takes the lock."""
    frozen = own_context.new_page()
    frozen.goto(stage.page("/frozen", "<!doctype html><title>Frozen</title>"))
    frozen.evaluate(
        "void navigator.locks.request('rookery-live', () => new Promise(() => {})).catch(() => {})"
    )
    own_context.clock.install()
    tab = open_tab(profile=own_context)
    until(tab, "document.querySelector('live-stream:defined') !== null")
    assert stage.streams_opened == 0
    own_context.clock.run_for(60_000)
    online(tab)
    assert stage.streams_opened == 1


def test_gap_is_asked_for_and_filled_when_a_tab_was_not_told_something(
    stage: Stage, context: BrowserContext, open_tab: Callable[..., Page]
) -> None:
    """The leader is played by a page that forgets to tell fact 2."""
    leader = context.new_page()
    leader.goto(stage.page("/leader", "<!doctype html><title>Leader</title>"))
    leader.evaluate(
        """() => {
          void navigator.locks.request("rookery-live", () => new Promise(() => {}));
          const fact = (n) => ({ id: `e-${n}`, prev: `e-${n - 1}`, kind: "message.created", data: { message: n } });
          window.asked = [];
          window.channel = new BroadcastChannel("rookery-live");
          channel.onmessage = ({ data }) => {
            if (data.type !== "hello") return;
            asked.push(data.cursor);
            const facts = data.cursor === "e-1" ? [fact(2), fact(3)] : [];
            channel.postMessage({ type: "replay", to: data.from, state: "open", facts });
          };
          window.tell = (n) => channel.postMessage({ type: "fact", facts: [fact(n)] });
        }"""
    )
    tab = online(open_tab(cursor="e-0"))
    leader.evaluate("() => { tell(1); tell(3); tell(3) }")
    heard(tab, 1, 2, 3)
    assert leader.evaluate("asked[0] + asked[1]") == "e-0e-1"
