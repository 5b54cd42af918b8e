"""The network of a day: parties as nodes, ties as edges, for Graphviz, Gephi and networkx.

DOT, GraphML 1.0, or JSON in the node-link form of networkx.  Two parties may be tied by
several agreements, so the graph has an edge for each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from tracker.domain.dates import AsOf
from tracker.domain.ties import Tie
from tracker.exports.shapes import of_coordinate

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
EDGE = ("agreement", "title", "form", "stage", "since", "event")


def of_ties(ties: Iterable[Tie]) -> list[dict[str, Any]]:
    """The edges: two codes, and what the tie is."""
    return [
        {
            "source": tie.one,
            "target": tie.other,
            "agreement": tie.agreement.subject,
            "title": tie.agreement.title,
            "form": str(tie.agreement.value("form")),
            "stage": tie.stage,
            "since": tie.since.isoformat(),
            "event": tie.event,
        }
        for tie in ties
    ]


def _coordinate(at: AsOf, root: str) -> dict[str, str]:
    known = at.known_by.isoformat() if at.known_by else ""
    return {
        "as_of": at.day.isoformat(),
        "known_by": known,
        "at_version": str(at.at_version or ""),
        "root": root,
        "expected": str(at.expected).lower(),
        "reading": at.reading or "",
    }


def dot(at: AsOf, root: str, names: Mapping[str, str], edges: Sequence[Mapping[str, Any]]) -> str:
    """The network for Graphviz."""
    lines = ["graph tracker {"]
    lines += [f"  {_quoted(key)}={_quoted(value)};" for key, value in _coordinate(at, root).items()]
    for code, name in sorted(names.items()):
        lines.append(f"  {_quoted(code)} [label={_quoted(code)}, tooltip={_quoted(name)}];")
    for edge in edges:
        said = ", ".join(f"{key}={_quoted(edge[key])}" for key in EDGE)
        lines.append(
            f"  {_quoted(edge['source'])} -- {_quoted(edge['target'])} "
            f"[label={_quoted(edge['agreement'].split('/')[1])}, {said}];"
        )
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def graphml(
    at: AsOf, root: str, names: Mapping[str, str], edges: Sequence[Mapping[str, Any]]
) -> str:
    """The network as GraphML."""
    whole = ElementTree.Element("graphml", xmlns=NAMESPACE)
    keys = [("graph", key) for key in _coordinate(at, root)]
    keys += [("node", "name"), *(("edge", key) for key in EDGE)]
    for kind, key in keys:
        attributes = {"id": f"{kind}_{key}", "for": kind, "attr.name": key, "attr.type": "string"}
        ElementTree.SubElement(whole, "key", attributes)
    graph = ElementTree.SubElement(whole, "graph", id="tracker", edgedefault="undirected")
    for key, value in _coordinate(at, root).items():
        ElementTree.SubElement(graph, "data", key=f"graph_{key}").text = value
    for code, name in sorted(names.items()):
        node = ElementTree.SubElement(graph, "node", id=code)
        ElementTree.SubElement(node, "data", key="node_name").text = name
    for number, edge in enumerate(edges):
        tie = ElementTree.SubElement(
            graph, "edge", id=f"e{number}", source=edge["source"], target=edge["target"]
        )
        for key in EDGE:
            ElementTree.SubElement(tie, "data", key=f"edge_{key}").text = edge[key]
    ElementTree.indent(whole)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        + ElementTree.tostring(whole, encoding="unicode")
        + "\n"
    )


def node_link(
    at: AsOf, root: str, names: Mapping[str, str], edges: Sequence[Mapping[str, Any]]
) -> str:
    """The network as JSON, which ``networkx.node_link_graph`` reads."""
    found = {
        "directed": False,
        "multigraph": True,
        "graph": _coordinate(at, root) | {"as_of": of_coordinate(at) | {"root": root}},
        "nodes": [{"id": code, "name": name} for code, name in sorted(names.items())],
        "edges": [{**edge, "key": number} for number, edge in enumerate(edges)],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
