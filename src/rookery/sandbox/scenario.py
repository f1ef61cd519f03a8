"""The living world of the demo: fictional people who write, answer, send files and read."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from urllib.parse import urlsplit

from rookery.sandbox import acts, people
from rookery.sandbox.cast import CAST, GROUP_JID, GROUP_MEMBERS, GROUP_SUBJECT, Person
from rookery.sandbox.model import Contact, Group, Member, Message
from rookery.sandbox.world import World

FIRST_LINE_AFTER = (12.0, 25.0)
BETWEEN_LINES = (35.0, 90.0)
WAIT_FOR_RECEIVER = 180.0


class Scenario:
    """Moves the people of `cast` in `world`. `seed` makes their choices repeatable."""

    def __init__(self, world: World, seed: int = 1) -> None:
        self.world = world
        self._random = random.Random(seed)  # noqa: S311 - only the weather of a demo
        self._cast = {person.phone: person for person in CAST}
        self._lines: dict[str, int] = {}

    async def begin(self) -> None:
        """Introduce everybody, tell the history once (through real webhooks), and let life go on."""
        self.introduce()
        self.world.on_outgoing.append(self._heard)
        self.world.spawn(self._live(), background=True)

    def introduce(self) -> None:
        for person in CAST:
            if person.phone not in self.world.contacts:
                self.world.add_contact(
                    person.phone, person.name, person.lid, lid_known=person.lid_known, avatar=person.avatar,
                    replies=bool(person.answers),
                )  # fmt: skip
        if GROUP_JID not in self.world.groups:
            members = [Member(phone=phone) for phone in (*GROUP_MEMBERS, self.world.default_account())]
            members[0].admin = members[0].owner = True
            created = self.world.now() - 86400 * 30
            group = Group(
                jid=GROUP_JID, subject=GROUP_SUBJECT, created_at=created, members=members, avatar=True
            )
            self.world.groups[GROUP_JID] = group
            self.world.save("group", GROUP_JID, group)

    def tell_history(self) -> list[str]:
        """What was said before the demo began; nothing when the world has a past already."""
        if any(self.world.chats.values()):
            return []
        told = []
        lines = [(line.minutes_ago, person, line) for person in CAST for line in person.history]
        for minutes, person, line in sorted(lines, key=lambda entry: -entry[0]):
            at = self.world.now() - int(minutes * 60)
            options: dict[str, Any] = {**line.options, "text": line.text, "at": at}
            if line.own:
                told.append(self.world.phone_say(person.phone, **options))
            else:
                told.append(self.world.say(person.phone, **options))
            for act in line.then:
                acts.perform(self.world, self.world.contacts[person.phone], act)
        return told

    async def _live(self) -> None:
        await self._receiver_up()
        self.tell_history()
        await self._pause(FIRST_LINE_AFTER)
        while True:
            person = self._random.choice([person for person in CAST if person.lines])
            await self._speak(self.world.contacts[person.phone], self._next_line(person))
            await self._pause(BETWEEN_LINES)

    def _next_line(self, person: Person) -> dict[str, Any]:
        number = self._lines.get(person.phone, 0)
        self._lines[person.phone] = number + 1
        return dict(person.lines[number % len(person.lines)])

    def _heard(self, contact: Contact, message: Message) -> None:
        person = self._cast.get(contact.phone)
        # In groups silence is golden: nobody wants five people answering every line.
        if person is not None and person.answers and "@" not in message.chat:
            self.world.spawn(self._reply(contact, person, message))

    async def _reply(self, contact: Contact, person: Person, message: Message) -> None:
        await self._pause((3.0, 5.0))
        if self._random.random() < 0.3:
            people.react(self.world, contact, message.id, self._random.choice("👍❤🙏"))
            await self._pause((1.0, 2.0))
        answer = dict(self._random.choice(person.answers))
        if self._random.random() < 0.25:
            answer["reply_to"] = message.id
        await self._speak(contact, answer)

    async def _speak(self, contact: Contact, act: dict[str, Any]) -> None:
        try:
            if "do" not in act:
                recording, chat = act.get("kind") == "audio", act.get("chat")
                people.type_in(self.world, contact, {"media": "audio" if recording else "", "chat": chat})
                await self._pause((1.5, 4.0))
                people.type_in(self.world, contact, {"state": "paused", "chat": chat})
            acts.perform(self.world, contact, act)
            if "then" in act:
                await self._pause((4.0, 9.0))
                acts.perform(self.world, contact, act["then"])
        except LookupError:
            # The linked phone was logged out, or the speaker has left the group: there is nobody to talk to.
            return

    async def _pause(self, span: tuple[float, float]) -> None:
        await asyncio.sleep(self._random.uniform(*span) * self.world.pace.people)

    async def _receiver_up(self) -> None:
        """Wait until somebody listens at the webhook address, so that the history is not dropped."""
        parts = urlsplit(self.world.hook.url.split(",")[0].strip())
        if not parts.hostname:
            return
        port = parts.port or (443 if parts.scheme == "https" else 80)
        for _attempt in range(int(WAIT_FOR_RECEIVER * 2)):
            try:
                _reader, writer = await asyncio.open_connection(parts.hostname, port)
            except OSError:
                await asyncio.sleep(0.5)
                continue
            writer.close()
            return
