"""WhatsApp's text marks as safe HTML. The one module that may call `Markup`.

Every character of a message passes `escape`; the only tags are those written here. Links are http and https
only. Marks follow WhatsApp's rule: they count at the edge of a word and on one line (```code``` may span lines).
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_DEPTH = 4  # marks inside marks; deeper ones stay as typed

# Overrides reverse what a reader sees ("gpj.exe" for "exe.jpg"); isolates and marks are harmless in a <bdi>.
_OVERRIDES = dict.fromkeys([0x202D, 0x202E])
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_BREAKS = dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], " ")
_KEPT_CONTROLS = dict.fromkeys([c for c in _CONTROLS if c < 0xA0 and c not in (0x09, 0x0A)])

_BLOCK = re.compile(r"```(?=[^`])(.+?)```", re.DOTALL)
_LINK = r"(?P<link>\bhttps?://[^\s<>\"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,2000})"
_INLINE = re.compile(
    _LINK
    + r"|`(?P<code>[^`\n]+)`"
    + r"|(?<![\w*])\*(?=[^\s*])(?P<bold>[^*\n]*[^\s*])\*(?![\w*])"
    + r"|(?<![\w_])_(?=[^\s_])(?P<italic>[^_\n]*[^\s_])_(?![\w_])"
    + r"|(?<![\w~])~(?=[^\s~])(?P<strike>[^~\n]*[^\s~])~(?![\w~])",
    re.IGNORECASE,
)
_TAGS = {
    "bold": (Markup("<strong>"), Markup("</strong>")),
    "italic": (Markup("<em>"), Markup("</em>")),
    "strike": (Markup("<s>"), Markup("</s>")),
}
_TRAILING = ".,;:!?)]}"
_PAIRS = {")": "(", "]": "[", "}": "{"}

_EMOJI_BASE = (
    r"(?:[\U0001F1E6-\U0001F1FF]{2}"
    r"|[0-9#*]\uFE0F?\u20E3"
    r"|[\u203C\u2049\u2122\u2139\u2194-\u21AA\u231A-\u23FF\u24C2\u25AA-\u27BF\u2934\u2935\u2B05-\u2B55\u3030\u303D"
    r"\u3297\u3299\U0001F004\U0001F0CF\U0001F170-\U0001F251\U0001F300-\U0001FAFF])"
)
_EMOJI = _EMOJI_BASE + r"(?:\uFE0F|[\U0001F3FB-\U0001F3FF]|[\U000E0020-\U000E007F]+)*"
_BIG = re.compile(rf"\s*(?:{_EMOJI}(?:\u200D{_EMOJI})*\s*){{1,3}}")


def message_html(text: str) -> Markup:
    """A message's text as HTML: marks, quotes (lines that begin with `>`), code, links."""
    parts: list[Markup] = []
    place = 0
    text = text.translate(_OVERRIDES | _KEPT_CONTROLS)
    for block in _BLOCK.finditer(text):
        parts.append(_lines(text[place : block.start()].removesuffix("\n")))
        parts.append(Markup("<pre><code>") + escape(block[1].strip("\n")) + Markup("</code></pre>"))
        place = block.end()
    rest = text[place:]
    parts.append(_lines(rest.removeprefix("\n") if place else rest))
    return Markup("").join(parts)


def is_big_emoji(text: str) -> bool:
    """One to three emoji and nothing else: shown large."""
    return len(text) < 64 and _BIG.fullmatch(text) is not None


def plain(text: str) -> str:
    """A name or file name on one line, without characters that change what is read around it."""
    return " ".join(text.translate({**_CONTROLS, **_BREAKS}).split())


def rendered(html: str) -> Markup:
    """Output of one of our own templates, which has escaped what it shows, for use in another template."""
    return Markup(html)


def _lines(text: str) -> Markup:
    """Text outside code blocks. Neighbouring quote lines share one block."""
    if "\n>" not in text and not text.startswith(">"):
        return _inline(text)
    parts: list[Markup] = []
    plain_lines: list[str] = []
    quoted: list[str] = []
    for line in text.split("\n"):
        if line.startswith(">"):
            _flush(parts, plain_lines)
            quoted.append(line[1:].removeprefix(" "))
        else:
            _flush_quote(parts, quoted)
            plain_lines.append(line)
    _flush_quote(parts, quoted)
    _flush(parts, plain_lines)
    return Markup("").join(parts)


def _flush(parts: list[Markup], lines: list[str]) -> None:
    if lines:
        parts.append(_inline("\n".join(lines)))
        lines.clear()


def _flush_quote(parts: list[Markup], lines: list[str]) -> None:
    if lines:
        parts.append(Markup("<blockquote>") + _inline("\n".join(lines)) + Markup("</blockquote>"))
        lines.clear()


def _inline(text: str, depth: int = 0) -> Markup:
    parts: list[Markup] = []
    place = 0
    for match in _INLINE.finditer(text):
        parts.append(escape(text[place : match.start()]))
        parts.append(_marked(match, depth))
        place = match.end()
    parts.append(escape(text[place:]))
    return Markup("").join(parts)


def _marked(match: re.Match[str], depth: int) -> Markup:
    kind = match.lastgroup
    inner = match[kind] if kind else ""
    if kind == "link":
        return _link(inner)
    if kind == "code":
        return Markup("<code>") + escape(inner) + Markup("</code>")
    if kind is None or depth >= _DEPTH:
        return escape(match[0])
    opening, closing = _TAGS[kind]
    return opening + _inline(inner, depth + 1) + closing


def _link(address: str) -> Markup:
    """The address without the punctuation that ends a sentence; a bracket stays when its pair is inside."""
    end = len(address)
    while end and address[end - 1] in _TRAILING:
        last = address[end - 1]
        if last in _PAIRS and address.count(_PAIRS[last], 0, end) >= address.count(last, 0, end):
            break
        end -= 1
    shown, after = address[:end], address[end:]
    if shown.lower() in ("http://", "https://", "http:/", "https:/", "http", "https"):
        return escape(address)
    tag = Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(shown, shown)
    return tag + escape(after)
