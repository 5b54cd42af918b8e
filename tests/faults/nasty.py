"""What somebody could write to do harm, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SIGNS = (
    *("\0", "\x07", "\x1b", "\x1b[2J", "\x1b]0;owned\x07", "\x7f", "\x85", "\x9b31m", "\r", "\n"),
    *("\t", "\u202e", "\u2066", "\u2028", "\ufeff", "\ud800", "\udfff", "\U0010ffff", "e\u0301"),
    *("'", '"', "\\", "`", ";", "--", "/*", "%", "%s", "{0}", "$(id)", "../", "/", "*", "-", "="),
)
TEXTS = (
    *(
        "",
        " ",
        "0",
        "-0",
        "1e999999",
        "1e" + "9" * 30,
        "NaN",
        "Infinity",
        "9" * 5000,
        "0x" + "f" * 99,
    ),
    *("0000-00-00", "9999-12-31", "9999-99-99", "10000-01-01", "-0001-01-01", "2025-02-29"),
    *("+999999999d", "-999999999y", "[2025-01-02..2025-01-01]", "../0001-01-01", "2025-Q5"),
    *("2025-04-03T99:99Z", "2025-04-03T00:00+99:99", "04/02/2025", "A..B", "..", "2025..2024"),
    *("'; DROP TABLE log; --", '" OR 1=1 --', 'a" NEAR b', "title:x", "a AND NOT b", "^a", "x*"),
    *("javascript:alert(1)", "file:///etc/passwd", "https://", "https://a\\@b", "https://[::1"),
    *("../../etc/passwd", "/etc/passwd", "CON", "a" * 300, "a" * 5000, "measure/" + "a" * 3000),
    *(
        "measure/",
        "/",
        "measure/x/y",
        "agreement/..",
        "claim/\u0661",
        "US",
        "us",
        "*",
        "ZZ",
        "EU,US",
    ),
    *("[[event]]", "=1+1", "+1", "@x", "{}", "[", "{" * 100, "\\u0000", "\\ud800"),
)


def nasty_texts() -> st.SearchStrategy[str]:
    """Texts that have broken something somewhere, and any other."""
    signs = st.lists(st.sampled_from(SIGNS) | st.text(max_size=3), max_size=4).map("".join)
    return st.sampled_from(TEXTS) | signs | st.text(max_size=20)


def json_values() -> st.SearchStrategy[Any]:
    """Any value of JSON, mostly of the unpleasant kind."""
    single = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | nasty_texts()
        | st.sampled_from([10**400, -(10**400), 1e308, 5e-324])
    )
    return st.recursive(
        single,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["kind", "url", "effects"]) | nasty_texts(), inner)
        ),
        max_leaves=6,
    )


def toml_texts() -> st.SearchStrategy[str]:
    """Texts that begin as TOML and may end as anything."""
    keys = st.sampled_from(
        ["id", "title", "occurred", "effects", "sources", "event", "event.a", '"\\u001b"', "a.b.c"]
    )
    values = st.one_of(
        st.sampled_from(["1", "2025-03-26", "'x'", "nan", "inf", "1e400", "[", "{", "'''", '"""']),
        st.sampled_from(["[[[]]]", "{a={b={}}}", "0xffff", "07:32:00", "2025-03-26T10:00:00"]),
        nasty_texts().map(lambda text: f"'{text}'"),
        nasty_texts(),
    )
    assigned = st.tuples(keys, values).map(" = ".join)
    headers = st.sampled_from(["[[event]]", "[event]", "[[event.effects]]", "[event.a]", "#", ""])
    return st.lists(headers | assigned, max_size=8).map("\n".join)
