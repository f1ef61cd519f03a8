"""Every setting Rookery knows, one row each.

A row is read from the environment as `ROOKERY_<NAME>`, or from the file named by `ROOKERY_<NAME>_FILE`,
which is tried first. `docs/settings.md` lists the same rows; a test compares them.
"""

from dataclasses import dataclass
from pathlib import Path

Kind = type[str] | type[int] | type[float] | type[bool] | type[Path]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    `default` is already of `type`; an empty string means "not set" and `help` says what happens then.
    `secret` values are never printed. A number below `minimum` stops the start.
    """

    name: str
    type: Kind
    default: str | int | float | bool | Path
    help: str
    secret: bool = False
    minimum: float | None = None


MIB = 1024 * 1024

SETTINGS: tuple[Setting, ...] = (
    # Where things live
    Setting(
        "DATA_DIR", Path, Path("data"), "Folder for everything Rookery keeps: database, media, keys, spool."
    ),
    Setting(
        "DATABASE_URL",
        str,
        "",
        "sqlite:///path or postgresql://user:password@host:port/name. Empty: rookery.sqlite3 in the data folder.",
        secret=True,
    ),
    Setting(
        "MEDIA_URL",
        str,
        "",
        "file:/path or s3://bucket/prefix?endpoint_url=... for pictures and files. Empty: media in the data folder.",
        secret=True,
    ),
    # Keys
    Setting(
        "SECRET_KEY",
        str,
        "",
        "Signs sessions and links. Empty: made once, in secret_key of the data folder.",
        True,
    ),
    Setting(
        "SECRET_KEY_FALLBACKS",
        str,
        "",
        "Older values of SECRET_KEY still accepted, comma between them.",
        True,
    ),
    Setting(
        "ENCRYPTION_KEY",
        str,
        "",
        "Encrypts stored passwords and secrets. Empty: made once, in encryption_key of the data folder.",
        True,
    ),
    Setting(
        "ENCRYPTION_KEY_FALLBACKS",
        str,
        "",
        "Older values of ENCRYPTION_KEY that can still be read, comma between them.",
        True,
    ),
    # Addresses
    Setting("HOST", str, "127.0.0.1", "Address to listen on."),
    Setting("PORT", int, 8000, "Port to listen on.", minimum=0),
    Setting(
        "BASE_URL",
        str,
        "",
        "Address people type, such as https://inbox.example.com. Empty: http://HOST:PORT. "
        "With https, cookies are Secure and carry the __Host- prefix.",
    ),
    Setting(
        "ALLOWED_HOSTS",
        str,
        "",
        "Host names answered, comma between them. Empty: the host of BASE_URL and this machine's own names.",
    ),
    Setting(
        "TRUSTED_PROXIES",
        str,
        "",
        "Addresses or networks of reverse proxies whose X-Forwarded headers count, comma between them. "
        "Empty: none.",
    ),
    # Pages
    Setting("LANGUAGE", str, "en", "Language of pages when the browser asks for none we have: en or pt-br."),
    Setting("DEBUG", bool, False, "Show Python errors in the browser. Never on a machine others can reach."),
    # Logs and figures
    Setting("LOG_LEVEL", str, "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Setting(
        "METRICS_TOKEN",
        str,
        "",
        "Bearer token that opens /metrics from elsewhere. Empty: this machine only.",
        secret=True,
    ),
    # Pictures and files
    Setting("MEDIA_MAX_MB", int, 500, "Largest file fetched from a gateway, in MB.", minimum=1),
    Setting("MEDIA_TIMEOUT", int, 60, "Seconds one download from a gateway may take.", minimum=1),
    Setting("MEDIA_PER_GATEWAY", int, 3, "Files fetched from one gateway at the same time.", minimum=1),
    Setting("UPLOAD_MAX_MB", int, 256, "Largest file an agent may send, in MB.", minimum=1),
    Setting(
        "MEDIA_MIN_FREE_PERCENT", int, 10, "With less of the disk free no more files are stored.", minimum=0
    ),
    Setting(
        "MEDIA_MIN_FREE_MB", int, 1024, "With fewer MB of the disk free no more files are stored.", minimum=0
    ),
    # Sending
    Setting(
        "SEND_PACE_PER_MINUTE",
        int,
        30,
        "Messages a minute one number sends after a first burst of 20; 0 sets no pace. A number may have its own.",
        minimum=0,
    ),
    Setting(
        "SEND_STALE_SECONDS",
        int,
        3600,
        'A message that waited longer is not sent by itself any more but asks "still send?".',
        minimum=60,
    ),
    # Catching up
    Setting(
        "CATCHUP_HOURS",
        float,
        6.0,
        "Hours between two readings of a gateway's own record without a reason; 0: only after starts and outages.",
        minimum=0,
    ),
    Setting(
        "CATCHUP_PER_SECOND",
        float,
        4.0,
        "Questions a second that catching up asks one gateway, after a first handful.",
        minimum=0.01,
    ),
    # Pictures and group details
    Setting(
        "DETAILS_PER_MINUTE",
        int,
        20,
        "Questions a minute about pictures, group members and saved names that one gateway is asked, after a first "
        "burst of 10; 0: none at all.",
        minimum=0,
    ),
    # How long things are kept
    Setting("KEEP_RAW_DAYS", int, 14, "Days that the raw bytes of a processed webhook are kept.", minimum=1),
    Setting(
        "KEEP_PARKED_DAYS",
        int,
        90,
        "Days that an event which could not be processed is kept for another try.",
        minimum=1,
    ),
    Setting(
        "KEEP_MEDIA_DAYS",
        int,
        0,
        "Days that pictures and files are kept after they came; their messages say so then. 0: for ever.",
        minimum=0,
    ),
    Setting("KEEP_JOURNAL_DAYS", int, 7, "Days that browsers may catch up without loading anew.", minimum=1),
    Setting(
        "KEEP_PENDING_DAYS",
        int,
        30,
        "Days that a receipt or edit waits for a message nobody has seen.",
        minimum=1,
    ),
    # The doors
    Setting(
        "MAX_CONNECTIONS",
        int,
        1000,
        "Connections held at once; beyond them the longest silent one ends.",
        minimum=20,
    ),
    Setting("WEBHOOK_MAX_BYTES", int, 8 * MIB, "Largest webhook body that is stored.", minimum=1024),
)

BY_NAME = {row.name: row for row in SETTINGS}
