"""Markdown: what an entry says is text in it, whatever it looks like."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tracker.domain.dates import AsOf
from tracker.exports import markdown

nasty = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://example.org/a.png)",
        "**bold** _it_ ~~no~~ `code` $x$",
        "| a | b |",
        "# a\n- b\n1. c",
        "&lt; &amp; \\",
        "=HYPERLINK(1)",
        "\u200fעברית\u200f",
        "👩‍🚀",
    ]
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1) | nasty


def inline(source: str) -> list[Token]:
    """What stands in the paragraphs and items of *source*, as CommonMark and GFM read it."""
    reader = MarkdownIt("gfm-like", {"linkify": False})
    return [
        each
        for block in reader.parse(source)
        for each in block.children or ()
        if block.type == "inline"
    ]


@given(texts)
def test_a_text_is_read_as_the_text_it_was_and_as_nothing_else(said: str) -> None:
    found = inline(f"x {markdown.text(said)} x")

    assert {each.type for each in found} <= {"text", "text_special"}
    shown = "".join(each.content for each in found)
    assert " ".join(shown.split()) == " ".join(["x", *said.split(), "x"])


@given(texts)
def test_what_changed_is_a_list_with_nothing_in_it_that_an_entry_made_up(said: str) -> None:
    row = {
        "subject": "measure/cars",
        "part": "line/all",
        "before": said,
        "after": "",
        "cause": "the world changed",
        "event": "2025-04-03-cars",
    }

    found = markdown.of_changes([row], AsOf(date(2025, 4, 2)), AsOf(date(2025, 4, 3)))

    read = MarkdownIt("gfm-like", {"linkify": False}).parse(found)
    assert {block.type for block in read} == {
        *("paragraph_open", "paragraph_close", "inline"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    }
    assert {each.type for each in inline(found)} <= {
        *("text", "text_special", "code_inline", "strong_open", "strong_close")
    }
