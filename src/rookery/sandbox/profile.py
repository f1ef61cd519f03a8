"""How one build of the gateway differs from another on the wire (gateway contract, section 1.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rookery.sandbox import dialect
from rookery.sandbox.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Profile:
    """The differences between gateway builds that a client can see.

    Every flag is named after what the build does, so that a reader of a route needs no version numbers.
    """

    name: str
    version: str
    dialect: Dialect
    """How its webhooks are worded."""
    reposts_redirects: bool
    """307 and 308 are followed with body and signature; otherwise they count as a failure."""
    keeps_slot_on_logout: bool
    login_by_device_path: bool
    """`/devices/:id/login*` works; otherwise always 500."""
    device_webhooks: bool
    ninth_digit: bool
    """Brazilian numbers are probed with and without the ninth digit."""
    unknown_chat_fails: bool
    file_needs_part: bool
    """`/send/file` without a multipart file part fails with 500, whatever `file_url` says."""
    groups_skip_login_check: bool
    best_names: bool
    """`/user/my/contacts` and stored rows give the best name there is; otherwise only the saved one."""
    row_name: str
    """Key of the author's name in `/chat/:jid/messages`; empty: there is none."""
    row_reactions: bool
    row_calls: bool
    totals_over_devices: bool
    """`pagination.total` counts the chat's rows of every account (up to 9.2.0)."""
    app_info: bool
    unstar_works: bool
    revoke_deletes_row: bool
    decodes_all_params: bool
    json_type: str
    challenge: str
    single_account: bool = False
    """One account without slots: no `/devices`, no device header, no `/health` (v7)."""
    deadline: bool = True
    """Requests end after 45 s with 504."""


V8 = Profile(
    name="v8",
    version="v8.7.0+2",
    dialect=dialect.V8,
    reposts_redirects=False,
    keeps_slot_on_logout=False,
    login_by_device_path=False,
    device_webhooks=False,
    ninth_digit=True,
    unknown_chat_fails=True,
    file_needs_part=True,
    groups_skip_login_check=True,
    best_names=False,
    row_name="sender_name",
    row_reactions=True,
    row_calls=True,
    totals_over_devices=True,
    app_info=False,
    unstar_works=False,
    revoke_deletes_row=False,
    decodes_all_params=True,
    json_type="application/json",
    challenge="basic realm=Restricted",
)

V9 = Profile(
    name="v9",
    version="v9.2.0",
    dialect=dialect.V9,
    reposts_redirects=True,
    keeps_slot_on_logout=True,
    login_by_device_path=True,
    device_webhooks=True,
    ninth_digit=False,
    unknown_chat_fails=False,
    file_needs_part=False,
    groups_skip_login_check=False,
    best_names=True,
    row_name="sender_display_name",
    row_reactions=True,
    row_calls=True,
    totals_over_devices=False,
    app_info=True,
    unstar_works=True,
    revoke_deletes_row=True,
    decodes_all_params=False,
    json_type="application/json; charset=utf-8",
    challenge='Basic realm="Restricted", charset="UTF-8"',
)

V7 = replace(
    V8,
    name="v7",
    version="v7.11.4",
    dialect=dialect.V7,
    keeps_slot_on_logout=True,
    ninth_digit=False,
    groups_skip_login_check=False,
    row_name="",
    row_reactions=False,
    row_calls=False,
    single_account=True,
    deadline=False,
)

PROFILES: dict[str, Profile] = {"v7": V7, "v8": V8, "v9": V9}


def named(name: str) -> Profile:
    """The profile called `name`; raises ValueError with the known names otherwise."""
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(sorted(PROFILES))
        raise ValueError(f"unknown gateway profile {name!r}; this sandbox simulates {known}") from None
