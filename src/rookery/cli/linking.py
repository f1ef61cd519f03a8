"""`rookery inbox link`: a code in the terminal, until the phone is there. Imported once Django is set up."""

from __future__ import annotations

import time
from typing import Final

from rookery.channels import linking
from rookery.channels.models import Channel
from rookery.cli import qr
from rookery.cli.failure import Failure
from rookery.providers.errors import sentence
from rookery.waid import phone

TRIES: Final = 6
CODE_SECONDS: Final = 160
_EVERY: Final = 1.0


def with_qr(channel: Channel) -> int:
    """Draw codes, each as long as it works. 0 when the phone is there, 1 when all ran out."""
    print(
        f"On the phone with the number {phone.display(channel.phone)}: WhatsApp, Settings, Linked devices, Link a device."
    )
    for number in range(1, TRIES + 1):
        try:
            code = linking.do_begin_qr(channel)
        except linking.Trouble as trouble:
            if trouble.code == "already_linked":
                return _linked(channel)
            raise _failure(trouble) from trouble
        print(
            f"\n{qr.draw(qr.modules(code.image))}\nCode {number} of {TRIES}, good for {code.seconds} seconds.",
            flush=True,
        )
        if _wait(channel, code.seconds):
            return _linked(channel)
    print("No phone took a code. Try again when it is at hand.")
    return 1


def with_code(channel: Channel) -> int:
    """A pairing code, and the wait for it to be typed."""
    try:
        code = linking.do_begin_code(channel)
    except linking.Trouble as trouble:
        if trouble.code == "already_linked":
            return _linked(channel)
        raise _failure(trouble) from trouble
    print("On the phone: WhatsApp, Settings, Linked devices, Link a device, Link with phone number instead.")
    print(f"\n    {code}\n", flush=True)
    if _wait(channel, CODE_SECONDS):
        return _linked(channel)
    print("The code has run out. Try again when the phone is at hand.")
    return 1


def _wait(channel: Channel, seconds: float) -> bool:
    """Whether the number's own phone came. Another one is logged out again, and ends it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(_EVERY)
        try:
            seen = linking.do_look(channel)
            if seen.linked:
                return True
            if seen.other:
                away = linking.do_turn_away(channel)
                end = "It was logged out again." if away else "It was so before, so it was left alone."
                raise Failure(
                    f"{phone.display(seen.other)} is linked there, not {phone.display(channel.phone)}. {end}"
                )
        except linking.Trouble:
            continue  # a question of a moment: the code still works
    return False


def _linked(channel: Channel) -> int:
    seen = linking.do_look(channel)
    if seen.other:
        raise Failure(f"{phone.display(seen.other)} is linked there, not {phone.display(channel.phone)}")
    print(f"{phone.display(channel.phone)} is linked.")
    try:
        arranged = linking.do_arrange_webhook(channel)
    except linking.Trouble as trouble:
        raise _failure(trouble) from trouble
    if arranged:
        print("The gateway sends its events here: that was set up just now.")
    else:
        print(
            "Its gateway must send events here, as `rookery inbox add` has printed: `rookery doctor` looks."
        )
    return 0


def _failure(trouble: linking.Trouble) -> Failure:
    return Failure(sentence(trouble.code, {}))
