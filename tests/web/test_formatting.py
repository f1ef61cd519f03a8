"""WhatsApp's marks become tags, and nothing else does."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rookery.web.formatting import is_big_emoji, message_html, plain

ALLOWED = {"strong", "em", "s", "code", "pre", "blockquote", "a"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "*<b onclick=x>*",
    "```<svg/onload=alert(1)>```",
    "`<i>`",
    "> <iframe src=javascript:alert(1)>",
    'https://a.example/"onmouseover="alert(1)',
    "https://a.example/'><script>",
    "javascript:alert(1)",
    "<div hx-get=/inbox hx-trigger=load data-hx-on:click=x>",
    "{{ 7 * 7 }} {% include 'x' %}",
    "&lt;script&gt; &amp;",
]


class Reader(HTMLParser):
    """Text and tags of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold*", "<strong>bold</strong>"),
        ("_italic_", "<em>italic</em>"),
        ("~gone~", "<s>gone</s>"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("a*b*c", "a*b*c"),
        ("snake_case_name", "snake_case_name"),
        ("* not bold *", "* not bold *"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("**", "**"),
        ("*one\ntwo*", "*one\ntwo*"),
        ("(*bold*)!", "(<strong>bold</strong>)!"),
        ("`a *b*`", "<code>a *b*</code>"),
        ("```x\n*y*```", "<pre><code>x\n*y*</code></pre>"),
        ("> said\n> twice\nno", "<blockquote>said\ntwice</blockquote>no"),
        ("a < b & c", "a &lt; b &amp; c"),
    ],
)
def test_marks_become_tags_when_they_stand_at_the_edge_of_words(text: str, html: str) -> None:
    assert message_html(text) == html


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://a.example/x.", "https://a.example/x"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("https://a.example/wiki/A_(b)", "https://a.example/wiki/A_(b)"),
        ("HTTP://A.example?q=1&r=_2_", "HTTP://A.example?q=1&r=_2_"),
        ("*https://a.example/*", "https://a.example/"),
    ],
)
def test_addresses_become_links_without_the_punctuation_around_them(text: str, address: str) -> None:
    [(_, attributes)] = [tag for tag in Reader(message_html(text)).tags if tag[0] == "a"]
    assert attributes == {"href": address, "rel": "noopener noreferrer", "target": "_blank"}


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "ftp://a.example", "data:text/html,x", "https://", "xhttps://a.example"]
)
def test_other_schemes_stay_text(text: str) -> None:
    assert "<a" not in message_html(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_found_as_text(text: str) -> None:
    read = Reader(message_html(text))
    assert {tag for tag, _ in read.tags} <= ALLOWED
    marks = re.compile(r"[*_~`>\s]")
    assert marks.sub("", read.text) == marks.sub("", text)


def test_direction_overrides_are_dropped_from_messages_and_all_of_them_from_names() -> None:
    assert message_html("photo\u202egpj.exe") == "photogpj.exe"
    assert plain("photo\u202egpj.exe\u2066\u2069\n") == "photogpj.exe"
    assert "\u202e" not in message_html("https://a.example/\u202eexe")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab *_~`>\n<&\"'/:.()https"), max_size=120))
def test_any_text_gives_balanced_allowed_tags_and_loses_only_marks(text: str) -> None:
    read = Reader(message_html(text))
    assert not read.open
    assert {tag for tag, _ in read.tags} <= ALLOWED
    for tag, attributes in read.tags:
        assert tag == "a" or attributes == {}
        assert tag != "a" or (attributes["href"] or "").lower().startswith(("http://", "https://"))
    marks = re.compile(r"[*_~`>\s]")
    assert marks.sub("", read.text) == marks.sub("", text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_unicode_of_any_kind_does_not_raise(text: str) -> None:
    Reader(message_html(text))
    plain(text)
    is_big_emoji(text)


@pytest.mark.parametrize(
    "piece",
    ["*a ", "_", "`", "```", "> ", "https://", "*a*_b_~c~ ", "https://a.example/))))", "~" * 9, "*_~"],
)
def test_long_hostile_text_is_formatted_in_linear_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    started = time.perf_counter()
    message_html(text)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize("text", ["🙌", "👍🏽", "❤️", "👨‍👩‍👧", "🇧🇷", "🙏 🙏", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣"])
def test_few_emoji_alone_are_large(text: str) -> None:
    assert is_big_emoji(text)


@pytest.mark.parametrize("text", ["", "ok 🙌", "🙌🙌🙌🙌", "12", "1", "*", "©opy", " "])
def test_text_and_many_emoji_are_not_large(text: str) -> None:
    assert not is_big_emoji(text)
