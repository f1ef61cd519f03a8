"""Which chats an inbox takes in: read from its settings, changed by administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final, Literal, TypeAlias, get_args

from django.db.models import F

from rookery import db
from rookery.accounts.models import Account, AuditEntry, User
from rookery.conversations import facts
from rookery.conversations.errors import Refused
from rookery.conversations.incoming import ChatRules
from rookery.conversations.models import Inbox
from rookery.waid import BadJid, Jid, address_key

GroupRule: TypeAlias = Literal["all", "none", "list", "mentioned"]
MOST: Final = 1_000
_SUFFIXES: Final = ("@s.whatsapp.net", "@lid", "@g.us", "@newsletter", "@broadcast")


def read(settings: dict[str, Any]) -> ChatRules:
    """The rules in an inbox's `settings`; what makes no sense there is as good as not set."""
    found = settings.get("rules")
    kept: dict[str, Any] = found if isinstance(found, dict) else {}
    return ChatRules(
        groups=_rule(kept.get("groups")) or "all",
        group_list=frozenset(_texts(kept.get("group_list"))),
        ignored=tuple(_texts(kept.get("ignored"))),
        newsletters=kept.get("newsletters") is True,
    )


def do_set_rules(
    inbox: Inbox,
    *,
    groups: str,
    group_list: Iterable[str] = (),
    ignored: Iterable[str] = (),
    newsletters: bool = False,
    by: User,
) -> ChatRules:
    """From the next event on. `group_list` and `ignored` as people write them: JIDs, group ids, `@` suffixes.

    Raises Refused `bad_group` or `bad_ignored` with the `line` that cannot be read, `bad_groups` for no such rule.
    """
    rule = _rule(groups)
    if rule is None:
        raise Refused("bad_groups", "groups")
    rules = ChatRules(
        groups=rule,
        group_list=frozenset(_group(line) for line in _lines(group_list)),
        ignored=tuple(sorted({_ignored(line) for line in _lines(ignored)})),
        newsletters=newsletters,
    )
    with db.write():
        row = Inbox.objects.select_for_update().get(pk=inbox.pk)
        row.settings = {**row.settings, "rules": asdict(rules) | {"group_list": sorted(rules.group_list)}}
        row.save(update_fields=["settings"])
        # Processing reads an inbox's rules again when the epoch moves.
        Account.objects.filter(pk=row.account_id).update(identity_epoch=F("identity_epoch") + 1)
        AuditEntry.objects.create(
            account_id=row.account_id,
            actor=by,
            action="inbox.rules_changed",
            target_kind="inbox",
            target_id=row.pk,
            data={"groups": groups, "ignored": len(rules.ignored), "newsletters": newsletters},
        )
        facts.record(facts.CHANNEL_CHANGED, account=row.account_id, inbox=row.pk, channel=row.channel_id)
    inbox.settings = row.settings
    return rules


def _rule(name: object) -> GroupRule | None:
    return next((rule for rule in get_args(GroupRule) if rule == name), None)


def _lines(texts: Iterable[str]) -> list[str]:
    found = [text.strip() for text in texts]
    return [text for text in found if text][:MOST]


def _group(line: str) -> str:
    """The key of a group's address, from its JID or its bare id."""
    try:
        kind, key = address_key(Jid.parse(line if "@" in line else f"{line}@g.us"))
    except BadJid as error:
        raise Refused("bad_group", "group_list", line=line[:80]) from error
    if kind != "group" or not key.replace("-", "").isdigit():
        raise Refused("bad_group", "group_list", line=line[:80])
    return key


def _ignored(line: str) -> str:
    """A JID, or a suffix that begins with `@`."""
    text = line.lower()
    if text.startswith("@"):
        if text in _SUFFIXES:
            return text
    else:
        try:
            return str(Jid.parse(text).bare)
        except BadJid:
            pass
    raise Refused("bad_ignored", "ignored", line=line[:80])


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, (list, tuple)) else []
