"""Which properties do Microsoft's models know? They come in two kinds: old ones with a map, new ones with fields."""

import re
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from azure.mgmt.applicationinsights import models as insights
from azure.mgmt.authorization import models as authorization
from azure.mgmt.eventgrid import models as event_grid
from azure.mgmt.loganalytics import models as logs
from azure.mgmt.monitor import models as monitor
from azure.mgmt.msi import models as identities
from azure.mgmt.network import models as network
from azure.mgmt.privatedns import models as dns
from azure.mgmt.storage import models as storage
from azure.mgmt.web import models as web

# The body of a PUT of each type.
MODELS: dict[str, type] = {
    "Microsoft.Authorization/roleAssignments": authorization.RoleAssignment,
    "Microsoft.Authorization/roleDefinitions": authorization.RoleDefinition,
    "Microsoft.EventGrid/systemTopics": event_grid.SystemTopic,
    "Microsoft.EventGrid/systemTopics/eventSubscriptions": event_grid.EventSubscription,
    "Microsoft.EventGrid/topics": event_grid.Topic,
    "Microsoft.Insights/actionGroups": monitor.ActionGroupResource,
    "Microsoft.Insights/activityLogAlerts": monitor.ActivityLogAlertResource,
    "Microsoft.Insights/components": insights.ApplicationInsightsComponent,
    "Microsoft.Insights/metricAlerts": monitor.MetricAlertResource,
    "Microsoft.Insights/scheduledQueryRules": monitor.ScheduledQueryRuleResource,
    "Microsoft.Insights/workbooks": insights.Workbook,
    "Microsoft.ManagedIdentity/userAssignedIdentities": identities.Identity,
    "Microsoft.Network/networkSecurityGroups": network.NetworkSecurityGroup,
    "Microsoft.Network/privateDnsZones": dns.PrivateZone,
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": dns.VirtualNetworkLink,
    "Microsoft.Network/privateEndpoints": network.PrivateEndpoint,
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": network.PrivateDnsZoneGroup,
    "Microsoft.Network/virtualNetworks": network.VirtualNetwork,
    "Microsoft.OperationalInsights/workspaces": logs.Workspace,
    "Microsoft.Storage/storageAccounts": storage.StorageAccountCreateParameters,
    "Microsoft.Storage/storageAccounts/blobServices": storage.BlobServiceProperties,
    "Microsoft.Storage/storageAccounts/blobServices/containers": storage.BlobContainer,
    "Microsoft.Storage/storageAccounts/managementPolicies": storage.ManagementPolicy,
    "Microsoft.Storage/storageAccounts/queueServices": storage.QueueServiceProperties,
    "Microsoft.Storage/storageAccounts/queueServices/queues": storage.StorageQueue,
    "Microsoft.Storage/storageAccounts/tableServices": storage.TableServiceProperties,
    "Microsoft.Storage/storageAccounts/tableServices/tables": storage.Table,
    "Microsoft.Web/serverfarms": web.AppServicePlan,
    "Microsoft.Web/sites": web.Site,
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": (
        web.CsmPublishingCredentialsPoliciesEntity
    ),
    "Microsoft.Web/sites/config": web.StringDictionary,
}

# No package of the environment models these; the shapes of the ARM emulator check them.
WITHOUT_MODEL = frozenset(
    {
        "Microsoft.Authorization/locks",
        "Microsoft.Authorization/policyAssignments",
        "Microsoft.Insights/diagnosticSettings",
        "Microsoft.Insights/privateLinkScopes",
        "Microsoft.Insights/privateLinkScopes/scopedResources",
        "Microsoft.Resources/resourceGroups",
    }
)

type Fields = dict[str, Any]


def strangers(body: Any, kind: Any, path: str = "") -> Iterator[str]:
    """The properties of a body that its model does not know."""
    match body:
        case list():
            inner = _inner(kind)
            for number, item in enumerate(body):
                yield from strangers(item, inner, f"{path}[{number}]")
        case dict():
            yield from _of_object(body, kind, path)
        case _:
            return


def _of_object(body: Mapping[str, Any], kind: Any, path: str) -> Iterator[str]:
    model = _model(kind)
    if isinstance(kind, dict):
        fields: Fields = kind
    elif model is None:
        # A dictionary, or something the model leaves open: its values may be modeled.
        for name, value in body.items():
            yield from strangers(value, _inner(kind), f"{path}.{name}")
        return
    else:
        fields = _fields(_subtype(model, body))
    for name, value in body.items():
        where = f"{path}.{name}".lstrip(".")
        if name not in fields:
            yield where
        else:
            yield from strangers(value, fields[name], where)


def _subtype(model: type, body: Mapping[str, Any]) -> type:
    """The model that the discriminator of a body chooses."""
    for attribute, subtypes in vars(model).get("_subtype_map", {}).items():
        wire = model._attribute_map[attribute]["key"].replace("\\.", ".")  # type: ignore[attr-defined]
        name = subtypes.get(body.get(wire))
        if name is not None:
            return _subtype(getattr(_package(model), name), body)
    for wire, known in getattr(model, "__mapping__", {}).items():
        if wire in body.values() and known is not model:
            return _subtype(known, body)
    return model


def _fields(model: type) -> Fields:
    """What each property of the wire is; an old model keeps `properties.x` beside its own."""
    if hasattr(model, "_attribute_map"):
        return _old(model)
    package = _package(model)
    hints = typing.get_type_hints(model, localns={**vars(package), "_models": package})
    return {field._rest_name: hints[name] for name, field in model()._attr_to_rest_field.items()}


def _old(model: type) -> Fields:
    found: Fields = {}
    for entry in model._attribute_map.values():  # type: ignore[attr-defined]
        *above, last = re.split(r"(?<!\\)\.", entry["key"])
        level = found
        for name in above:
            level = level.setdefault(name, {})
        level[last.replace("\\.", ".")] = (_package(model), entry["type"])
    return found


def _package(model: type) -> types.ModuleType:
    return sys.modules[model.__module__.rpartition(".models")[0] + ".models"]


def _model(kind: Any) -> type | None:
    """The model in an annotation, if there is one."""
    if isinstance(kind, tuple):
        package, name = kind
        found = getattr(package, name, None)
        return found if isinstance(found, type) and hasattr(found, "_attribute_map") else None
    for each in (kind, *typing.get_args(kind)):
        if isinstance(each, type) and (hasattr(each, "_attribute_map") or _is_new(each)):
            return each
    return None


def _is_new(kind: type) -> bool:
    return any(base.__module__.endswith("model_base") for base in kind.__mro__)


def _inner(kind: Any) -> Any:
    """What is inside a list or a dictionary."""
    if isinstance(kind, tuple):
        package, name = kind
        return (package, name.strip("[]{}"))
    for each in (kind, *typing.get_args(kind)):
        if typing.get_origin(each) in {list, dict}:
            return typing.get_args(each)[-1]
    return None
