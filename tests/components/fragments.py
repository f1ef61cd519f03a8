"""Hand-made pages and fragments with the names that the elements read (docs/rooms/web-js.md)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from uuid import uuid4

STYLE = """
* { box-sizing: border-box; margin: 0; font: 16px/20px sans-serif }
[hidden] { display: none !important }
chat-log { display: block; width: 500px; height: 400px; overflow: auto; position: relative }
.bubble { min-height: 60px; padding: 5px }
.day { height: 30px }
conversation-list { display: block; height: 150px; overflow: auto }
.row { height: 50px }
unread-badge { color: rgb(255, 255, 255); background-color: rgb(0, 100, 60) }
"""
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="navy"/></svg>'
)

TEMPLATES = """
<template id="day-line"><p class="day"><local-time format="day"></local-time></p></template>
<template id="pending-bubble"><article class="bubble out pending"><ul data-part="files" hidden></ul>
  <p class="text"></p><progress max="1" value="0" hidden></progress>
  <span class="meta"><local-time format="time"></local-time><span class="ticks" data-state="pending"></span></span>
  <p class="failed" hidden><span data-part="reason"></span><button type="button" data-retry>Retry</button>
    <button type="button" data-edit>Edit</button></p>
  <template data-part="file"><li><img data-part="preview" alt="" hidden><span data-part="name"></span>
    <progress max="1" value="0"></progress></li></template></article></template>
"""


@dataclass
class Bubble:
    """A message as the server would render it; `changed` is the journal id of its last fact."""

    id: int
    text: str
    at: int = 0
    side: str = "in"
    author: str = "c1"
    conversation: int = 7
    version: int = 1
    tick: str = ""
    extra: str = ""
    tie: str = ""
    changed: int = 0
    gone: bool = False
    ref: str = field(default_factory=lambda: str(uuid4()))

    @property
    def order(self) -> str:
        return f"{self.at:012d}.{self.tie or f'{self.id:06d}'}"

    def html(self) -> str:
        if self.gone:
            return f'<i id="m-{self.ref}" data-gone></i>'
        when = datetime.fromtimestamp(self.at, UTC).isoformat()
        return (
            f'<article class="bubble {self.side}" id="m-{self.ref}" data-id="{self.id}" data-order="{self.order}"'
            f' data-version="{self.version}" data-author="{self.author}" data-say="Somebody: {escape(self.text)}">'
            f'{self.extra}<p class="text">{escape(self.text)}</p><span class="meta"><local-time format="time"'
            f' datetime="{when}"></local-time><span class="ticks" data-state="{self.tick}"></span></span>'
            f'<button type="button" data-action="reply" data-author-name="Bia">Reply</button></article>'
        )


def document(body: str, *, title: str = "Inbox · Rookery", lang: str = "en") -> str:
    """A whole page with the one script."""
    return f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="csrf-token" content="token-1"><link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script type="module" src="/static/web/js/app.js"></script></head><body>{body}
<p data-announce role="status" aria-live="polite"></p>{TEMPLATES}</body></html>"""


def live(cursor: str, **attributes: str) -> str:
    """The stream, in a hurry."""
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<live-stream id="live" src="/live" cursor="{cursor}" offline-after="250" retry="40"{more}></live-stream>'


def log(bubbles: str, *, cursor: str, conversation: int = 7, before: str = "", more: str = "") -> str:
    return (
        f'<chat-log id="log" role="log" aria-live="off" tabindex="0" conversation="{conversation}"'
        f' src="/conversations/{conversation}/messages" cursor="{cursor}" before="{before}"'
        f' data-text-quote-missing="Too far back" {more}>{bubbles}</chat-log>'
        '<button type="button" data-newest="log" hidden>New messages <span data-count></span></button>'
        '<button type="button" data-older="log" hidden>Older ones did not load. Try again</button>'
    )


def composer(conversation: int = 7, **limits: int) -> str:
    more = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in limits.items())
    return f"""<chat-composer conversation="{conversation}" action="/conversations/{conversation}/messages" user="3"
  log="log"{more} data-text-too-large="{{name}} is larger than {{limit}}" data-text-empty="{{name}} is empty"
  data-text-too-many="Too many files" data-text-network="No connection" data-text-server="Something broke"
  data-text-signed-out="Sign in again" data-text-offline="Sending waits" data-text-refused="Refused">
<form method="post" enctype="multipart/form-data" action="/conversations/{conversation}/messages">
<div data-part="reply" hidden><b data-part="reply-author"></b><span data-part="reply-text"></span>
  <button type="button" data-action="cancel-reply">Cancel</button></div>
<ul data-part="files" hidden></ul><p data-part="notice" role="status" hidden></p>
<textarea name="text" data-key="r" aria-label="Reply"></textarea>
<input type="file" name="files" multiple data-part="picker" hidden>
<button type="button" data-action="attach">Attach</button><button type="submit">Send</button></form>
<template data-part="file"><li><img data-part="preview" alt="" hidden><span data-part="name"></span>
  <span data-part="size"></span><span data-part="error"></span>
  <button type="button" data-action="remove" aria-label="Remove">x</button></li></template></chat-composer>"""


def conversation_page(
    bubbles: str, *, cursor: str, conversation: int = 7, before: str = "", more: str = ""
) -> str:
    """Stream, log and composer: what a conversation's page is made of."""
    parts = [
        live(cursor),
        log(bubbles, cursor=cursor, conversation=conversation, before=before, more=more),
        composer(conversation),
    ]
    return document("\n".join(parts))


def row(conversation: int, text: str = "Hello") -> str:
    return (
        f'<li class="row" id="c-{conversation}" data-conversation="{conversation}">'
        f'<a href="/conversations/{conversation}">{escape(text)}</a>'
        f'<typing-note conversation="{conversation}" hidden>typing…</typing-note></li>'
    )
