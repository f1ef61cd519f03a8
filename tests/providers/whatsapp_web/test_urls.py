import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery.providers.errors import BadMediaPath, ConfigProblem
from rookery.providers.whatsapp_web.urls import media_url, read_base_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://gateway:3000", "http://gateway:3000"),
        (" https://gateway.example/gowa/ ", "https://gateway.example/gowa"),
        ("http://host/5521995539939", "http://host/5521995539939"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_base_url_when_good_keeps_its_prefix(text: str, expected: str) -> None:
    assert read_base_url(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gateway:3000",
        "ftp://gateway",
        "http://",
        "http:///x",
        "http://user:hunter2@gateway",
        "http://@gateway",
        "http://gateway?x=1",
        "http://gateway?",
        "http://gateway/#x",
        "http://gateway:99999",
        "http://gateway:0",
        "http://gateway:x",
        "http://gateway/a/../b",
        "http://gate way",
        "http://gateway\\@evil",
        "http://gateway\r\nX: y",
        "http://[::1",
    ],
)
def test_base_url_when_bad_is_refused_without_showing_a_password(text: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        read_base_url(text)
    assert caught.value.code == "config_bad_url"
    assert "hunter2" not in str(caught.value)


def test_media_url_when_path_holds_odd_characters_encodes_each() -> None:
    url = media_url("http://host/5521995539939", "statics/media/x.ogg; codecs=opus")
    assert url == "http://host/5521995539939/statics/media/x.ogg%3B%20codecs%3Dopus"
    assert httpx.URL(url).raw_path == b"/5521995539939/statics/media/x.ogg%3B%20codecs%3Dopus"


def test_media_url_when_name_holds_a_percent_or_mark_keeps_them_in_the_name() -> None:
    url = media_url("http://host", "/statics/media/50%2e.jpg?x#y é")
    assert httpx.URL(url).raw_path == b"/statics/media/50%252e.jpg%3Fx%23y%20%C3%A9"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "statics",
        "statics/",
        "statics/../app/devices",
        "statics/media/../../app/logout",
        "statics/./x",
        "statics//x",
        "//evil.example/statics/x",
        "media/x",
        "/app/logout",
        "http://evil.example/statics/x",
        "statics/media\\x",
        "statics/media/a\nb",
        "statics/media/\x7f",
        "statics/media/\ud800",
        "statics/" + "x" * 2_000,
    ],
)
def test_media_url_when_path_leaves_the_folder_is_refused(path: str) -> None:
    with pytest.raises(BadMediaPath):
        media_url("http://host", path)


@given(st.text(st.characters(codec=None), max_size=60))
def test_media_url_when_path_is_anything_stays_inside(path: str) -> None:
    try:
        url = httpx.URL(media_url("http://host/prefix", "statics/" + path))
    except BadMediaPath:
        return
    assert url.host == "host"
    assert url.raw_path.startswith(b"/prefix/statics/")
    assert b"/../" not in url.raw_path + b"/"
    assert not url.query
    assert not url.fragment
