"""WhatsApp's marks become tags, and nothing else does."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rookery.web.formatting import MOST, Formatter, is_big_emoji, mentions, message_html, plain

ALLOWED = {"strong", "em", "s", "code", "pre", "blockquote", "a", "ul", "ol", "li"}
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
        ("*not bold *", "*not bold *"),
        ("a *b *c*", "a *b <strong>c</strong>"),
        ("*a _b* c_", "<strong>a _b</strong> c_"),
        ("_a *b_ *c*", "<em>a *b</em> <strong>c</strong>"),
        ("***", "***"),
        ("- milk\n- *beans*", "<ul><li>milk</li><li><strong>beans</strong></li></ul>"),
        ("* milk\n* beans\nthen", "<ul><li>milk</li><li>beans</li></ul>then"),
        ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
        ("so\n4. four", 'so<ol start="4"><li>four</li></ol>'),
        ("-5 degrees", "-5 degrees"),
        ("1.5 kg", "1.5 kg"),
        (">close", "<blockquote>close</blockquote>"),
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
        assert tag in ("a", "ol") or attributes == {}
        assert tag != "a" or (attributes["href"] or "").lower().startswith(("http://", "https://"))
    marks = re.compile(r"[*_~`>\s]")
    assert marks.sub("", read.text) == marks.sub("", text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_unicode_of_any_kind_does_not_raise(text: str) -> None:
    Reader(message_html(text))
    plain(text)
    is_big_emoji(text)


PIECES = [
    "*a ", "*a* ", "_", "`", "```", "> q\n", "- a\n", "1. a\n", "https://", "http:// ", "*a*_b_~c~ ", "\n",
    "https://a.example/))))", "~" * 9, "*_~", "@5521987650000 ", "```a``` ",
]  # fmt: skip


def work(text: str) -> int:
    """Calls that formatting makes, Python's and the patterns': the same on every machine, whatever else it does."""
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        message_html(text)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("piece", PIECES)
def test_twice_the_text_is_at_most_twice_the_work(piece: str) -> None:
    half = piece * (MOST // 4)
    assert work(half + half) <= 2 * work(half) + 50
    assert work(piece * (65_536 // len(piece))) <= 60 * MOST


@pytest.mark.parametrize("piece", ["*_~", "@5521987650000 ", "- a\n", "https://a.example/ "])
def test_what_follows_the_bound_stays_as_typed(piece: str) -> None:
    text = piece * (65_536 // len(piece)) + "<end>"
    made = Formatter(text)
    html = made.html()
    assert made.steps <= MOST + 1
    assert html.endswith(("&lt;end&gt;", "&lt;end&gt;</li></ul>"))
    assert not Reader(html).open


def test_mentions_are_names_of_those_who_are_known() -> None:
    text = "@5521987650000 and @98765432101234, not @4711 nor a@5521987650000x"
    assert mentions(text) == ["5521987650000", "98765432101234"]
    html = message_html(text, (("5521987650000", "Bia <b>"),))
    assert '<span class="mention"><bdi>@Bia &lt;b&gt;</bdi></span> and @98765432101234' in html


def test_names_of_both_directions_lose_every_mark_of_direction() -> None:
    assert plain("\u200f\u061cab\u200e\u2068c\u2069") == "abc"


@pytest.mark.parametrize("text", ["🙌", "👍🏽", "❤️", "👨‍👩‍👧", "🇧🇷", "🙏 🙏", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣"])
def test_few_emoji_alone_are_large(text: str) -> None:
    assert is_big_emoji(text)


@pytest.mark.parametrize("text", ["", "ok 🙌", "🙌🙌🙌🙌", "12", "1", "*", "©opy", " "])
def test_text_and_many_emoji_are_not_large(text: str) -> None:
    assert not is_big_emoji(text)
