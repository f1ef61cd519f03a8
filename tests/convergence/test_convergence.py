"""One and the same state, byte for byte, whatever the order of arrival (issue: done when 1)."""

from __future__ import annotations

import itertools
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.convergence import play, scenario

BODIES = scenario.bodies()
# More of them by hand: ROOKERY_TEST_EXAMPLES=2000 pytest tests/convergence -k any_part -o timeout=0
EXAMPLES = int(os.environ.get("ROOKERY_TEST_EXAMPLES", "15"))


def check(cast: Cast, seed: int, straight: str) -> None:
    chunks, fresh = play.shuffled(BODIES, seed)
    found = play.state_after(cast.channel, chunks, fresh=fresh)
    if found != straight:
        pytest.fail(f"seed {seed}\n{play.difference(straight, found)}")


@pytest.fixture
def straight(cast: Cast) -> str:
    """The state after everything came once, in order."""
    return play.state_after(cast.channel, [[body] for body in BODIES])


def test_scenario_holds_every_kind_of_event(straight: str) -> None:
    kinds = {json.loads(body)["event"] for body in BODIES}
    assert kinds >= {
        "message", "message.reaction", "message.edited", "message.revoked", "message.deleted", "message.ack",
        "group.participants", "group.joined", "call.offer", "label.edit", "label.association",
    }  # fmt: skip
    assert len(BODIES) > 400
    state = json.loads(straight)
    assert len(state["conversations"]) == 11
    assert {row[0] for row in state["waiting"]} >= {"receipt", "reaction", "edit", "revoke"}


@pytest.mark.parametrize("seed", range(6))
def test_state_is_the_same_in_any_order(cast: Cast, straight: str, seed: int) -> None:
    check(cast, seed, straight)


@pytest.mark.slow
@pytest.mark.sqlite  # PostgreSQL plays the six above, and takes several times as long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(2))
def test_state_is_the_same_in_many_orders(cast: Cast, straight: str, part: int) -> None:
    """Forty here; `python -m tools.converge --runs 200` plays them all, and more."""
    for seed in range(1000 + part * 20, 1020 + part * 20):
        check(cast, seed, straight)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_part_of_it_ends_the_same_in_any_order(cast: Cast, data: st.DataObject) -> None:
    positions = st.integers(0, len(BODIES) - 1)
    chosen = sorted(data.draw(st.sets(positions, min_size=1, max_size=60)))
    part = [BODIES[position] for position in chosen]
    order = data.draw(st.permutations(part)) + data.draw(st.lists(st.sampled_from(part), max_size=10))
    cuts = data.draw(st.sets(st.integers(1, len(order)), max_size=8))
    edges = [0, *sorted(cuts), len(order)]
    chunks = [order[start:end] for start, end in itertools.pairwise(edges) if start < end]
    one = play.state_after(cast.channel, [[body] for body in part])
    other = play.state_after(cast.channel, chunks)
    assert one == other, play.difference(one, other)
