"""`/group/*` as far as an inbox reads it (contract 4.5)."""

from __future__ import annotations

from typing import Any

from rookery.sandbox import errors, identity, moments, validate
from rookery.sandbox import jid as jids
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.model import Group, Member
from rookery.sandbox.recipients import check_session

ZERO = "0001-01-01T00:00:00Z"


def _group(call: Call) -> Group:
    target = jids.suffixed(call.query("group_id"))
    if not target:
        raise errors.invalid({"group_id": validate.BLANK})
    check_session(call.world, call.slot, target)
    group = call.world.groups.get(target)
    if group is None or group.member(call.slot.phone) is None:
        raise errors.internal("you're not participating in that group")
    return group


def _lid(call: Call, phone: str) -> str:
    contact = call.world.contacts.get(phone)
    return (contact.lid or "") if contact else ""


def _participant(call: Call, member: Member) -> dict[str, Any]:
    contact = call.world.contacts.get(member.phone)
    jid = identity.resolved(contact) if contact else jids.pn(member.phone)
    return {
        "JID": jid,
        "PhoneNumber": jids.pn(member.phone) if jid.endswith(jids.PEOPLE) else "",
        "LID": _lid(call, member.phone),
        "IsAdmin": member.admin or member.owner,
        "IsSuperAdmin": member.owner,
        "DisplayName": "",
        "Error": 0,
        "AddRequest": None,
    }


def _info(call: Call, group: Group) -> dict[str, Any]:
    owner = next((jids.pn(member.phone) for member in group.members if member.owner), "")
    created = moments.stamp(group.created_at)
    empty_times = {"NameSetAt": created, "TopicSetAt": ZERO, "GroupCreated": created}
    return {
        "JID": group.jid,
        "OwnerJID": owner,
        "OwnerPN": owner,
        "Name": group.subject,
        "NameSetBy": owner,
        "NameSetByPN": owner,
        "Topic": group.topic,
        "TopicID": "",
        "TopicSetBy": "",
        "TopicSetByPN": "",
        "TopicDeleted": False,
        **empty_times,
        "IsLocked": False,
        "IsAnnounce": False,
        "AnnounceVersionID": "",
        "IsEphemeral": False,
        "DisappearingTimer": 0,
        "IsIncognito": False,
        "IsParent": False,
        "DefaultMembershipApprovalMode": "",
        "LinkedParentJID": "",
        "IsDefaultSubGroup": False,
        "IsJoinApprovalRequired": False,
        "AddressingMode": "lid" if any(_lid(call, member.phone) for member in group.members) else "pn",
        "CreatorCountryCode": "",
        "ParticipantVersionID": "",
        "Participants": [_participant(call, member) for member in group.members] or None,
        "ParticipantCount": len(group.members),
        "MemberAddMode": "",
        "Suspended": False,
    }


async def info(call: Call) -> Reply:
    return Reply("Success get group info", _info(call, _group(call)))


async def mine(call: Call) -> Reply:
    check_session(call.world, call.slot)
    groups = [group for group in call.world.groups.values() if group.member(call.slot.phone)]
    return Reply("Success get list groups", {"data": [_info(call, group) for group in groups] or None})


async def participants(call: Call) -> Reply:
    group = _group(call)
    listed = []
    for member in group.members:
        shown = _participant(call, member)
        entry = {
            "jid": shown["JID"],
            "phone_number": jids.parse(shown["JID"])[0],
            "lid": shown["LID"],
            "display_name": call.world.name_of(member.phone),
            "is_admin": shown["IsAdmin"],
            "is_super_admin": shown["IsSuperAdmin"],
        }
        listed.append(
            {key: value for key, value in entry.items() if value != "" or key not in {"lid", "display_name"}}
        )
    results = {"group_id": group.jid, "name": group.subject, "participants": listed or None}
    return Reply("Success get group participants", results)
