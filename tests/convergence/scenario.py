"""A day of two groups and eight people as webhook bodies: every kind of event there is, in the order it happened.

The same every time: what is random comes from a fixed seed.
"""

from __future__ import annotations

import random
from typing import Any

from tests import make
from tests.convergence.people import (
    BIA,
    CAIO,
    DORA,
    EDU,
    FABI,
    FAMILY,
    GIL,
    GROUPS,
    HUGO,
    IVO,
    OWN,
    OWN_LID,
    PEOPLE,
    TEAM,
    Person,
    at,
    common,
    ours,
    receipt,
)

EMOJI = ("👍", "❤️", "😂", "🙏", "")
CONTENTS: tuple[dict[str, Any], ...] = (
    {"image": {"path": "statics/media/1-a.jpe", "caption": "look"}, "body": "look"},
    {"audio": "statics/media/2-b.oga"},
    {"document": {"url": "https://mmg.whatsapp.net/x", "filename": "a.pdf"}},
    {"location": {"degreesLatitude": -22.95, "degreesLongitude": -43.21, "name": "Cristo"}},
    {"contact": {"displayName": "Zé", "vcard": "BEGIN:VCARD\nFN:Zé\nTEL:+55 31 98888-0000\nEND:VCARD"}},
    {"sticker": "statics/media/3-c.webp"},
    {},  # a poll, an album's parent: nothing to show
    {"body": "seen your ad", "referral": {"source_url": "https://example.com/ad", "ad_title": "Shoes"}},
    {"body": "forwarded", "forwarded": True},
)


def bodies() -> list[bytes]:
    """Several hundred deliveries."""
    return Scenario().play()


class Scenario:
    def __init__(self) -> None:
        self.random = random.Random(20260304)
        self.made: list[bytes] = []
        self.second = 0
        self.number = 0

    def play(self) -> list[bytes]:
        self.chats()
        self.own_lid()
        self.groups()
        self.roles()
        self.claims()
        self.twins()
        self.rest()
        return self.made

    # Building blocks

    def id(self, prefix: str = "A5F0") -> str:
        self.number += 1
        return f"{prefix}{self.number:04X}"

    def later(self, most: int = 40) -> int:
        self.second += self.random.randint(0, most)
        return self.second

    def form(self, who: Person) -> str:
        return self.random.choice(who.forms)

    def put(self, event: str, payload: dict[str, Any], **top: Any) -> None:
        self.made.append(make.body(event, payload, **top))

    def say(self, who: Person, group: str = "", **content: Any) -> str:
        """Somebody writes; one time in five the event comes under two of their names."""
        name, second = self.id(), self.later()
        for form in {self.form(who), self.form(who)} if self.random.random() < 0.2 else {self.form(who)}:
            self.put(
                "message",
                common(who, form, second, name, group=group, **(content or {"body": f"text {name}"})),
            )
        return name

    def write(self, to: Person | str, **content: Any) -> str:
        """Our own phone writes."""
        name, second = self.id("3A9C"), self.later()
        form = self.form(to) if isinstance(to, Person) else ""
        self.put("message", ours(to, form, second, name, **(content or {"body": f"ours {name}"})))
        return name

    def react(self, who: Person, target: str, emoji: str, group: str = "", form: str = "") -> None:
        extra = {"reaction": emoji, "reacted_message_id": target}
        payload = common(who, form or self.form(who), self.later(), self.id(), group=group)
        self.put("message.reaction", {**payload, **extra})

    def edit(self, who: Person, target: str, text: str | None, group: str = "") -> None:
        extra = {"original_message_id": target, **({"body": text} if text is not None else {})}
        self.put("message.edited", common(who, self.form(who), self.later(), self.id(), group=group, **extra))

    def revoke(self, who: Person, target: str, group: str = "", *, by_author: bool = True) -> None:
        extra = {"revoked_message_id": target, "revoked_from_me": by_author}
        self.put(
            "message.revoked", common(who, self.form(who), self.later(), self.id(), group=group, **extra)
        )

    def got(self, who: Person, ids: list[str], status: str, group: str = "", form: str = "") -> None:
        sender = who.jids(form or self.form(who))
        self.made.append(receipt(ids, status, sender, self.later(), group or sender[1] or sender[0]))

    # What happens

    def chats(self) -> None:
        """Everybody writes, is answered, reacts, edits, deletes, reads; read on our phone too."""
        for who in PEOPLE:
            said = [self.say(who, **(self.random.choice(CONTENTS) if n % 3 == 2 else {})) for n in range(6)]
            answers = [self.write(who) for _ in range(3)]
            said += [
                self.say(who, replied_to_id=answers[0], quoted_body="ours", body="about that")
                for _ in range(2)
            ]
            for emoji in self.random.sample(EMOJI, 3):
                self.react(who, self.random.choice(answers), emoji)
            reaction = {"reaction": "🎉", "reacted_message_id": said[0]}
            self.put("message.reaction", {**ours(who, self.form(who), self.later(), self.id()), **reaction})
            for text in ("first edit", "second edit", None, "third edit"):
                self.edit(who, said[1], text)
            self.edit(who, said[2], None)
            own_edit: dict[str, Any] = {"original_message_id": answers[1], "body": "ours, edited"}
            self.put("message.edited", ours(who, self.form(who), self.later(), self.id(), **own_edit))
            self.revoke(who, said[3])
            own_revoke: dict[str, Any] = {"revoked_message_id": answers[2], "revoked_from_me": True}
            self.put("message.revoked", ours(who, self.form(who), self.later(), self.id(), **own_revoke))
            for status in ("read", "delivered"):
                self.got(who, self.random.sample(answers, 2), status)
            read = [self.random.choice(said[:5])]
            chat = who.jids(self.form(who))
            self.made.append(receipt(read, "read", (OWN, ""), self.later(), chat[1] or chat[0]))
            hidden = {"deleted_message_id": said[4], "timestamp": at(self.later()), "from": "", "was_from_me": False,
                      "chat_id": who.jids(self.form(who))[0], "original_content": "x",
                      "original_sender": who.jids(self.form(who))[0], "original_timestamp": at(0)}  # fmt: skip
            self.put("message.deleted", hidden)
        # The one place where Dora's number and LID stand together.
        self.made.append(
            receipt([self.write(DORA)], "read", DORA.jids("both"), self.later(), DORA.jids("lid")[0])
        )

    def own_lid(self) -> None:
        """Our own LID reads before anybody knows that it is ours."""
        said = [self.say(CAIO) for _ in range(3)]
        chat = CAIO.jids("pn")[0]
        self.made.append(receipt([said[1]], "read", (OWN_LID, OWN_LID), self.later(), chat))
        self.made.append(receipt([said[0]], "delivered", (OWN_LID, OWN_LID), self.later(), chat))
        self.put("message", ours(CAIO, "pn", self.later(), self.id("3A9C"), lid="pair", body="so it is me"))
        self.put("message", ours(BIA, "both", self.later(), self.id("3A9C"), lid="alone", body="me again"))

    def groups(self) -> None:
        for group, people in GROUPS.items():
            said = [(who, self.say(who, group)) for _ in range(4) for who in people]
            answers = [self.write(group) for _ in range(4)]
            for who in people:
                self.react(who, self.random.choice(said)[1], self.random.choice(EMOJI), group)
                self.react(who, answers[0], self.random.choice(EMOJI), group)
                self.got(who, answers[:2], "delivered", group)
                self.got(who, answers[1:3], "read", group)
            for who, name in said[:4]:
                self.edit(who, name, f"edited {name}", group)
                self.edit(who, name, f"edited twice {name}", group)
            self.revoke(*said[5], group)
            self.made.append(receipt([said[6][1], said[3][1]], "read", (OWN, ""), self.later(), group))
            self.put("message.reaction", {**ours(group, "", self.later(), self.id()),
                                          "reaction": "👀", "reacted_message_id": said[2][1]})  # fmt: skip

    def roles(self) -> None:
        """Gil becomes an admin, deletes what others wrote, is demoted, and tries again; Caio never was one."""
        said = [self.say(BIA, TEAM) for _ in range(5)]
        self.life(TEAM, "join", [GIL, CAIO, HUGO])
        self.revoke(GIL, said[0], TEAM, by_author=False)
        self.life(TEAM, "promote", [GIL])
        self.second += 1
        self.revoke(GIL, said[1], TEAM, by_author=False)
        self.revoke(CAIO, said[2], TEAM, by_author=False)
        self.second += 1
        self.life(TEAM, "demote", [GIL])
        self.second += 1
        self.revoke(GIL, said[3], TEAM, by_author=False)
        own: dict[str, Any] = {"revoked_message_id": said[4], "revoked_from_me": False}
        self.put("message.revoked", ours(TEAM, "", self.later(), self.id(), **own))
        self.life(TEAM, "leave", [CAIO])
        self.life(TEAM, "join", [CAIO])
        self.life(FAMILY, "demote", [EDU])
        self.revoke(EDU, self.say(DORA, FAMILY), FAMILY, by_author=False)
        self.life("120363040000000001@g.us", "join", [HUGO, FABI])  # a group in which nobody ever writes
        joined = {
            "chat_id": FAMILY,
            "type": "join",
            "jids": [OWN],
            "reason": "invite",
            "group_name": "Família",
        }
        self.put("group.joined", joined, timestamp=at(self.later()))

    def life(self, group: str, change: str, people: list[Person]) -> None:
        jids = [who.jids(self.form(who))[0] for who in people]
        payload = {"chat_id": group, "type": change, "jids": jids}
        self.put("group.participants", payload, timestamp=at(self.later()))

    def claims(self) -> None:
        """What nobody has the right to, in chats of two and in a group."""
        victim, answer = self.say(BIA), self.write(BIA)
        in_team = self.say(BIA, TEAM)
        for target in (victim, answer, in_team):
            self.edit(IVO, target, "forged")
            self.revoke(IVO, target)
            self.react(IVO, target, "💩")
            self.got(IVO, [target], "read")
        self.edit(IVO, in_team, "forged", TEAM)
        self.revoke(IVO, in_team, TEAM)
        self.edit(BIA, answer, "your words, my text")
        self.revoke(BIA, answer)
        for target in ("NEVER1", "NEVER2"):
            self.react(CAIO, target, "👍")
            self.edit(BIA, target, "of nothing", TEAM)
            self.got(DORA, [target], "delivered")

    def twins(self) -> None:
        """Ids used twice: by a stranger elsewhere, by a member of the same group, by a customer for ours."""
        twice, second = self.say(BIA), self.later()
        self.put("message", common(IVO, "pn", second, twice, body="same id, other chat"))
        self.edit(IVO, twice, "mine to edit")
        self.edit(BIA, twice, "and this one mine")
        shared = self.say(HUGO, TEAM)
        self.put("message", common(CAIO, "pn", self.later(), shared, group=TEAM, body="same id, same group"))
        self.react(GIL, shared, "👍", TEAM)
        self.edit(CAIO, shared, "by Caio", TEAM)
        self.edit(HUGO, shared, "by Hugo", TEAM)
        self.revoke(HUGO, shared, TEAM)
        mine = self.write(EDU)
        self.put("message", common(EDU, "short", self.later(), mine, body="your id"))
        self.react(EDU, mine, "🤔")
        self.edit(EDU, mine, "my own words")
        self.got(EDU, [mine], "read")

    def rest(self) -> None:
        # The pair of Hugo stands in a reaction, the pair of Gil in a call.
        self.react(HUGO, self.write(HUGO), "✅", form="both")
        for who, form, group in ((GIL, "both", ""), (FABI, "lid", ""), (CAIO, "pn", TEAM)):
            sender, lid = who.jids(form)
            payload: dict[str, Any] = {"call_id": self.id("C"), "from": sender, "auto_rejected": who is FABI}
            payload |= ({"from_lid": lid} if lid else {}) | ({"group_jid": group} if group else {})
            self.put("call.offer", payload, timestamp=at(self.later()))
        parts: tuple[dict[str, Any], ...] = (
            {"name": "VIP", "color": 3},
            {"color": 5},
            {"name": "V.I.P."},
            {"deleted": True},
        )
        for part in parts:
            self.put("label.edit", {"label_id": "4", **part}, timestamp=at(self.later()))
        for who in (BIA, EDU, FABI):
            for labeled in (True, False, True):
                chat, lid = who.jids(self.form(who))
                payload = {"label_id": "4", "labeled": labeled, "chat_id": chat} | (
                    {"chat_lid": lid} if lid else {}
                )
                self.put("label.association", payload, timestamp=at(self.later()))
        for number in range(3):
            old = {"id": self.id(), "from": CAIO.jids("pn")[0], "sender": CAIO.jids("pn")[0], "body": f"old {number}",
                   "timestamp": at(-1000 - number), "is_from_me": False, "from_history_sync": True,
                   "sync_type": "ON_DEMAND"}  # fmt: skip
            self.put("message", old)
        alone = {"id": self.id(), "from": "33612345678@s.whatsapp.net", "sender": "33612345678@s.whatsapp.net",
                 "body": "only old", "timestamp": at(-900), "is_from_me": False, "from_history_sync": True,
                 "sync_type": "ON_DEMAND"}  # fmt: skip
        self.put("message", alone)
        self.put("history_sync_complete", {"sync_type": "RECENT", "timestamp": at(self.later())})
        self.put("message.invented", {"id": "X1", "chat_id": CAIO.jids("pn")[0], "from": CAIO.jids("pn")[0],
                                      "timestamp": at(self.later()), "is_from_me": False})  # fmt: skip
        newsletter = {"newsletter_id": "120363111222333444@newsletter", "messages": []}
        self.put("newsletter.message", newsletter, timestamp=at(self.later()))
