"""URLs and host names in settings: the database, the media store, the address people type."""

import ipaddress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from rookery.settings.env import BadSetting, conf

# A power cut must not undo `pending -> sending` (it would send twice), hence FULL on every connection.
_SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000; PRAGMA mmap_size=134217728"
    ),
}


def database() -> dict[str, Any]:
    """Django's `DATABASES["default"]` from DATABASE_URL; raises `BadSetting`."""
    text = conf.str("DATABASE_URL")
    if not text:
        return _sqlite(conf.path("DATA_DIR") / "rookery.sqlite3")
    url = _split("DATABASE_URL", text)
    if url.scheme == "sqlite" and url.path.startswith("/") and not url.netloc:
        # sqlite:///name counts from the working directory, sqlite:////name from the root.
        return _sqlite(Path(unquote(url.path[1:])).absolute())
    if url.scheme in ("postgresql", "postgres") and url.path.strip("/"):
        return _postgres(url)
    raise BadSetting("ROOKERY_DATABASE_URL: use sqlite:///path or postgresql://user:password@host:port/name")


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": dict(_SQLITE_OPTIONS),
        "CONN_MAX_AGE": None,
        # A file, not memory: tests use threads and second connections as the real thing does.
        "TEST": {"NAME": path.with_name("test-" + path.name)},
    }


def _postgres(url: SplitResult) -> dict[str, Any]:
    try:
        port = url.port
    except ValueError as error:
        raise BadSetting("ROOKERY_DATABASE_URL: the port is not a number") from error
    options: dict[str, Any] = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", "") or unquote(url.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": {"connect_timeout": 5, "application_name": "rookery"} | options,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def media_store() -> dict[str, Any]:
    """Django's `STORAGES["default"]` from MEDIA_URL; raises `BadSetting`."""
    text = conf.str("MEDIA_URL")
    if not text:
        return _folder(conf.path("DATA_DIR") / "media")
    url = _split("MEDIA_URL", text)
    if url.scheme == "file" and not url.netloc and url.path:
        return _folder(Path(unquote(url.path)).absolute())
    if url.scheme == "s3" and url.netloc:
        return _bucket(url)
    raise BadSetting("ROOKERY_MEDIA_URL: use file:/path or s3://bucket/prefix?endpoint_url=https://...")


def _folder(path: Path) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": path,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def _bucket(url: SplitResult) -> dict[str, Any]:
    if find_spec("storages") is None:
        raise BadSetting("ROOKERY_MEDIA_URL: s3: needs one more package, see docs/settings.md, MEDIA_URL")
    options: dict[str, Any] = {
        "bucket_name": url.hostname,
        "location": url.path.strip("/"),
        "default_acl": "private",
        "querystring_auth": True,
        "file_overwrite": False,
    }
    if url.username:
        options["access_key"] = unquote(url.username)
        options["secret_key"] = unquote(url.password or "")
    known = {"endpoint_url", "region_name", "addressing_style", "signature_version"}
    extra = dict(parse_qsl(url.query))
    if extra.keys() - known:
        raise BadSetting(f"ROOKERY_MEDIA_URL: after the ? only {', '.join(sorted(known))} are known")
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | extra}


def base_url() -> str:
    """The address people type, without a slash at its end; raises `BadSetting`."""
    text = conf.str("BASE_URL").rstrip("/")
    if not text:
        host = conf.str("HOST")
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        return f"http://{shown}:{conf.int('PORT')}"
    url = _split("BASE_URL", text)
    plain = not (url.username or url.password or url.query or url.fragment or url.path)
    if url.scheme not in ("http", "https") or not url.hostname or not plain:
        raise BadSetting("ROOKERY_BASE_URL: use https://host or http://host:port, nothing behind it")
    return text


def allowed_hosts() -> list[str]:
    """Host names answered, without ports."""
    given = conf.list("ALLOWED_HOSTS")
    if given:
        return given
    host = urlsplit(base_url()).hostname or ""
    return list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host]))


def trusted_proxies() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Networks whose forwarded headers count; raises `BadSetting`."""
    try:
        return tuple(ipaddress.ip_network(part) for part in conf.list("TRUSTED_PROXIES"))
    except ValueError as error:
        raise BadSetting(f"ROOKERY_TRUSTED_PROXIES: {error}") from error


def _split(name: str, text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as error:
        raise BadSetting(f"ROOKERY_{name}: not a URL") from error
