from pathlib import Path

import pytest

from rookery.settings import checks, conf


def found() -> dict[str, str]:
    return {message.id or "": message.msg for message in checks.check_settings()}


def test_checks_when_all_is_well_find_nothing() -> None:
    assert found() == {}


def test_checks_when_a_name_is_mistyped_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_PROT", "80")
    assert found() == {"rookery.W001": "ROOKERY_PROT is no setting of Rookery"}


def test_checks_when_a_word_is_not_known_refuse_it() -> None:
    with conf.override(LOG_LEVEL="loud"):
        assert "LOG_LEVEL" in found()["rookery.E002"]


def test_checks_when_errors_would_be_shown_to_others_refuse() -> None:
    with conf.override(DEBUG=True, HOST="0.0.0.0"):
        assert "rookery.E003" in found()
    with conf.override(DEBUG=True, HOST="127.0.0.1"):
        assert found() == {}


def test_checks_when_a_key_is_missing_or_short(data_dir: Path) -> None:
    with conf.override(SECRET_KEY="", ENCRYPTION_KEY="short", METRICS_TOKEN="abc"):
        assert found().keys() == {"rookery.W002", "rookery.E001", "rookery.E004"}
        assert "short" not in found()["rookery.E001"].split(": ")[0]
