"""What once made a parser stumble, and must not again."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rookery.providers.events import UnknownEvent
from rookery.providers.whatsapp_web import WhatsAppWeb
from tools import fuzz_parser

FINDINGS = sorted(fuzz_parser.CORPUS.glob("*.bin"))
POOL = fuzz_parser.seeds()


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.stem)
def test_parse_when_finding_is_replayed_gives_what_can_be_stored(path: Path) -> None:
    fuzz_parser.check(path.read_bytes())
    fuzz_parser.check(path.read_bytes(), frozenset())


@settings(max_examples=300)
@given(st.integers(0, 2**48))
def test_parse_when_golden_payload_is_damaged_gives_what_can_be_stored(seed: int) -> None:
    fuzz_parser.check(fuzz_parser.mutate(random.Random(seed), POOL))


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_check_when_something_harmful_gets_through_finds_it(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    leaking = (UnknownEvent(None, "", text, ""),)
    monkeypatch.setattr(WhatsAppWeb, "parse", staticmethod(lambda raw, own: leaking))
    with pytest.raises((fuzz_parser.Finding, UnicodeEncodeError)):
        fuzz_parser.check(b"{}")


def test_run_when_parser_crashes_keeps_one_specimen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def crash(raw: bytes, own: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(fuzz_parser, "CORPUS", tmp_path / "corpus")
    monkeypatch.setattr(WhatsAppWeb, "parse", staticmethod(crash))
    done, found = fuzz_parser.run(0.001, seed=3)
    assert done >= 1
    assert found == len(list((tmp_path / "corpus").glob("*.bin"))) == 1
