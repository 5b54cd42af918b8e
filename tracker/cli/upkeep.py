"""Upkeep: rebuild, stats, schema."""

import json
from typing import Annotated

import typer

from tracker.cli import options
from tracker.cli.options import Format, note, open_tracker


def rebuild(db: options.Db = None) -> None:
    """Throw away what is computed from the log and compute it again.

    \b
    tracker rebuild
    """
    from tracker.cli import output

    found = open_tracker(db).rebuild()
    output.write(f"facts {found.digest}\n")
    if found.before != found.digest:
        note(f"the facts were others before: {found.before}")


def stats(format: options.AnyFormat = Format.table, db: options.Db = None) -> None:
    """Show how much the log holds, year by year, and a digest over all facts.

    \b
    tracker stats --format json
    """
    from tracker.cli import output
    from tracker.exports.shapes import root

    found = open_tracker(db).stats()
    flat = found | {
        "subjects": ", ".join(f"{count} {kind}" for kind, count in found["subjects"].items())
    }
    years = flat.pop("years")
    flat |= {
        year: ", ".join(f"{count} {what}" for what, count in each.items())
        for year, each in years.items()
    }
    output.show(
        format,
        shape=found | {"root": root(found["version"])},
        rows=({"what": name, "value": value} for name, value in flat.items()),
        columns=("what", "value"),
    )


def schema(
    what: Annotated[
        str, typer.Argument(help="catalogue: a TOML file of events; event: one entry.")
    ] = "catalogue",
) -> None:
    """Print the JSON Schema of the catalogue's files, for an editor.

    \b
    tracker schema > tracker.schema.json
    """
    from tracker.cli import output
    from tracker.domain.events import EVENT, CatalogueFile
    from tracker.errors import NotFound

    match what:
        case "catalogue":
            found = CatalogueFile.model_json_schema(by_alias=True)
        case "event":
            found = EVENT.json_schema(by_alias=True)
        case _:
            raise NotFound(f"there is no schema {what}: there are catalogue and event")
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
    output.write_exactly(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
