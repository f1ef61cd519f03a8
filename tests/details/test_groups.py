"""Subjects, members and roles from the gateway's roster, and how events and rosters agree."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rookery import db
from rookery.channels.models import Channel
from rookery.conversations.actions import names
from rookery.conversations.models import Address, Contact, GroupChange, GroupMember
from rookery.conversations.store import groups
from rookery.db.fields import now_seconds
from rookery.details import moments, roster
from rookery.details.models import Look
from rookery.details.worker import Details
from rookery.sandbox.model import Member
from tests.details.stage import BIA, CAL, CAL_LID, GROUP, OWN, Stage, of, pass_days

INFO = "/group/info"


def write(call: Callable[[], object]) -> None:
    with db.write():
        call()


def members(group: Contact) -> dict[str, tuple[bool, str]]:
    """Presence and role by number, our own left out."""
    found = GroupMember.objects.filter(group=group).select_related("contact")
    return {
        member.contact.phone[1:]: (member.present, member.role)
        for member in found
        if member.contact.phone != f"+{OWN}"
    }


def test_a_group_gets_its_subject_members_and_roles(stage: Stage) -> None:
    stage.world.add_contact(BIA, "Bia")
    stage.world.add_contact(CAL, "Cal", lid=CAL_LID)
    made = stage.group(BIA, CAL, topic="Prices of the week", announce=True)
    made.members[-1].admin = True
    group = stage.chat(GROUP).contact
    stage.look()
    group.refresh_from_db()
    assert (group.name, group.name_source) == ("Suppliers", "subject")
    assert group.additional_attributes == {
        "description": "Prices of the week", "announce": True, "locked": False,
    }  # fmt: skip
    assert members(group) == {BIA: (True, "owner"), CAL: (True, "admin")}
    assert not Contact.objects.get(phone=f"+{BIA}").listed


def test_a_roster_teaches_pairs_of_number_and_lid(stage: Stage) -> None:
    stage.world.add_contact(BIA, "Bia")
    stage.world.add_contact(CAL, "Cal", lid=CAL_LID)
    stage.group(BIA, CAL)
    by_lid = stage.contact(CAL_LID, listed=False)
    by_number = stage.chat(f"{CAL}@s.whatsapp.net").contact
    stage.chat(GROUP)
    stage.look()
    kinds = Address.objects.filter(contact=by_number).values_list("kind", flat=True)
    by_lid.refresh_from_db()
    by_number.refresh_from_db()
    one = by_number if by_lid.merged_into_id else by_lid
    assert {by_lid.merged_into_id, by_number.merged_into_id} == {None, one.pk}
    assert Address.objects.filter(contact=one).count() == 2, list(kinds)


def test_who_left_is_marked_and_what_an_event_says_later_stays(stage: Stage) -> None:
    for phone in (BIA, CAL):
        stage.world.add_contact(phone, phone)
    made = stage.group(BIA, CAL)
    group = stage.chat(GROUP).contact
    stage.look()
    made.members = [member for member in made.members if member.phone != CAL]
    later = Contact.objects.get(phone=f"+{BIA}")
    pass_days(2)
    tomorrow = now_seconds() + 86_400
    write(partial(groups.set_role, group.pk, later.pk, "member", tomorrow))
    stage.look()
    assert members(group) == {BIA: (True, "member"), CAL: (False, "member")}
    assert GroupMember.objects.get(group=group, contact=later).role_at == tomorrow


def test_a_subject_heard_later_stays(stage: Stage) -> None:
    stage.group(BIA, subject="Old")
    group = stage.chat(GROUP).contact
    tomorrow = now_seconds() + 86_400
    write(partial(names.do_heard_saved_name, group.pk, "New", tomorrow, "event"))
    stage.look()
    group.refresh_from_db()
    assert group.name == "New"


def test_a_group_is_asked_about_once_a_day(stage: Stage) -> None:
    made = stage.group(BIA)
    group = stage.chat(GROUP).contact
    stage.look()
    made.subject = "Renamed"
    pass_days(0.5)
    stage.look()
    assert stage.asked(INFO) == 1
    pass_days(0.7)
    stage.look()
    group.refresh_from_db()
    assert (stage.asked(INFO), group.name) == (2, "Renamed")
    assert stage.asked("/user/avatar") == 1


def _some_minutes_later(group: Contact) -> None:
    Look.objects.filter(pk=group.pk).update(info_ms=of(group).info_ms - 5 * moments.MINUTE)


def test_a_bell_has_a_group_looked_at_soon_but_not_over_and_over(stage: Stage) -> None:
    stage.group(BIA)
    group = stage.chat(GROUP).contact
    stage.look()
    Contact.objects.filter(pk=group.pk).update(details_due_ms=0)
    stage.look()
    assert stage.asked(INFO) == 1
    _some_minutes_later(group)
    stage.look()
    assert stage.asked(INFO) == 2
    group.refresh_from_db()
    assert group.details_due_ms == of(group).due_ms


def test_a_stranger_who_writes_rings_the_bell(stage: Stage) -> None:
    made = stage.group(BIA)
    thread = stage.chat(GROUP)

    async def scenario(details: Details) -> None:
        await details.drain()
        await details.in_rows(_some_minutes_later, thread.contact)
        made.members.append(Member(phone=CAL))
        stranger = await details.in_rows(stage.contact, f"{CAL}@s.whatsapp.net", listed=False)
        await details.in_rows(stage.write, thread, stranger)
        await details.drain()

    stage.look(scenario)
    assert stage.asked(INFO) == 2
    assert members(thread.contact)[CAL] == (True, "member")


def test_somebody_known_who_writes_rings_no_bell(stage: Stage) -> None:
    stage.group(BIA)
    thread = stage.chat(GROUP)

    async def scenario(details: Details) -> None:
        await details.drain()
        await details.in_rows(_some_minutes_later, thread.contact)
        known = await details.in_rows(Contact.objects.get, phone=f"+{BIA}")
        await details.in_rows(stage.write, thread, known)
        await details.drain()

    stage.look(scenario)
    assert stage.asked(INFO) == 1


def test_people_who_come_and_go_ring_the_bell(stage: Stage) -> None:
    stage.group(BIA)
    group = stage.chat(GROUP).contact

    async def scenario(details: Details) -> None:
        await details.drain()
        await details.in_rows(_some_minutes_later, group)
        await details.in_rows(
            GroupChange.objects.create, channel=stage.cast.channel, group=group, change="join",
            at=now_seconds(), kind="pn", key=CAL, jid=f"{CAL}@s.whatsapp.net",
        )  # fmt: skip
        await details.drain()

    stage.look(scenario)
    assert stage.asked(INFO) == 2


def test_a_bell_that_rings_while_we_look_is_not_lost(stage: Stage) -> None:
    stage.group(BIA)
    group = stage.chat(GROUP).contact

    async def scenario(details: Details) -> None:
        keep = roster.keep

        def ring(*args: object) -> None:
            keep(*args)  # type: ignore[arg-type]
            Contact.objects.filter(pk=group.pk).update(details_due_ms=0)

        roster.keep = ring  # type: ignore[assignment]
        try:
            await details.drain()
        finally:
            roster.keep = keep
        await details.in_rows(_some_minutes_later, group)
        await details.drain()

    stage.look(scenario)
    assert stage.asked(INFO) == 2


def test_a_group_we_are_no_longer_in_keeps_what_is_known(stage: Stage) -> None:
    made = stage.group(BIA)
    group = stage.chat(GROUP).contact
    stage.look()
    made.members = [member for member in made.members if member.phone != OWN]
    pass_days(2)
    stage.look()
    assert members(group) == {BIA: (True, "owner")}
    assert of(group).tries == 0


def test_our_own_lid_is_learnt_from_a_roster(stage: Stage) -> None:
    stage.group(BIA)
    stage.chat(GROUP)
    own_lid = "11111111111111@lid"
    body = (
        '{"code":"SUCCESS","message":"","results":{"Name":"Suppliers","Participants":['
        f'{{"JID":"{OWN}@s.whatsapp.net","PhoneNumber":"{OWN}@s.whatsapp.net","LID":"{own_lid}"}}]}}}}'
    )
    epoch = stage.cast.account.identity_epoch
    stage.fault("status", INFO, status=200, content_type="application/json", body=body)
    stage.look()
    assert Channel.objects.get(pk=stage.cast.channel.pk).own_lid == own_lid
    stage.cast.account.refresh_from_db()
    assert stage.cast.account.identity_epoch > epoch


def test_a_large_group_is_written_in_pieces(stage: Stage) -> None:
    people = [f"55219{number:08d}" for number in range(65)]
    for phone in people:
        stage.world.add_contact(phone, phone)
    stage.group(*people)
    group = stage.chat(GROUP).contact
    stage.look()
    assert len(members(group)) == len(people)
