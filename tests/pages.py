"""A reader of pages: each tag must be closed, and each text is as a browser has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "col", "wbr"}
"""Elements that are never closed (HTML, 13.1.2), of those that our pages have."""


@dataclass
class Node:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str | None]
    inside: list[Node | str] = field(default_factory=list)

    def all(self, tag: str | None = None, **attributes: str) -> Iterator[Node]:
        """The elements below, in their order, with this tag and these attributes."""
        for each in self.inside:
            if isinstance(each, Node):
                named = {
                    name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()
                }
                if tag in (None, each.tag) and named.items() <= each.attributes.items():
                    yield each
                yield from each.all(tag, **attributes)

    def one(self, tag: str | None = None, **attributes: str) -> Node:
        """The one element below that is so."""
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def text(self) -> str:
        """All texts below, as they stand."""
        return "".join(each if isinstance(each, str) else each.text for each in self.inside)

    def __getitem__(self, name: str) -> str:
        value = self.attributes[name]
        assert value is not None
        return value


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"{tag} has an attribute twice"
        node = Node(tag, dict(attrs))
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop().tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def read(page: bytes | str) -> Node:
    """The page as a tree.

    Raises:
        AssertionError: a tag is not closed, or closed out of turn.
    """
    reader = _Reader()
    reader.feed(page.decode() if isinstance(page, bytes) else page)
    reader.close()
    assert len(reader.open) == 1, f"{reader.open[-1].tag} is not closed"
    return reader.open[0]


SAFE = {
    *("html", "head", "meta", "title", "style", "link", "body", "div", "header", "nav", "main"),
    *("section", "footer", "h1", "h2", "h3", "p", "dl", "dt", "dd", "ul", "ol", "li", "br"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td"),
    *("a", "code", "bdi", "span", "strong", "wbr"),
}
QUIET = {
    *("lang", "charset", "http-equiv", "content", "name", "id", "class", "scope", "colspan"),
    *("aria-label", "href", "rel", "type", "title"),
}


def assert_harmless(page: Node) -> None:
    """That it runs nothing, fetches nothing, and links to nothing but the web and itself."""
    for node in page.all():
        assert node.tag in SAFE
        assert node.attributes.keys() <= QUIET, node.attributes
        if node.tag == "link":
            assert node["rel"] == "alternate"
        elif "href" in node.attributes:
            address = node["href"]
            outside = ":" in address.split("/")[0]
            assert not outside or address.startswith(("http://", "https://")), address
            assert not outside or node["rel"] == "noopener noreferrer"
    for node in page.all("meta"):
        assert node.attributes.get("http-equiv") in (None, "Content-Security-Policy")


def assert_accessible(page: Node) -> None:
    """That its language, order and tables are told to whoever does not see them."""
    assert page.one("html")["lang"] == "en"
    assert page.one("title").text == page.one("h1").text
    assert page.one("main")
    level = 0
    for node in page.all():
        if node.tag in ("h1", "h2", "h3"):
            assert int(node.tag[1]) <= level + 1
            level = int(node.tag[1])
    for table in page.all("table"):
        assert table.one("caption").text
        assert all(each.attributes.get("scope") for each in table.all("th"))
        assert list(table.all("th", scope="col"))
    names = [node["id"] for node in page.all() if "id" in node.attributes]
    assert len(names) == len(set(names))
    for node in page.all("a"):
        if node["href"].startswith("#"):
            assert node["href"][1:] in names, node["href"]
