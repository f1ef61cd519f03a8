"""Every figure Rookery counts, by name. docs/rooms/telemetry.md lists them; a test compares.

No label ever holds a number, a name or an address: labels are words from short lists. Labels known
beforehand start at 0, so that a rate over a figure that has not moved yet is 0 and not missing.
"""

import re

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rookery.telemetry import multiprocess

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


def _counter(name: str, meaning: str, **labels: tuple[str, ...]) -> Counter:
    """A counter with at most one label, whose known values start at 0."""
    made = Counter(name, meaning, tuple(labels))
    for label, values in labels.items():
        for value in values:
            made.labels(**{label: value})
    return made


# The five names that the mission fixed
inbox_created = _counter(
    "whatsapp_web_inbox_created", "WhatsApp inboxes made, or refused", status=("success", "failed")
)
message_sent = _counter(
    "whatsapp_web_message_sent",
    "Outgoing messages by final outcome; uncertain ones count once settled",
    status=("sent", "failed"),
)
webhook_duration = Histogram(
    "whatsapp_web_webhook_duration_seconds",
    "From a webhook's first byte to its committed handler",
    buckets=_SECONDS,
)
media_downloaded = _counter(
    "whatsapp_web_media_downloaded", "Files fetched from gateways", status=("success", "failed", "gone")
)
signature_invalid = _counter(
    "whatsapp_web_signature_invalid_total", "Webhooks with a missing or wrong signature"
)

# The door and what comes of its events
webhooks = _counter(
    "rookery_webhooks_total",
    "Webhooks by answer",
    answer=("accepted", "duplicate", "ignored", "400", "401", "404", "405", "413", "429", "503"),
)
webhooks_spooled = _counter(
    "rookery_webhooks_spooled_total", "Webhooks kept in the spool while the database was away"
)
spool_bytes = Gauge("rookery_spool_bytes", "Bytes waiting in the spool", multiprocess_mode="livesum")
events_processed = _counter("rookery_events_processed_total", "Stored events processed")
events_parked = _counter("rookery_events_parked_total", "Stored events set aside for a person to look at")
events_unknown = _counter("rookery_events_unknown_total", "Events of a kind Rookery does not know", kind=())
events_left_out = _counter(
    "rookery_events_left_out_total",
    "Events that a rule of their inbox left out",
    rule=("groups", "ignored", "newsletters"),
)
claims_refused = _counter(
    "rookery_claims_refused_total",
    "Edits, revokes, reactions and receipts whose sender had no right to them",
    kind=("edit", "revoke", "reaction", "receipt", "hide"),
)

# Sending
gateway_failures = _counter(
    "rookery_gateway_failures_total",
    "Calls to gateways that failed",
    kind=("refused", "timeout", "5xx", "4xx", "garbage"),
)
sends_uncertain = _counter("rookery_sends_uncertain_total", "Sends whose outcome was unknown at first")
send_duration = Histogram(
    "rookery_send_duration_seconds", "From the agent's click to the gateway's answer", buckets=_SECONDS
)

# Pages
streams_open = Gauge("rookery_streams_open", "Browser streams open now", multiprocess_mode="livesum")
stream_resets = _counter("rookery_stream_resets_total", "Streams that had to tell their page to reload")

# prometheus_client appends _total to every counter; these names are fixed without it.
_WITHOUT_TOTAL = ("whatsapp_web_inbox_created", "whatsapp_web_message_sent", "whatsapp_web_media_downloaded")
_SUFFIXED = re.compile(
    rf"^((?:# (?:HELP|TYPE) )?(?:{'|'.join(_WITHOUT_TOTAL)}))_total\b".encode(), re.MULTILINE
)


def render() -> bytes:
    """The page for Prometheus, text format 0.0.4: of all processes that share, else of this one."""
    registry = REGISTRY
    if multiprocess.is_shared():
        from prometheus_client import multiprocess as files

        registry = CollectorRegistry()
        files.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    # The anchored pattern cannot touch label values: a newline inside one is written as \n.
    return _SUFFIXED.sub(rb"\1", generate_latest(registry))
