from pathlib import Path

import pytest

from rookery.settings import BadSetting, addresses, conf


def test_database_when_nothing_is_set_is_a_file_of_the_data_folder(data_dir: Path) -> None:
    with conf.override(DATABASE_URL=""):
        made = addresses.database()
    assert made["NAME"] == data_dir / "rookery.sqlite3"
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in made["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///a/b.db", Path("a/b.db").absolute()), ("sqlite:////a/b%20c.db", Path("/a/b c.db"))],
)
def test_sqlite_url_when_relative_or_absolute(url: str, path: Path) -> None:
    with conf.override(DATABASE_URL=url):
        assert addresses.database()["NAME"] == path


def test_postgres_url_is_taken_apart() -> None:
    with conf.override(DATABASE_URL="postgresql://ann:p%40ss@db.example:5433/inbox?sslmode=require"):
        made = addresses.database()
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"]) == (
        "ann",
        "p@ss",
        "db.example",
        "5433",
    )
    assert made["NAME"] == "inbox"
    assert made["OPTIONS"]["sslmode"] == "require"


def test_postgres_url_when_host_is_a_socket_folder() -> None:
    with conf.override(DATABASE_URL="postgresql:///inbox?host=/run/postgresql"):
        made = addresses.database()
    assert made["HOST"] == "/run/postgresql"
    assert "host" not in made["OPTIONS"]


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "sqlite:rel", "sqlite://host/x", "postgresql://host", "postgresql://h:x/y"]
)
def test_database_url_when_unusable_is_refused_without_being_shown(url: str) -> None:
    with conf.override(DATABASE_URL=url), pytest.raises(BadSetting) as caught:
        addresses.database()
    assert url not in str(caught.value)


def test_media_url_file_is_a_folder() -> None:
    with conf.override(MEDIA_URL="file:/srv/media"):
        assert addresses.media_store()["OPTIONS"]["location"] == Path("/srv/media")


@pytest.mark.parametrize("url", ["ftp://x/y", "/srv/media", "file://host/x", "s3:"])
def test_media_url_when_unusable_is_refused(url: str) -> None:
    with conf.override(MEDIA_URL=url), pytest.raises(BadSetting):
        addresses.media_store()


def test_base_url_when_empty_follows_host_and_port() -> None:
    with conf.override(BASE_URL="", HOST="0.0.0.0", PORT=9000):
        assert addresses.base_url() == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    "url", ["inbox.example", "ftp://x", "https://u:p@x", "https://x/path", "https://x?y", "https://"]
)
def test_base_url_when_not_an_origin_is_refused(url: str) -> None:
    with conf.override(BASE_URL=url), pytest.raises(BadSetting):
        addresses.base_url()


def test_allowed_hosts_when_empty_holds_the_base_url_and_this_machine() -> None:
    with conf.override(BASE_URL="https://inbox.example", ALLOWED_HOSTS=""):
        assert addresses.allowed_hosts() == ["localhost", "127.0.0.1", "[::1]", "inbox.example"]


def test_trusted_proxies_when_not_a_network_is_refused() -> None:
    with conf.override(TRUSTED_PROXIES="10.0.0.0/8, ::1"):
        assert len(addresses.trusted_proxies()) == 2
    with conf.override(TRUSTED_PROXIES="proxy"), pytest.raises(BadSetting):
        addresses.trusted_proxies()
