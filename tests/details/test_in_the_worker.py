"""The whole worker at a gateway that listens on a port: pictures come by themselves, as they do in the demo."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from rookery.accounts.models import Account
from rookery.cli.crew import Crew
from rookery.conversations.models import Contact, Message
from rookery.sandbox.thread import SandboxThread
from rookery.sandbox.world import World
from tests import make
from tests.cast import make_cast
from tests.details.stage import BIA


def test_the_worker_brings_pictures_beside_messages(transactional_db: None, media_folder: Path) -> None:
    world = World("v8", pace=0.0)
    world.add_device()
    world.add_contact(BIA, "Bia", avatar=True)
    failed = threading.Event()
    with SandboxThread(world) as gateway:
        cast = make_cast(gateway.url)
        Account.objects.exclude(pk=cast.account.pk).delete()  # alone, it may have a gateway on this machine
        make.store(cast.channel, make.text_event("hello", chat=BIA))
        crew = Crew(failed.set)
        crew.start()
        try:
            for _ in range(400):
                if Contact.objects.exclude(avatar_key="").exists():
                    break
                time.sleep(0.05)
        finally:
            crew.stop()
    assert Message.objects.get().content == "hello"
    assert Contact.objects.exclude(avatar_key="").get().phone == f"+{BIA}"
    assert not failed.is_set()
