"""A shelf in the place of Azure, for templates that are about Bicep and not about resources."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.harness.bicep import Deployment, Environment, Order, Scope, deploy, last_first

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
GROUP = Scope.of_group(SUBSCRIPTION, "rg")
WHOLE = Scope.of_subscription(SUBSCRIPTION)
ENVIRONMENT = Environment("99999999-9999-4999-8999-999999999999", "somebody")

type Json = dict[str, Any]


class Shelf:
    """Takes what it is given, adds a mark of its own, and shows it again."""

    def __init__(self, there: Mapping[str, Json] | None = None) -> None:
        self.resources: dict[str, Json] = dict(there or {})
        self.asked: list[str] = []

    async def get(self, resource_id: str, version: str) -> Json:
        self.asked.append(f"{resource_id}@{version}")
        return self.resources[resource_id]

    async def put(self, resource_id: str, version: str, body: Json) -> Json:
        del version
        properties = {**body.get("properties", {}), "number": len(self.resources)}
        self.resources[resource_id] = {**body, "id": resource_id, "properties": properties}
        return self.resources[resource_id]


async def run(
    folder: Path,
    source: str,
    *,
    scope: Scope = GROUP,
    params: Mapping[str, Any] | None = None,
    shelf: Shelf | None = None,
    order: Order = last_first,
    **modules: str,
) -> Deployment:
    """Deploys `source`; each further name is the source of a module `name.bicep` beside it."""
    for name, text in {"main": source, **modules}.items():
        (folder / f"{name}.bicep").write_text(text, "utf-8")
    return await deploy(
        shelf or Shelf(), folder / "main.bicep", scope, params or {}, ENVIRONMENT, order=order
    )


async def value_of(folder: Path, expression: str, type_: str = "string", before: str = "") -> Any:
    """What an expression amounts to, as an output."""
    deployment = await run(folder, f"{before}\noutput it {type_} = {expression}\n")
    return deployment.outputs["it"]
