"""What do the names of one template stand for, in one deployment of it?"""

from collections.abc import Iterator, Mapping

from tests.harness.bicep.errors import BicepError
from tests.harness.bicep.evaluation import Evaluator, Locals
from tests.harness.bicep.parameters import check_names, check_value, start_of
from tests.harness.bicep.scopes import GROUP, Scope, resource_id
from tests.harness.bicep.surroundings import Environment
from tests.harness.bicep.syntax import (
    Body,
    If,
    Loop,
    Module,
    Name,
    Node,
    Object,
    Param,
    Resource,
    Template,
    Var,
    object_of,
)
from tests.harness.bicep.values import Instance, Place, Run, Value

type Element = Instance | Run
type Turn = tuple[Element, Locals]


class Frame:
    """One template with the values of its parameters, at one scope."""

    def __init__(
        self,
        template: Template,
        scope: Scope,
        given: Mapping[str, Value],
        environment: Environment,
        caller: Node | None = None,
    ) -> None:
        if template.scope != scope.kind:
            place = caller.place if caller else start_of(template)
            raise BicepError(
                place, f"{template.file.name} is for a {template.scope}, not for {scope.id}"
            )
        check_names(template, given, caller)
        self.template = template
        self.scope = scope
        self.environment = environment
        self.evaluator = Evaluator(self)
        self._values: dict[str, Value] = dict(given)
        self._turns: dict[str, list[Turn]] = {}
        self._busy: list[str] = []
        self._group: Instance | None = None

    # --- what the evaluator asks

    def value(self, name: Name) -> Value:
        declared = self.template.symbol(name.name)
        match declared:
            case None:
                raise BicepError(name.place, f"nothing is called {name.name!r}")
            case Param():
                return self.param(declared)
            case Var():
                if name.name not in self._values:
                    self._begin(name)
                    self._values[name.name] = self.evaluator.evaluate(declared.value, {})
                    self._busy.pop()
                return self._values[name.name]
            case Resource() | Module():
                elements = [element for element, _ in self.turns(declared)]
                return elements if isinstance(declared.body, Loop) else elements[0]

    def group(self) -> Instance:
        """The resource group of this deployment, as something that exists."""
        if self._group is None:
            if self.scope.kind != "resourceGroup":
                raise TypeError("resourceGroup() needs a name outside a template of a group")
            place = start_of(self.template)
            declared = Resource(
                place, "resourceGroup()", GROUP, "2021-04-01", existing=True, body=Object(place, ())
            )
            self._group = Instance(declared, self.scope.id, self.scope.group, active=True)
        return self._group

    def forget(self) -> None:
        """Something had to be read first: what was being evaluated is begun anew."""
        self._busy.clear()

    def _begin(self, name: Name) -> None:
        if name.name in self._busy:
            raise BicepError(name.place, f"{name.name!r} depends on itself")
        self._busy.append(name.name)

    # --- parameters

    def param(self, declared: Param) -> Value:
        if declared.name not in self._values:
            assert declared.default is not None
            self._values[declared.name] = self.evaluator.evaluate(declared.default, {})
        return self._values[declared.name]

    def check_params(self) -> None:
        for declared in self.template.params.values():
            check_value(declared, self.param(declared), self.evaluator)

    # --- resources and modules

    def turns(self, declared: Resource | Module) -> list[Turn]:
        """Each element with what the names of its loop stand for. Ids are known before anything is deployed."""
        if declared.name not in self._turns:
            name = Name(declared.place, declared.name)
            self._begin(name)
            self._turns[declared.name] = [
                (self._element(declared, given, active=active), given)
                for given, active in self._unrolled(declared.body)
            ]
            self._busy.pop()
        return self._turns[declared.name]

    def _unrolled(self, body: Body) -> Iterator[tuple[Locals, bool]]:
        if not isinstance(body, Loop):
            yield {}, self._holds(body, {})
            return
        for given in self.evaluator.turns(body, {}):
            inner = body.body
            yield given, self._holds(inner, given) if isinstance(inner, If) else True

    def _holds(self, body: Body, given: Locals) -> bool:
        return self.evaluator.truth(body.condition, given) if isinstance(body, If) else True

    def _element(self, declared: Resource | Module, given: Locals, *, active: bool) -> Element:
        name = self._name(declared, given)
        if isinstance(declared, Module):
            return Run(declared, name, active)
        outer = self._outer(declared, given)
        whole = f"{outer.id}/{declared.type.rpartition('/')[2]}/{name}" if outer else None
        own_id = whole or self._id(declared, name, given)
        is_active = active and (outer is None or outer.active)
        return Instance(declared, own_id, name, is_active)

    def _name(self, declared: Resource | Module, given: Locals) -> str:
        node = object_of(declared.body).find("name")
        if node is None and isinstance(declared, Module):
            return declared.name
        if node is None:
            raise BicepError(declared.place, f"{declared.name!r} has no name")
        name = self.evaluator.evaluate(node, given)
        if not isinstance(name, str) or not name:
            raise BicepError(node.place, f"the name of {declared.name!r} is {name!r}")
        return name

    def _outer(self, declared: Resource, given: Locals) -> Instance | None:
        """The resource above: the one it is nested in, or its `parent`."""
        node = object_of(declared.body).find("parent")
        if declared.inside:
            above = self.value(Name(declared.place, declared.inside))
        elif node is not None:
            above = self.evaluator.evaluate(node, given)
        else:
            return None
        if (
            not isinstance(above, Instance)
            or above.declared.type != declared.type.rpartition("/")[0]
        ):
            raise BicepError(
                declared.place,
                f"the parent of {declared.name!r} is no {declared.type.rpartition('/')[0]}",
            )
        return above

    def _id(self, declared: Resource, name: str, given: Locals) -> str:
        names = name.split("/")
        if len(names) != declared.type.count("/"):
            raise BicepError(
                declared.place,
                f"{declared.type} takes {declared.type.count('/')} names (or a parent), not {name!r}",
            )
        node = object_of(declared.body).find("scope")
        holder: Value = Place(self.scope) if node is None else self.evaluator.evaluate(node, given)
        if isinstance(holder, Instance):
            return resource_id(holder.id, declared.type, names)
        if not isinstance(holder, Place) or not holder.scope.holds(declared.type):
            raise BicepError(declared.place, f"{declared.type} cannot stand in {self.scope.id}")
        elsewhere = holder.scope != self.scope and not declared.existing
        if elsewhere:
            raise BicepError(
                declared.place, "what is deployed to another scope belongs in a module"
            )
        return resource_id(holder.scope.id, declared.type, names)

    def scope_of(self, module: Module, given: Locals) -> Scope:
        """Where a module is deployed: here, unless it says otherwise."""
        node = object_of(module.body).find("scope")
        if node is None:
            return self.scope
        value = self.evaluator.evaluate(node, given)
        if isinstance(value, Place):
            return value.scope
        if isinstance(value, Instance) and value.declared.type == GROUP:
            return Scope(value.id)
        raise BicepError(
            node.place, "the scope of a module is a group, a subscription or a management group"
        )
