import stat
from pathlib import Path

import pytest

from rookery.settings import BadSetting, Conf, conf, env, keys


@pytest.fixture
def fresh() -> Conf:
    return Conf()


def test_value_when_nothing_is_set_is_the_default(fresh: Conf) -> None:
    assert fresh.int("PORT") == 8000
    assert fresh.bool("DEBUG") is False


@pytest.mark.parametrize("word", ["true", "1", "on", "TRUE", "On"])
def test_bool_when_word_is_known_is_true(fresh: Conf, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("ROOKERY_DEBUG", word)
    assert fresh.bool("DEBUG") is True


@pytest.mark.parametrize("word", ["yes", "no", "y", "2", "enabled"])
def test_bool_when_word_is_ambiguous_stops_the_start(
    fresh: Conf, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("ROOKERY_DEBUG", word)
    with pytest.raises(BadSetting, match=f"ROOKERY_DEBUG: '{word}' is not true or false"):
        fresh.check_all()


def test_int_when_text_is_no_number_names_the_setting(fresh: Conf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_PORT", "80a")
    with pytest.raises(BadSetting, match="ROOKERY_PORT: '80a' is not a whole number"):
        fresh.int("PORT")


def test_int_when_below_minimum_is_refused(fresh: Conf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_PORT", "-1")
    with pytest.raises(BadSetting, match="too small"):
        fresh.int("PORT")


def test_file_when_both_are_set_is_tried_first(
    fresh: Conf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.setenv("ROOKERY_METRICS_TOKEN", "from the variable")
    monkeypatch.setenv("ROOKERY_METRICS_TOKEN_FILE", str(tmp_path / "key"))
    assert fresh.str("METRICS_TOKEN") == "from the file"


def test_file_when_missing_stops_the_start(fresh: Conf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_METRICS_TOKEN_FILE", "/nowhere/token")
    with pytest.raises(BadSetting, match="ROOKERY_METRICS_TOKEN_FILE: cannot read /nowhere/token"):
        fresh.str("METRICS_TOKEN")


def test_empty_variable_counts_as_not_set(fresh: Conf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_PORT", "")
    assert fresh.int("PORT") == 8000
    assert not fresh.is_set("PORT")


def test_relative_path_counts_from_the_working_directory(
    fresh: Conf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROOKERY_DATA_DIR", "here")
    assert fresh.path("DATA_DIR") == tmp_path / "here"


def test_unknown_name_and_wrong_type_are_mistakes_of_ours(fresh: Conf) -> None:
    with pytest.raises(LookupError):
        fresh.str("NO_SUCH_THING")
    with pytest.raises(TypeError):
        fresh.str("PORT")
    with pytest.raises(TypeError), fresh.override(PORT="8000"):
        pass


def test_override_ends_with_its_block(fresh: Conf) -> None:
    with fresh.override(PORT=1, DATA_DIR="/x"):
        assert fresh.int("PORT") == 1
        assert fresh.path("DATA_DIR") == Path("/x")
        with fresh.override(PORT=2):
            assert fresh.int("PORT") == 2
        assert fresh.int("PORT") == 1
    assert fresh.int("PORT") == 8000


def test_false_as_override_is_not_lost(fresh: Conf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_DEBUG", "on")
    with fresh.override(DEBUG=False):
        assert fresh.bool("DEBUG") is False


def test_secret_value_when_bad_is_not_printed(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    with conf.override(SECRET_KEY="hunter2"), pytest.raises(BadSetting) as caught:
        keys.secret_key()
    assert "hunter2" not in str(caught.value)


def test_unknown_names_lists_mistyped_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_PROT", "80")
    monkeypatch.setenv("ROOKERY_PORT_FILE", "")
    assert env.unknown() == ["ROOKERY_PROT"]


def test_keys_when_made_are_private_and_stays(data_dir: Path) -> None:
    with conf.override(SECRET_KEY="", ENCRYPTION_KEY=""):
        assert keys.secret_key() == keys.encryption_key() == ""
        keys.ensure_keys()
        made = keys.secret_key(), keys.encryption_key()
        keys.ensure_keys()
        assert (keys.secret_key(), keys.encryption_key()) == made
    assert made[0] != made[1]
    assert [len(key) for key in made] == [64, 64]
    assert sorted(path.name for path in data_dir.iterdir()) == ["encryption_key", "secret_key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in data_dir.iterdir()} == {0o600}
