"""What does the lab get from the shipped templates? Everything that an installation of Latch consists of.

`install` deploys `infra/main.bicep` over ARM, as a person with rights of their own; `Installation` is what stands in
the world afterwards. Nothing in here knows a name of a queue, a filter or a setting: the templates say them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from yarl import URL

from tests.harness.bicep import (
    Deployment,
    Environment,
    Manager,
    Order,
    Scope,
    deploy,
    last_first,
)
from tests.harness.ids import ArmId, key
from tests.harness.physics.platform_types import (
    CONTAINER,
    EVENT_SUBSCRIPTION,
    QUEUE,
    SITE_CONFIG,
    SITE_FUNCTION,
    SYSTEM_TOPIC,
    TABLE,
)
from tests.harness.world import Json, Resource, World

TEMPLATES = Path(__file__).parents[2] / "infra"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Values for the parameters of main.bicep; what is not named here stands in `more`."""

    watched: tuple[str, ...]
    name: str = "lab"
    location: str = "japaneast"
    rights: str = "restore"
    ingest: str = "queue"
    code_is_deployed: bool = False
    more: Mapping[str, object] = field(default_factory=dict)

    def values(self) -> Json:
        return {
            "environmentName": self.name,
            "location": self.location,
            "watchedSubscriptions": list(self.watched),
            "rights": self.rights,
            "ingest": self.ingest,
            "codeIsDeployed": self.code_is_deployed,
            **self.more,
        }


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An event subscription: whose changes, under which name, and the properties that ARM was given."""

    watched: str
    name: str
    properties: Json
    principal: str


@dataclass(frozen=True, slots=True)
class Installation:
    """Latch as it stands in the world."""

    outputs: Json
    world: World

    @property
    def principal(self) -> str:
        """The object id of Latch's identity."""
        principal: str = self.outputs["LATCH_PRINCIPAL_ID"]
        return principal

    @property
    def app_id(self) -> str:
        app_id: str = self.outputs["LATCH_APP_ID"]
        return app_id

    @property
    def settings(self) -> dict[str, str]:
        """The app settings, as the templates wrote them."""
        config = self.world.get(f"{self.app_id}/config/appsettings")
        assert config is not None
        assert config.type == SITE_CONFIG
        return dict(config.properties)

    def settings_at(self, places: Mapping[str, str]) -> dict[str, str]:
        """The settings, with each address whose host ends like a key of `places` replaced by where the lab has it."""
        return {name: _moved(value, places) for name, value in self.settings.items()}

    @property
    def queues(self) -> list[str]:
        return sorted(resource.name for resource in self.world.of_type(QUEUE))

    @property
    def containers(self) -> list[str]:
        return sorted(resource.name for resource in self.world.of_type(CONTAINER))

    @property
    def tables(self) -> list[str]:
        return sorted(resource.name for resource in self.world.of_type(TABLE))

    def subscribers(self) -> Iterator[Subscriber]:
        for resource in self.world.of_type(EVENT_SUBSCRIPTION):
            topic = self.world.get(ArmId.parse(resource.id).parent)
            assert topic is not None
            assert topic.type == SYSTEM_TOPIC
            yield Subscriber(
                topic.properties["source"].rpartition("/")[2],
                resource.name,
                _asked(resource),
                topic.body["identity"]["principalId"],
            )

    def publish(self, functions: Mapping[str, str]) -> None:
        """The code is there: its functions, each with the type of its trigger."""
        for name, trigger in functions.items():
            own_id = f"{self.app_id}/functions/{name}"
            bindings = [{"type": trigger, "direction": "in"}]
            body = {
                "id": own_id,
                "name": name,
                "type": SITE_FUNCTION,
                "properties": {"name": name, "config": {"bindings": bindings}},
            }
            self.world.put(Resource(own_id, SITE_FUNCTION, body))


def _asked(resource: Resource) -> Json:
    """The properties without what Azure adds."""
    return {n: v for n, v in resource.properties.items() if n != "provisioningState"}


def _moved(value: str, places: Mapping[str, str]) -> str:
    host = (URL(value).host or "") if value.startswith("https://") else ""
    return next((url for ending, url in places.items() if host.endswith(ending)), value)


async def install(
    world: World,
    manager: Manager,
    where: str,
    wishes: Wishes,
    *,
    order: Order = last_first,
    templates: Path = TEMPLATES,
) -> tuple[Installation, Deployment]:
    """Deploys Latch into the subscription `where`. Raises BicepError, and RefusedError when ARM says no."""
    environment = Environment(world.tenant)
    deployment = await deploy(
        manager,
        templates / "main.bicep",
        Scope.of_subscription(where),
        wishes.values(),
        environment,
        order=order,
    )
    return Installation(deployment.outputs, world), deployment


def differences(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterable[str]:
    """Which resources came, went or changed; etags are left out, because Network gives a new one to every write."""
    for name in sorted({*before, *after}):
        if _without_etags(before.get(name)) != _without_etags(after.get(name)):
            yield key(name)


def _without_etags(value: object) -> object:
    match value:
        case dict():
            return {n: _without_etags(v) for n, v in value.items() if n != "etag"}
        case list():
            return [_without_etags(item) for item in value]
        case _:
            return value
