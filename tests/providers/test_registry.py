import sys
from pathlib import Path

import pytest

from rookery import providers
from rookery.providers import registry
from rookery.providers.whatsapp_web import WhatsAppWeb


def test_get_when_folder_is_there_gives_its_class() -> None:
    assert "whatsapp_web" in registry.names()
    assert registry.get("whatsapp_web") is WhatsAppWeb


@pytest.mark.parametrize("name", ["nobody", "base", "../secrets", ""])
def test_get_when_there_is_no_such_folder_raises(name: str) -> None:
    with pytest.raises(registry.UnknownProvider):
        registry.get(name)


def test_get_when_folder_names_no_provider_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "hollow"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Nothing here."""\n')
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(tmp_path)])
    assert "hollow" in registry.names()
    with pytest.raises(TypeError):
        registry.get("hollow")
    sys.modules.pop("rookery.providers.hollow", None)


def test_room_when_imported_needs_no_django() -> None:
    import subprocess

    code = "import sys, rookery.providers.registry as r; r.get('whatsapp_web'); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
