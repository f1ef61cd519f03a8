"""docs/webhooks.md says what the parser does, and its signature can be checked as it says."""

import re
import shutil
import subprocess

import pytest

from rookery.providers.whatsapp_web import signature
from tests.providers.golden_pairs import CASES
from tools import webhooks_page

PAGE = webhooks_page.PAGE.read_text(encoding="utf-8")
BODY = re.search(r"^printf '%s' '(.*)' \\$", PAGE, re.MULTILINE)
DIGEST = "59ee9c6cef29862833be6a2dad253c091af0dde2235c4c438eb0798fce2e30e0"


def test_page_when_pairs_change_is_written_anew() -> None:
    assert webhooks_page.render(PAGE) == PAGE


def test_page_shows_every_kind_of_event_and_pairs_that_exist() -> None:
    shown = {pair for entry in (*webhooks_page.EIGHT, *webhooks_page.SEVEN) for pair in entry.pairs}
    assert shown <= set(CASES)
    assert {case for case in CASES if case.startswith(("v7/", "f8/", "u9/"))} <= shown


def test_signature_when_checked_by_hand_is_the_one_on_the_page() -> None:
    assert BODY is not None
    raw = BODY[1].encode()
    assert len(raw) == 267
    assert DIGEST in PAGE
    assert signature.verify("segredo-demo", raw, f"sha256={DIGEST}")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_signature_when_openssl_is_asked_says_the_same() -> None:
    found = re.search(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    done = subprocess.run(["sh", "-c", found[1]], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith(DIGEST)
