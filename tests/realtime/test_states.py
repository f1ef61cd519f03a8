"""What the stream says of a number's phone."""

from __future__ import annotations

from rookery.channels import states
from rookery.journal.models import Fact
from rookery.realtime.frames import Encoder
from rookery.realtime.streams import may_see
from tests.cast import Cast


def test_agents_hear_it_when_their_number_is_lost(cast: Cast) -> None:
    assert states.do_note_state(cast.channel, "lost")
    (frame,) = Encoder("e").facts(list(Fact.objects.filter(kind="channel.changed")))
    heard = [
        may_see(cast.viewer(user), frame) for user in (cast.admin, cast.agent, cast.bystander, cast.outsider)
    ]
    assert heard == [True, True, False, False]
