"""Linking a number's phone: a code, the phone that takes it, the webhook, the first message. Administrators alone.

The page asks once a second how it stands; an answer without news is empty (204), so that nothing on it moves.
Whatever touches the gateway is a POST.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from rookery.channels import hooks, linking
from rookery.channels.models import Channel
from rookery.conversations import access
from rookery.conversations.models import Inbox
from rookery.web.presenters import linking as presenter
from rookery.web.presenters.linking import Poll
from rookery.web.requests import PageRequest, page, part, viewer_of


@require_GET
def show(request: PageRequest, inbox_id: int) -> HttpResponse:
    """Asks nobody: the first poll does."""
    inbox, channel = _administered(request, inbox_id)
    shown = presenter.page(inbox, channel, "link", presenter.begin(inbox, channel))
    return page(request, "linking/link.html", "numbers", link=shown)


@require_POST
def qr(request: PageRequest, inbox_id: int) -> HttpResponse:
    """The next picture to scan; `number` counts them. With `renew` only the picture is answered."""
    inbox, channel = _administered(request, inbox_id)
    known = _known(request)
    number = min(known.number, presenter.TRIES - 1) + 1
    try:
        found = linking.do_begin_qr(channel)
    except linking.Trouble as trouble:
        return _failed(request, inbox, channel, trouble)
    code = presenter.qr(found.image, found.seconds, number)
    if "renew" in request.POST:
        return part(request, "linking/_qr.html", link=_link(inbox, channel, "code", known, qr=code))
    return _step(request, inbox, channel, "code", known, qr=code)


@require_POST
def code(request: PageRequest, inbox_id: int) -> HttpResponse:
    """Eight characters to type on the phone."""
    inbox, channel = _administered(request, inbox_id)
    try:
        found = linking.do_begin_code(channel)
    except linking.Trouble as trouble:
        return _failed(request, inbox, channel, trouble)
    return _step(request, inbox, channel, "code", _known(request), code=found)


@require_POST
def state(request: PageRequest, inbox_id: int) -> HttpResponse:
    """How it stands; 204 when the page shows it already."""
    inbox, channel = _administered(request, inbox_id)
    known = _known(request)
    if known.shown == "hook":
        return _wait(request, inbox, channel, known)
    try:
        seen = linking.do_look(channel)
        if seen.linked:
            return _hook(request, inbox, channel, known)
        if seen.other:
            return _other(request, inbox, channel, known, seen.other)
    except linking.Trouble as trouble:
        if trouble.code == known.said:
            return HttpResponse(status=204)
        words = presenter.trouble(trouble.code, channel.gateway.url)
        told = _link(inbox, channel, known.shown, replace(known, said=trouble.code), trouble=words)
        return part(request, "linking/_poll.html", link=told, oob=False)
    if not known.said:
        return HttpResponse(status=204)
    return part(
        request,
        "linking/_poll.html",
        link=_link(inbox, channel, known.shown, replace(known, said="")),
        oob=False,
    )


@require_POST
def secret(request: PageRequest, inbox_id: int) -> HttpResponse:
    """The gateway's secret: once, then only a new one (`renew`). Never kept by a browser (no-store on every page)."""
    inbox, channel = _administered(request, inbox_id)
    if "renew" in request.POST:
        found: str | None = hooks.do_renew(channel, request.user)
    else:
        found = hooks.do_show_once(channel, request.user)
    shown = _link(inbox, channel, "hook", _known(request), flags=presenter.flags(channel, found or ""))
    return part(request, "linking/_flags.html", link=shown)


def _hook(request: PageRequest, inbox: Inbox, channel: Channel, known: Poll) -> HttpResponse:
    """The phone is there. Now its events."""
    arranged = linking.do_arrange_webhook(channel)
    fresh = replace(presenter.begin(inbox, channel, "hook"), after=known.after)
    flags = None if arranged else presenter.flags(channel)
    return _step(request, inbox, channel, "hook", fresh, poll_is_target=True, arranged=arranged, flags=flags)


def _wait(request: PageRequest, inbox: Inbox, channel: Channel, known: Poll) -> HttpResponse:
    """For the first message, and what the door saw meanwhile."""
    first = presenter.arrived(inbox, known.after)
    if first is not None:
        return _step(request, inbox, channel, "done", known, poll_is_target=True, arrived=first)
    code, tone, words = presenter.waiting(channel, known)
    if code == known.said:
        return HttpResponse(status=204)
    told = replace(known, said=code)
    shown = _link(
        inbox, channel, "hook", told, waiting=words, waiting_tone=tone, flags=presenter.flags(channel)
    )
    return part(request, "linking/_poll.html", link=shown, oob=False)


def _other(request: PageRequest, inbox: Inbox, channel: Channel, known: Poll, other: str) -> HttpResponse:
    """Another number's phone. One that took a code of ours is logged out; one that was there before is not."""
    turned_away = linking.do_turn_away(channel)
    if not turned_away and known.said == "other":
        return HttpResponse(status=204)
    words = presenter.wrong_phone(channel, other, turned_away)
    fresh = replace(known, shown="link", said="" if turned_away else "other")
    return _step(request, inbox, channel, "link", fresh, poll_is_target=True, problem=words)


def _failed(request: PageRequest, inbox: Inbox, channel: Channel, trouble: linking.Trouble) -> HttpResponse:
    """No code: the slot has its phone (the next poll sees it), or the gateway says why not."""
    if trouble.code == "already_linked":
        words = ""
    else:
        words = presenter.trouble(trouble.code, channel.gateway.url)
    known = replace(_known(request), shown="link", said="")
    answer = _step(request, inbox, channel, "link", known, problem=words)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#link-step", "outerHTML"
    return answer


def _step(
    request: PageRequest,
    inbox: Inbox,
    channel: Channel,
    step: str,
    known: Poll,
    *,
    poll_is_target: bool = False,
    **more: Any,
) -> HttpResponse:
    """A step with the question that goes on from it; one of both goes where htmx put the request, the other beside."""
    polling = replace(known, shown=step)
    shown = _link(inbox, channel, step, polling, **more)
    return part(request, "linking/_answer.html", link=shown, poll_is_target=poll_is_target)


def _link(inbox: Inbox, channel: Channel, step: str, known: Poll, **more: Any) -> presenter.LinkPage:
    return presenter.page(inbox, channel, step, known, **more)


def _known(request: PageRequest) -> Poll:
    return presenter.poll(request.POST.dict())


def _administered(request: PageRequest, inbox_id: int) -> tuple[Inbox, Channel]:
    viewer = viewer_of(request)
    inbox = access.inbox(viewer, inbox_id)
    if not viewer.is_administrator or inbox.channel is None:
        raise Http404
    return inbox, inbox.channel
