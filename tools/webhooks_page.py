"""Write the events of docs/webhooks.md anew from the golden pairs: `python -m tools.webhooks_page`."""

import json
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "webhooks.md"
GOLDEN = ROOT / "tests" / "providers" / "golden"
MARKS = ("<!-- events -->\n", "<!-- end of events -->\n")
LINK = "../tests/providers/golden"


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of event. `named` are its pairs; one without folder is in that of the pair before it."""

    title: str
    screen: str
    named: str

    @property
    def pairs(self) -> list[str]:
        """The first is the example; the others are linked."""
        found, folder = [], ""
        for name in self.named.split():
            folder = name.partition("/")[0] if "/" in name else folder
            found.append(f"{folder}/{name.rpartition('/')[2]}")
        return found


EIGHT = (
    Entry(
        "`message`: text",
        "A bubble, in a group with its author's name. A reply shows what it answers; `forwarded` is marked. "
        "In a chat of two, the number and the LID named by chat and author are learned as one person.",
        "v8/text text_reply text_group_reply lid_and_number lid_only forwarded_view_once_flags hosted c_us "
        "f8/text_reply u9/text text_group v8_0/text_lid_chat",
    ),
    Entry(
        "`message`: typed on our phone",
        "An outgoing bubble marked as written on the phone. `chat_name` (the fork) names the customer. Builds "
        "before 8.3 have no `is_from_me`: there the author is compared with `device_id`.",
        "f8/text_own v8/text_own_from_phone text_own_in_group lid_own_unresolved v8_0/early_fork_own "
        "v8_2/own_without_flag own_group_without_flag",
    ),
    Entry(
        "`message`: files (`image`, `video`, `video_note`, `audio`, `document`, `sticker`)",
        "The picture, player or document, fetched in the background. A file that the gateway did not "
        "download, or whose path is of no use, is asked for by message id. The caption is shown once, however "
        "often it is sent.",
        "v8/image_path_caption image_path image_url_caption document_url audio_path audio_semicolon_path "
        "video_note_path sticker_path image_group_own u9/image_hd",
    ),
    Entry(
        "`message`: files before 8.3.1",
        "The same. 8.0 and 8.1 send an object with the type; 8.2 to 8.3.0 a bare path and no caption at all, "
        "which nothing can bring back. Early builds of the fork repeat the caption beside the file.",
        "v8_0/image document audio video_note early_fork_caption v8_2/image document",
    ),
    Entry(
        "`message`: the file's key is missing",
        "With a caption, a text bubble with the caption; without one, “something the gateway does not pass "
        "on”.",
        "f8/image_key_missing v8/media_key_missing",
    ),
    Entry(
        "`message`: `contact`, `contacts_array`",
        "A card for each person, with “start conversation” and “save” for each number. Cards are read within "
        "limits (64 KB, 50 cards, 20 numbers); photos in them are never used and no address in them is "
        "fetched.",
        "v8/contact contacts_array contact_hostile v8_0/contact v8_2/contacts_array_raw",
    ),
    Entry(
        "`message`: `location`, `live_location`",
        "A card with name, address, coordinates and a link to a map, and the small picture if one was sent. A "
        "live location shows where it began; the gateway sends no updates.",
        "v8/location live_location location_odd_numbers location_nowhere",
    ),
    Entry(
        "`message`: `list`",
        "The list as it was offered; it cannot be chosen from.",
        "v8/list",
    ),
    Entry(
        "`message`: `order`",
        "A card with title, number of items, amount and state. What was ordered is not sent.",
        "v8/order order_thousandths",
    ),
    Entry(
        "`message`: `interactive`, `interactive_media` (9.1)",
        "The text of the message with its buttons, and its pictures.",
        "u9/interactive interactive_plain interactive_media_alone v8/interactive",
    ),
    Entry(
        "`message`: `referral`",
        "The message with a card of the advertisement it came from; its fields are kept with the "
        "conversation. Pictures of the advertisement are not fetched.",
        "v8/referral referral_hostile",
    ),
    Entry(
        "`message`: nothing usable in it",
        "“Something the gateway does not pass on”, with what it may have been: a poll, a vote, an invitation, "
        "a product. Answers to buttons and lists get their text from the gateway's record. A view-once photo "
        "says so.",
        "v8/view_once_withheld media_key_missing",
    ),
    Entry(
        "`message.reaction`",
        "The emoji on the bubble it is for; an empty one takes it away. One of each person, the newest "
        "counts.",
        "v8/reaction reaction_removed reaction_group_by_lid reaction_without_target",
    ),
    Entry(
        "`message.edited`",
        "The bubble's new text, marked “edited”, with the versions before it. A changed caption comes without "
        "its text: then the old one stays, marked. An edit that names no message stands in the chat on its "
        "own.",
        "v8/edited edited_caption edited_own edited_without_target",
    ),
    Entry(
        "`message.revoked`",
        "The text is hidden behind “deleted by the sender” (or by an admin, in groups).",
        "v8/revoked revoked_by_admin revoked_without_target",
    ),
    Entry(
        "`message.deleted`",
        "A mark on the bubble that it was removed from our phone; the customer still has it, and so have we.",
        "v8/deleted_for_me deleted_for_me_own u9/deleted_for_me v8_0/deleted_for_me deleted_for_me_old_name",
    ),
    Entry(
        "`message.ack`",
        "Ticks on our message; in groups of each member. If its messages are the customer's, somebody read "
        "them on our phone, and they are read here too. Receipts of status posts are ignored.",
        "v8/receipt_read receipt_delivered_group receipt_read_self receipt_played receipt_status_broadcast "
        "u9/receipt_read",
    ),
    Entry(
        "`chat_presence`",
        "“typing” or “recording” in the conversation and in the list, for seconds; nothing is stored.",
        "v8/presence_recording f8/presence u9/presence",
    ),
    Entry(
        "`group.participants`",
        "A line in the group's conversation: who joined, left, was made an admin or is one no more.",
        "v8/group_join group_leave group_promote group_demote group_participants",
    ),
    Entry(
        "`group.joined`",
        "The group's conversation with its subject, and a line that our number was added.",
        "v8/group_joined group_joined_bare",
    ),
    Entry(
        "`call.offer`",
        "A line with the time of the call, and whether it was turned away by itself. Nobody tells how calls "
        "end.",
        "v8/call_offer call_group f8/call_by_lid u9/call v8/call_of_nobody",
    ),
    Entry(
        "`label.edit`",
        "WhatsApp Business's labels, kept as labels of the inbox.",
        "v8/label_edit label_deleted",
    ),
    Entry(
        "`label.association`",
        "The label on the conversation, put on or taken off.",
        "v8/label_association label_removed",
    ),
    Entry(
        "`newsletter.*`, and posts of channels",
        "Counters and news about channels are ignored. A post comes as a `message`; it is left out unless the "
        "inbox is set to take channels in.",
        "v8/newsletter_message newsletter_post newsletter_joined newsletter_left newsletter_mute",
    ),
    Entry(
        "`history_sync_complete` (the fork)",
        "Nothing by itself; catching up with the gateway's record begins.",
        "f8/history_sync_complete v8/history_sync_complete",
    ),
    Entry(
        "`message` with `from_history_sync` (the fork)",
        "An old message at its true time, quietly.",
        "f8/history_on_demand_group history_on_demand v8/history_on_demand",
    ),
    Entry(
        "Status posts, bots, and kinds nobody has heard of",
        "Status posts and broadcast lists are ignored, WhatsApp's own bots counted as unknown. An unknown "
        "kind with an id and a chat stands in the chat as “cannot be shown yet”, linked with its raw event; "
        "without, it is counted and kept. Both can be read again after an upgrade.",
        "v8/unheard_of_with_message unheard_of_without_message status_post bot bot_in_group",
    ),
)
SEVEN = (
    Entry(
        "Text",
        "A bubble, as above. `from` names the sender, and the chat after ` in ` where it is another; "
        "`chat_id` lacks its server, so a long one or one with a hyphen counts as a group. The fork adds "
        "`chat_jid` and `chat_lid`.",
        "v7/text text_reply text_group text_group_lid text_lid text_lid_only text_linked_device "
        "text_group_old_id text_group_lid_only text_fork_chat_jid text_without_from text_forwarded "
        "text_group_without_from",
    ),
    Entry(
        "Typed on our phone",
        "An outgoing bubble. Nothing says that a message is ours: its sender is compared with the number's "
        "own addresses.",
        "v7/text_own text_own_group text_own_by_lid text_ninth_digit_own text_fork_own",
    ),
    Entry(
        "Files",
        "As above. A path can hold a semicolon and a blank.",
        "v7/image image_group image_url audio_semicolon_path document document_url video video_note sticker",
    ),
    Entry(
        "Contact, location, live location, list, order",
        "The same cards.",
        "v7/contact location live_location list order",
    ),
    Entry(
        "Internal messages, and what is left out",
        "Dropped: they are WhatsApp's own. A reaction that is withdrawn looks exactly like one of these, so "
        "with gateway 7 a reaction stays until another takes its place.",
        "v7/junk junk_own answer_without_text view_once_withheld status_post newsletter_post bot unheard_of_enveloped",
    ),
    Entry(
        "Reaction",
        "On its bubble.",
        "v7/reaction reaction_own reaction_group_without_message reaction_without_target reaction_to_status",
    ),
    Entry(
        "Edit",
        "As above. Before 7.9 it does not say of which message; then it stands in the chat on its own.",
        "v7/edited edited_caption edited_without_target",
    ),
    Entry(
        "Deletion for everyone",
        "As above.",
        "v7/revoked revoked_without_target",
    ),
    Entry(
        "Deletion on our phone",
        "As above; before 7.3 under another name. 8.0 and 8.1 send it flat too, with `device_id`.",
        "v7/deleted_for_me deleted_for_me_before_7_3",
    ),
    Entry(
        "`message.ack`",
        "Ticks. Receipts of linked devices come too, each by itself; they change nothing that is known "
        "already.",
        "v7/receipt_linked_device receipt_read receipt_group receipt_own receipt_status",
    ),
    Entry(
        "`group.participants`",
        "As above.",
        "v7/group_join group_leave group_promote group_demote",
    ),
)


def section(entry: Entry) -> str:
    body = (GOLDEN / f"{entry.pairs[0]}.json").read_text(encoding="utf-8")
    example = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    more = ", ".join(f"[{pair}]({LINK}/{pair}.json)" for pair in entry.pairs[1:])
    lines = [f"### {entry.title}", entry.screen, f"```json\n{example}\n```"]
    return "\n\n".join([*lines, f"More: {more}."] if more else lines)


def events() -> str:
    parts = ["## Gateway 8 and 9", *map(section, EIGHT), "## Gateway 7", *map(section, SEVEN)]
    return "\n\n".join(parts) + "\n"


def render(page: str) -> str:
    """The page with its events as they are now."""
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    return f"{before}{MARKS[0]}\n{events()}\n{MARKS[1]}{after}"


def main() -> None:
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
