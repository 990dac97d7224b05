"""What does a destination get in one attempt, and in which words?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.harness.world import Json

# An event, or any text that someone wants delivered as it stands.
type Cargo = Json | str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One attempt: a single event unless the event subscription asks for batches."""

    cargos: tuple[Cargo, ...]
    headers: Mapping[str, str]

    @property
    def cargo(self) -> Cargo:
        """The event, or the first of a batch."""
        return self.cargos[0]

    @property
    def body(self) -> str:
        """An array in EventGridSchema (event-schema.md); a single CloudEvent is none (cloud-event-schema.md)."""
        if isinstance(self.cargo, str):
            return self.cargo
        alone = "specversion" in self.cargo and len(self.cargos) == 1
        return json.dumps(self.cargo if alone else self.cargos)


def packed(name: str, cargos: Sequence[Cargo], attempts: int) -> Parcel:
    """`attempts` is how many were made before this one."""
    return Parcel(tuple(cargos), _headers(name, cargos, attempts))


def text_of(cargo: Cargo) -> str:
    return cargo if isinstance(cargo, str) else json.dumps(cargo)


def _headers(name: str, cargos: Sequence[Cargo], attempts: int) -> dict[str, str]:
    # Source: delivery-and-retry.md; the count is 0 at the first try: azure-docs#34600.
    first = cargos[0] if isinstance(cargos[0], dict) else {}
    common = {
        "aeg-subscription-name": name.upper(),
        "aeg-delivery-count": str(attempts),
        "aeg-event-type": "Notification",
        "aeg-metadata-version": str(first.get("metadataVersion", "1")),
    }
    if len(cargos) == 1:
        common["aeg-output-event-id"] = str(first.get("id", ""))
    if "specversion" in first:
        # That a batch of CloudEvents is delivered under this type is not verified.
        kind = "cloudevents+json" if len(cargos) == 1 else "cloudevents-batch+json"
        return common | {"Content-Type": f"application/{kind}; charset=utf-8"}
    return common | {
        "Content-Type": "application/json; charset=utf-8",
        "aeg-data-version": str(first.get("dataVersion", "")),
    }
