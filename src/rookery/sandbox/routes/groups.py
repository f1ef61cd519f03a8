"""`/group/*` as far as an inbox reads it (contract 4.5)."""

from __future__ import annotations

from typing import Any

from rookery.sandbox import errors, moments, validate
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


def _addressing(call: Call, group: Group) -> str:
    return group.addressing or ("lid" if any(_lid(call, member.phone) for member in group.members) else "pn")


def _participant(call: Call, member: Member, addressing: str) -> dict[str, Any]:
    """One member as the library knows them: `JID` is the LID in groups that address by LID."""
    contact, lid = call.world.contacts.get(member.phone), _lid(call, member.phone)
    known = contact is None or not lid or contact.lid_known
    number = jids.pn(member.phone) if known else ""
    return {
        "JID": lid if lid and (addressing == "lid" or not known) else number,
        "PhoneNumber": number,
        "LID": lid,
        "IsAdmin": member.admin or member.owner,
        "IsSuperAdmin": member.owner,
        "DisplayName": "",
        "Error": 0,
        "AddRequest": None,
    }


def _info(call: Call, group: Group) -> dict[str, Any]:
    addressing = _addressing(call, group)
    shown = [_participant(call, member, addressing) for member in group.members]
    owner = next((one for one in shown if one["IsSuperAdmin"]), {"JID": "", "PhoneNumber": ""})
    created = moments.stamp(group.created_at)
    setter = next(
        (
            one
            for member, one in zip(group.members, shown, strict=True)
            if member.phone == group.subject_set_by
        ),
        owner,
    )
    return {
        "JID": group.jid,
        "OwnerJID": owner["JID"],
        "OwnerPN": owner["PhoneNumber"],
        "Name": group.subject,
        "NameSetAt": moments.stamp(group.subject_set_at) if group.subject_set_at else created,
        "NameSetBy": setter["JID"],
        "NameSetByPN": setter["PhoneNumber"],
        "Topic": group.topic,
        "TopicID": "",
        "TopicSetAt": ZERO,
        "TopicSetBy": "",
        "TopicSetByPN": "",
        "TopicDeleted": False,
        "IsLocked": group.locked,
        "IsAnnounce": group.announce,
        "AnnounceVersionID": "",
        "IsEphemeral": group.timer > 0,
        "DisappearingTimer": group.timer,
        "IsIncognito": False,
        "IsParent": False,
        "DefaultMembershipApprovalMode": "",
        "LinkedParentJID": "",
        "IsDefaultSubGroup": False,
        "IsJoinApprovalRequired": False,
        "AddressingMode": addressing,
        "GroupCreated": created,
        "CreatorCountryCode": "",
        "ParticipantVersionID": "",
        "Participants": shown or None,
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
    addressing, listed = _addressing(call, group), []
    for member in group.members:
        shown = _participant(call, member, addressing)
        entry = {
            "jid": shown["JID"],
            "phone_number": jids.parse(shown["PhoneNumber"] or shown["JID"])[0],
            "lid": shown["LID"],
            "display_name": call.world.name_of(member.phone),
            "is_admin": shown["IsAdmin"],
            "is_super_admin": shown["IsSuperAdmin"],
        }
        optional = {"lid", "display_name"}
        listed.append({key: value for key, value in entry.items() if value != "" or key not in optional})
    results = {"group_id": group.jid, "name": group.subject, "participants": listed or None}
    return Reply("Success get group participants", results)
