"""How does a template become resources? One after the other, as their dependencies allow, module by module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.harness.bicep.checking import check
from tests.harness.bicep.evaluation import Locals
from tests.harness.bicep.frame import Frame
from tests.harness.bicep.order import Order, in_order, last_first
from tests.harness.bicep.parameters import check_output, plain
from tests.harness.bicep.parser import load
from tests.harness.bicep.scopes import Scope
from tests.harness.bicep.surroundings import Environment
from tests.harness.bicep.syntax import Expression, Module, Object, Resource, object_of
from tests.harness.bicep.values import Instance, Json, NeedsError, Run, Value

_OF_RESOURCES = frozenset({"name", "parent", "scope", "dependsOn"})


class Azure(Protocol):
    """Where resources are put and read: see `Manager`."""

    async def get(self, resource_id: str, version: str) -> Json: ...
    async def put(self, resource_id: str, version: str, body: Json) -> Json: ...


@dataclass(frozen=True, slots=True)
class Written:
    """One resource as the template wrote it."""

    id: str
    type: str
    version: str
    body: Json
    template: str


@dataclass(slots=True)
class Deployment:
    """What a deployment wrote, in order, and what it put out."""

    written: list[Written] = field(default_factory=list)
    outputs: Json = field(default_factory=dict)

    def of_type(self, type_: str) -> list[Written]:
        return [each for each in self.written if each.type == type_]


async def deploy(
    azure: Azure,
    file: Path,
    scope: Scope,
    given: Mapping[str, Value],
    environment: Environment,
    *,
    order: Order = last_first,
) -> Deployment:
    """Deploys a template. Raises BicepError for the template, and whatever `azure` raises."""
    template = load(file)
    check(template)
    deployment = Deployment()
    frame = Frame(template, scope, given, environment)
    deployment.outputs = await _Deployer(azure, deployment, order).run(frame)
    return deployment


class _Deployer:
    def __init__(self, azure: Azure, deployment: Deployment, order: Order) -> None:
        self._azure = azure
        self._deployment = deployment
        self._order = order

    async def run(self, frame: Frame) -> Json:
        """Everything in one template; the outputs."""
        await self._start(frame)
        for declared in in_order(frame.template, self._order):
            for element, given in frame.turns(declared):
                match declared, element:
                    case Resource(), Instance() if element.active:
                        await self._put(frame, declared, element, given)
                    case Module(), Run() if element.active:
                        await self._module(frame, declared, element, given)
        return await self._outputs(frame)

    async def _start(self, frame: Frame) -> None:
        """Names, scopes, loops and conditions are known before the first resource is written."""
        await self._read(frame, frame.check_params)
        for resource in frame.template.resources.values():
            frame.turns(resource)
        for module in frame.template.modules.values():
            for element, given in frame.turns(module):
                if element.active:
                    frame.scope_of(module, given)

    async def _put(
        self, frame: Frame, declared: Resource, element: Instance, given: Locals
    ) -> None:
        node = object_of(declared.body)
        body = await self._object(frame, node, given, _OF_RESOURCES)
        self._deployment.written.append(
            Written(element.id, declared.type, declared.version, body, frame.template.file.name)
        )
        element.body = await self._azure.put(element.id, declared.version, body)

    async def _module(self, frame: Frame, declared: Module, element: Run, given: Locals) -> None:
        file = frame.template.file.parent / declared.path
        node = object_of(declared.body).find("params")
        params: Json = {}
        if isinstance(node, Object):
            params = await self._object(frame, node, given)
        scope = frame.scope_of(declared, given)
        inner = Frame(load(file.resolve()), scope, params, frame.environment, declared)
        element.outputs = await self.run(inner)

    async def _outputs(self, frame: Frame) -> Json:
        found: Json = {}
        for name, output in frame.template.outputs.items():
            value = await self._value(frame, output.value, {})
            check_output(output, name, output.type, value)
            found[name] = plain(output, value)
        return found

    # --- evaluating, with reading what exists

    async def _object(
        self, frame: Frame, node: Object, given: Locals, without: frozenset[str] = frozenset()
    ) -> Json:
        value = await self._read(frame, lambda: frame.evaluator.object(node, given, without))
        found: Json = plain(node, value)
        return found

    async def _value(self, frame: Frame, node: Expression, given: Locals) -> Value:
        return await self._read(frame, lambda: frame.evaluator.evaluate(node, given))

    async def _read[T](self, frame: Frame, work: Callable[[], T]) -> T:
        """Works again after each thing that had to be read first."""
        while True:
            try:
                return work()
            except NeedsError as need:
                frame.forget()
                known = need.instance
                known.body = await self._azure.get(known.id, known.declared.version)
