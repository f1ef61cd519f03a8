"""Addresses at a gateway: its base URL, checked, and its files, kept inside their folder."""

from typing import Final
from urllib.parse import quote, urlsplit

from rookery.providers.errors import BadMediaPath, ConfigProblem

MEDIA_ROOT: Final = "statics"
MAX_PATH: Final = 1_000


def read_base_url(text: str) -> str:
    """The URL without its last slash; a path prefix stays. Raises ConfigProblem `config_bad_url`.

    http or https with a host; user info, query and fragment are refused (a password in a URL ends in logs).
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ConfigProblem("config_bad_url", url=_harmless(text)) from None
    good = (
        parts.scheme in ("http", "https")
        and parts.hostname
        and port != 0
        and "@" not in parts.netloc
        and not any(mark in text for mark in "?#\\")
        and text.isprintable()
        and " " not in text
        and not {".", ".."} & set(parts.path.split("/"))
    )
    if not good:
        raise ConfigProblem("config_bad_url", url=_harmless(text))
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def media_url(base_url: str, path: str) -> str:
    """The URL of `statics/media/x.ogg; codecs=opus`: each part percent-encoded. Raises BadMediaPath."""
    parts = path.split("/")
    if parts[0] == "" and len(parts) > 1:
        parts = parts[1:]
    inside = (
        len(parts) > 1
        and parts[0] == MEDIA_ROOT
        and len(path) <= MAX_PATH
        and "\\" not in path
        and not any(part in ("", ".", "..") for part in parts)
        and not any(ord(char) < 32 or ord(char) == 127 for char in path)
    )
    try:
        encoded = "/".join(quote(part, safe="") for part in parts)
    except UnicodeEncodeError:
        inside, encoded = False, ""
    if not inside:
        raise BadMediaPath
    return f"{base_url}/{encoded}"


def _harmless(text: str) -> str:
    """The URL as it may be shown: without what stands before an @, and not for ever."""
    scheme, mark, rest = text.partition("://")
    shown = scheme + mark + rest.rpartition("@")[2] if mark else text.rpartition("@")[2]
    return "".join(char for char in shown if char.isprintable())[:200]
