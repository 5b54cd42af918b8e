"""Markup of pages and feeds: elements in which what an entry says can only ever be text.

Pages are built as trees, so that every tag is closed and every text escaped by one hand,
that of the standard library; an engine of templates would be one more thing to install.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, tostring

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINK = re.compile(r"https?://[^\s<>\"\\^`{|}\x00-\x20\x7f-\x9f]+")


def clean(text: str) -> str:
    """*text* with a replacement for every character that neither XML nor HTML may hold."""
    return text if text.isprintable() else _UNFIT.sub("\ufffd", text)


def is_link(address: str) -> bool:
    """Whether *address* is one that a page may link to: on the web, and nothing that runs."""
    return _LINK.fullmatch(address) is not None


def tag(name: str, /, *inside: Element | str | None, **attributes: str | None) -> Element:
    """The element *name* with texts and elements *inside*; what is None is left out.

    An attribute is named without what Python would trip over: ``class_``, ``http_equiv``,
    ``xmlns_fh``.
    """
    given = {
        key.rstrip("_").replace("xmlns_", "xmlns:").replace("_", "-"): clean(value)
        for key, value in attributes.items()
        if value is not None
    }
    made = Element(name, given)
    for each in inside:
        if isinstance(each, Element):
            made.append(each)
        elif each and len(made):
            made[-1].tail = (made[-1].tail or "") + clean(each)
        elif each:
            made.text = (made.text or "") + clean(each)
    return made


def html(element: Element) -> str:
    """*element* as HTML, on a line of its own."""
    return tostring(element, encoding="unicode", method="html") + "\n"


def xml(element: Element) -> bytes:
    """A document of XML, in UTF-8."""
    written = tostring(element, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written}\n'.encode()
