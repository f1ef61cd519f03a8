"""WhatsApp's text marks as safe HTML. The one module that may call `Markup`.

Every character of a message passes `escape`; the only tags are those written here. Links are http and https
only. Marks follow WhatsApp's rule: they count at the edge of a word and on one line (```code``` may span lines);
lines that begin with `> `, `- `, `* ` or `1. ` are quotes and lists.

Time is linear: a text is read once from left to right by patterns that never look further than what they take,
and marks are paired with a stack. `MOST` bounds the pieces; what follows them stays as typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup, escape

MOST: Final = 3_000
"""Marks, links and list lines of one message that are drawn: more than anybody types in 65,536 characters."""

# Overrides reverse what a reader sees ("gpj.exe" for "exe.jpg"); isolates and marks are harmless in a <bdi>.
_OVERRIDES = dict.fromkeys([0x202D, 0x202E])
_CONTROLS = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_BREAKS = dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], " ")
_KEPT_CONTROLS = dict.fromkeys([c for c in _CONTROLS if c < 0xA0 and c not in (0x09, 0x0A)])
_DROPPED = _OVERRIDES | _KEPT_CONTROLS
_PLAIN = {**_CONTROLS, **_BREAKS}

_BLOCK = re.compile(r"```(?=[^`])(.+?)```", re.DOTALL)
_LINES = re.compile(
    r"(?P<blockquote>(?:^>.*\n?)+)|(?P<ul>(?:^[-*•] +\S.*\n?)+)|(?P<ol>(?:^\d{1,3}\. +\S.*\n?)+)",
    re.MULTILINE,
)
_ITEM = re.compile(r"^(?:> ?|[-*•] +|(\d{1,3})\. +)")
_PIECE = re.compile(
    r"(?P<link>(?<!\w)https?://[^\s<>\"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,2000})"
    r"|(?P<code>`[^`\n]+`)"
    r"|(?P<mention>@\d{5,20}(?!\w))"
    r"|(?P<mark>(?:(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])"
    r"|(?<![\w_])_(?=[^\s_])|(?<=[^\s_])_(?![\w_])"
    r"|(?<![\w~])~(?=[^\s~])|(?<=[^\s~])~(?![\w~])))",
    re.IGNORECASE,
)
_TAGS: Final = {"*": "strong", "_": "em", "~": "s"}
_TRAILING = ".,;:!?)]}"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_BARE = frozenset({"http://", "https://", "http:/", "https:/", "http", "https"})

_EMOJI_BASE = (
    r"(?:[\U0001F1E6-\U0001F1FF]{2}"
    r"|[0-9#*]\uFE0F?\u20E3"
    r"|[\u203C\u2049\u2122\u2139\u2194-\u21AA\u231A-\u23FF\u24C2\u25AA-\u27BF\u2934\u2935\u2B05-\u2B55\u3030\u303D"
    r"\u3297\u3299\U0001F004\U0001F0CF\U0001F170-\U0001F251\U0001F300-\U0001FAFF])"
)
_EMOJI = _EMOJI_BASE + r"(?:\uFE0F|[\U0001F3FB-\U0001F3FF]|[\U000E0020-\U000E007F]+)*"
_BIG = re.compile(rf"\s*(?:{_EMOJI}(?:\u200D{_EMOJI})*\s*){{1,3}}")
_MENTION = re.compile(r"@(\d{5,20})(?!\w)")

NAMES: Final[Mapping[str, str]] = {}


def message_html(text: str, names: Mapping[str, str] | tuple[tuple[str, str], ...] = ()) -> Markup:
    """A message's text as HTML. `names`: who the digits of `@5521987650000` are, for those who are known."""
    return Formatter(text, dict(names)).html()


def is_big_emoji(text: str) -> bool:
    """One to three emoji and nothing else: shown large."""
    return len(text) < 64 and _BIG.fullmatch(text) is not None


def mentions(text: str) -> list[str]:
    """The digits of everybody whom a text may mention, each once, in order; at most 64."""
    if "@" not in text:
        return []
    return list(dict.fromkeys(found[1] for found in _MENTION.finditer(text)))[:64]


def plain(text: str) -> str:
    """A name or file name on one line, without characters that change what is read around it."""
    return " ".join(text.translate(_PLAIN).split())


def rendered(html: str) -> Markup:
    """Output of one of our own templates, which has escaped what it shows, for use in another template."""
    return Markup(html)


class Formatter:
    """One text on its way to HTML. `steps`: the pieces looked at, the measure of the work."""

    def __init__(self, text: str, names: Mapping[str, str] = NAMES) -> None:
        self._text = text.translate(_DROPPED)
        self._names = names
        self._out: list[str] = []
        self.steps = 0

    def html(self) -> Markup:
        text, place = self._text, 0
        for block in _BLOCK.finditer(text):
            self._step()
            self._lines(text[place : block.start()].removesuffix("\n"))
            self._out += ("<pre><code>", escape(block[1].strip("\n")), "</code></pre>")
            place = block.end()
            if self._done:
                break
        rest = text[place:]
        self._lines(rest.removeprefix("\n") if place else rest)
        return Markup("".join(self._out))  # every part was escaped or is a tag of ours

    @property
    def _done(self) -> bool:
        return self.steps >= MOST

    def _step(self) -> None:
        self.steps += 1

    def _lines(self, text: str) -> None:
        """Text outside code blocks: runs of quoted and listed lines, and what stands between them."""
        place = 0
        for run in _LINES.finditer(text):
            if self._done:
                break
            self._inline(text[place : run.start()].removesuffix("\n"))
            self._run(run.lastgroup or "", run[0].removesuffix("\n").split("\n"))
            place = run.end()
        self._inline(text[place:])

    def _run(self, tag: str, lines: list[str]) -> None:
        first = _ITEM.match(lines[0])
        start = f' start="{int(first[1])}"' if tag == "ol" and first and first[1] != "1" else ""
        self._out.append(f"<{tag}{start}>")
        for number, line in enumerate(lines):
            self._step()
            if self._done:
                self._out.append(escape("\n".join(lines[number:])))
                break
            words = _ITEM.sub("", line, count=1)
            if tag == "blockquote":
                if number:
                    self._out.append("\n")
                self._inline(words)
            else:
                self._out.append("<li>")
                self._inline(words)
                self._out.append("</li>")
        self._out.append(f"</{tag}>")

    def _inline(self, text: str) -> None:
        """Links, code, mentions, and marks that have their pair on the same line."""
        parts: list[str] = []
        opened: list[tuple[str, int]] = []  # (mark, its place in parts), innermost last
        place = 0
        for piece in _PIECE.finditer(text) if not self._done else ():
            between = text[place : piece.start()]
            if "\n" in between:
                opened.clear()
            parts.append(escape(between))
            place = piece.end()
            self._step()
            if piece.lastgroup == "mark":
                _mark(piece, parts, opened)
            else:
                place = self._piece(piece, parts, {mark for mark, _ in opened})
            if self._done:
                break
        parts.append(escape(text[place:]))
        self._out += parts

    def _piece(self, piece: re.Match[str], parts: list[str], open_marks: set[str]) -> int:
        """Append it; answers where the text goes on. A link gives back the mark that may close behind it."""
        found, kind = piece[0], piece.lastgroup
        if kind == "code":
            parts.append(f"<code>{escape(found[1:-1])}</code>")
        elif kind == "mention":
            name = self._names.get(found[1:], "")
            shown = f'<span class="mention"><bdi>@{escape(name)}</bdi></span>' if name else escape(found)
            parts.append(shown)
        else:
            end = _end_of_link(found, open_marks)
            if found[:end].lower() in _BARE:
                parts.append(escape(found))
                return piece.end()
            address = escape(found[:end])
            parts.append(f'<a href="{address}" rel="noopener noreferrer" target="_blank">{address}</a>')
            return piece.start() + end
        return piece.end()


def _mark(piece: re.Match[str], parts: list[str], opened: list[tuple[str, int]]) -> None:
    """Close the mark's pair, else open one; a mark that was opened inside and never closed stays as typed."""
    mark, text, at = piece[0], piece.string, piece.start()
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    place = len(parts)
    parts.append(mark)
    closes = (
        bool(before) and not before.isspace() and before != mark and not (after == mark or _in_word(after))
    )
    if closes and any(other == mark for other, _ in opened):  # three kinds: never more than three are open
        while True:
            other, start = opened.pop()
            if other == mark:
                break
        if start < place - 1 and (start < place - 2 or parts[place - 1]):
            parts[start], parts[place] = f"<{_TAGS[mark]}>", f"</{_TAGS[mark]}>"
        return
    if bool(after) and not after.isspace() and after != mark and not (before == mark or _in_word(before)):
        for index, (other, _) in enumerate(opened):
            if other == mark:
                del opened[index:]  # the earlier one has no pair
                break
        opened.append((mark, place))


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _end_of_link(address: str, open_marks: set[str]) -> int:
    """Without the punctuation that ends a sentence; a bracket stays when its pair is inside."""
    end = len(address)
    spare = {last: address.count(first) - address.count(last) for last, first in _PAIRS.items()}
    while end and (address[end - 1] in _TRAILING or address[end - 1] in open_marks):
        last = address[end - 1]
        if last in spare:
            if spare[last] >= 0:
                break
            spare[last] += 1
        end -= 1
    return end
