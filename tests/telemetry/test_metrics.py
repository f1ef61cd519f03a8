"""By text, as Prometheus reads them: the client library would append _total to three of the fixed names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rookery.telemetry import metrics, multiprocess

FIXED = {
    'whatsapp_web_inbox_created{status="success"}',
    'whatsapp_web_message_sent{status="sent"}',
    'whatsapp_web_message_sent{status="failed"}',
    "whatsapp_web_webhook_duration_seconds_count",
    'whatsapp_web_media_downloaded{status="success"}',
    "whatsapp_web_signature_invalid_total",
}


def samples(page: str) -> dict[str, float]:
    lines = [line for line in page.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_page_has_the_fixed_names_and_labels_from_the_start() -> None:
    assert samples(metrics.render().decode()).keys() >= FIXED


def test_page_when_a_fixed_counter_moves_shows_it_without_total() -> None:
    name = 'whatsapp_web_message_sent{status="sent"}'
    before = samples(metrics.render().decode())[name]
    metrics.message_sent.labels(status="sent").inc()
    page = metrics.render().decode()
    assert samples(page)[name] == before + 1
    assert "whatsapp_web_message_sent_total" not in page
    assert "# TYPE whatsapp_web_message_sent counter" in page
    assert "whatsapp_web_signature_invalid_total_total" not in page


def test_every_name_of_ours_has_one_of_the_two_prefixes() -> None:
    names = [
        name for name in samples(metrics.render().decode()) if not name.startswith(("python_", "process_"))
    ]
    assert names
    assert [name for name in names if not name.startswith(("rookery_", "whatsapp_web_"))] == []


def test_share_when_prometheus_is_loaded_already_is_loud(data_dir: Path) -> None:
    with pytest.raises(RuntimeError, match="before prometheus_client"):
        multiprocess.share(anew=True)


WORKER = """
from rookery.telemetry import multiprocess
multiprocess.share(anew=False)
from rookery.telemetry import metrics
metrics.message_sent.labels(status="sent").inc()
metrics.webhook_duration.observe(0.2)
print(metrics.render().decode())
"""


def test_page_when_two_processes_share_adds_them_up(tmp_path: Path) -> None:
    environment = os.environ | {"ROOKERY_DATA_DIR": str(tmp_path)}
    pages = [
        subprocess.run(
            [sys.executable, "-c", WORKER], env=environment, check=True, capture_output=True, text=True
        )
        for _ in range(2)
    ]
    found = samples(pages[1].stdout)
    assert found['whatsapp_web_message_sent{status="sent"}'] == 2
    assert found["whatsapp_web_webhook_duration_seconds_count"] == 2
    assert found.keys() >= FIXED
