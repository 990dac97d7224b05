"""In which format is the answer written? Pure."""

import json
from collections.abc import Callable
from enum import StrEnum

from remediation.terminal import document, ocsf, page, sarif
from remediation.terminal.look import Survey


class Format(StrEnum):
    """How an answer may be written; a table is for people."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    SARIF = "sarif"
    OCSF = "ocsf"
    HTML = "html"


def as_json(value: object) -> str:
    """Indented, with the letters of every language as they are."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


WRITERS: dict[Format, Callable[[Survey], str]] = {
    Format.JSON: lambda survey: as_json(document.to_json(survey)),
    Format.CSV: document.to_csv,
    Format.SARIF: lambda survey: as_json(sarif.to_sarif(survey)),
    Format.OCSF: lambda survey: as_json(ocsf.to_ocsf(survey)),
    Format.HTML: page.to_html,
}
