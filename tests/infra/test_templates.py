"""Do the shipped templates parse, speak only of what is there, and keep to what Microsoft's models know?"""

import json
from pathlib import Path
from typing import Any

import pytest
import tree_sitter
import tree_sitter_bicep
from pycep import BicepParser

from tests.harness.arm.routing import versions
from tests.harness.bicep import load
from tests.harness.bicep.checking import faults
from tests.harness.bicep.syntax import Resource, Template, walk
from tests.harness.deployment import TEMPLATES, Installation
from tests.infra.sdk_models import MODELS, WITHOUT_MODEL, strangers

FILES = sorted(TEMPLATES.rglob("*.bicep"))
ROOTS = sorted(TEMPLATES.glob("*.bicep"))
by_name = pytest.mark.parametrize("file", FILES, ids=[f.name for f in FILES])


def declared(template: Template) -> dict[str, set[str]]:
    outer = {name for name, r in template.resources.items() if not r.inside}
    return {
        "parameters": set(template.params),
        "variables": set(template.variables),
        "resources": outer,
        "modules": set(template.modules),
        "outputs": set(template.outputs),
    }


@by_name
def test_pycep_reads_it_and_finds_the_same_declarations(file: Path) -> None:
    found: Any = BicepParser().parse(text=file.read_text("utf-8"))

    for kind, names in declared(load(file)).items():
        assert names == {n for n in found.get(kind, {}) if "__" not in n}, kind


@by_name
def test_tree_sitter_reads_it_and_finds_the_same_declarations(file: Path) -> None:
    language = tree_sitter.Language(tree_sitter_bicep.language())
    tree = tree_sitter.Parser(language).parse(file.read_bytes())
    kinds = {
        "parameters": "parameter_declaration",
        "variables": "variable_declaration",
        "resources": "resource_declaration",
        "modules": "module_declaration",
        "outputs": "output_declaration",
    }

    assert not tree.root_node.has_error
    for kind, names in declared(load(file)).items():
        nodes = [n for n in tree.root_node.children if n.type == kinds[kind]]
        named = [c for n in nodes for c in n.children if c.type == "identifier"]
        firsts = {c.text.decode() for c in named if c.text is not None}
        assert names <= firsts, kind


@pytest.mark.parametrize("file", ROOTS, ids=[f.name for f in ROOTS])
def test_it_speaks_only_of_what_is_there_and_uses_all_that_it_declares(file: Path) -> None:
    assert [str(fault) for fault in faults(load(file))] == []


def test_every_module_is_used() -> None:
    used = {
        (file.parent / module.path).resolve()
        for file in FILES
        for module in load(file).modules.values()
    }

    assert {f for f in FILES if f.parent.name == "modules"} - used == set()


def test_the_parameters_file_gives_what_the_template_takes() -> None:
    given = json.loads((TEMPLATES / "main.parameters.json").read_text("utf-8"))["parameters"]
    takes = load(TEMPLATES / "main.bicep").params

    assert set(given) <= set(takes)
    assert {n for n, p in takes.items() if p.default is None} <= set(given)


def resources() -> list[Resource]:
    return [r for file in FILES for r in load(file).resources.values()]


def test_a_type_has_one_api_version_which_the_lab_knows() -> None:
    pins: dict[str, set[str]] = {}
    for resource in resources():
        pins.setdefault(resource.type, set()).add(resource.version)

    assert {t: v for t, v in pins.items() if len(v) > 1 or not v <= set(versions(t))} == {}


def test_only_stable_versions_where_there_is_one() -> None:
    preview = {r.type for r in resources() if r.version.endswith("-preview")}

    # Source: facts of these types: no stable version has what is used.
    assert preview <= {
        "Microsoft.Insights/diagnosticSettings",
        "Microsoft.Insights/privateLinkScopes",
        "Microsoft.Insights/privateLinkScopes/scopedResources",
    }


def test_every_type_has_a_model_or_a_reason() -> None:
    assert {r.type for r in resources()} <= set(MODELS) | WITHOUT_MODEL


def test_every_property_is_known_to_the_models_of_the_sdk(
    installed: tuple[Any, Installation, Any],
) -> None:
    unknown = [
        f"{written.template}: {written.type}: {name}"
        for written in installed[2].written
        if written.type in MODELS
        for name in strangers(written.body, MODELS[written.type])
    ]

    assert unknown == []


def test_the_models_would_find_a_wrong_property() -> None:
    site = {"properties": {"siteConfig": {"ftpsState": "Disabled", "ftpState": "x"}}}
    destination = {"endpointType": "StorageQueue", "properties": {"queue": "x"}}
    delivery = {"deliveryWithResourceIdentity": {"destination": destination}}
    filters = {"advancedFilters": [{"operatorType": "StringIn", "key": "k", "value": "x"}]}

    found = [
        *strangers(site, MODELS["Microsoft.Web/sites"]),
        *strangers(
            {"properties": {**delivery, "filter": filters}},
            MODELS["Microsoft.EventGrid/systemTopics/eventSubscriptions"],
        ),
    ]

    assert found == [
        "properties.siteConfig.ftpState",
        "properties.deliveryWithResourceIdentity.destination.properties.queue",
        "properties.filter.advancedFilters[0].value",
    ]


def test_no_output_and_no_file_holds_a_secret() -> None:
    for file in FILES:
        template = load(file)
        secure = {n for n, p in template.params.items() if p.decorator("secure")}
        for output in template.outputs.values():
            names = {getattr(node, "name", "") for node in walk(output)}
            assert not names & secure, output.name
        text = file.read_text("utf-8").casefold()
        assert not [w for w in ("listkeys", "accountkey=", "listsecrets") if w in text], file
