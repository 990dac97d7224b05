"""Does a template become the right resources, in an order that its dependencies allow? On a shelf instead of Azure."""

from pathlib import Path

import pytest

from tests.conformance.bicep_fixtures import GROUP, SUBSCRIPTION, WHOLE, Shelf, run
from tests.harness.bicep import BicepError, Scope, last_first, shuffled

PLAIN = "Microsoft.Things/things@2025-01-01"
HERE = f"{GROUP.id}/providers/Microsoft.Things/things"


def thing(symbol: str, name: str = "", more: str = "") -> str:
    return f"resource {symbol} '{PLAIN}' = {{\n  name: '{name or symbol}'\n  {more}\n}}\n"


async def test_a_resource_is_written_without_what_only_bicep_needs(tmp_path: Path) -> None:
    shelf = Shelf()

    await run(tmp_path, thing("a", more="location: 'x'\n  dependsOn: []"), shelf=shelf)

    assert shelf.resources[f"{HERE}/a"]["location"] == "x"
    assert "name" not in shelf.resources[f"{HERE}/a"]


@pytest.mark.parametrize("seed", range(4))
async def test_a_reference_decides_the_order_whatever_the_order_of_the_file(
    tmp_path: Path, seed: int
) -> None:
    source = (
        thing("last", more="tags: { x: behind }")
        + "var behind = middle.properties.number\n"
        + thing("middle", more="dependsOn: [ first ]")
        + thing("first")
    )

    deployment = await run(tmp_path, source, order=shuffled(seed))

    assert [w.id.rsplit("/", 1)[1] for w in deployment.written] == ["first", "middle", "last"]
    assert deployment.written[-1].body["tags"] == {"x": 1}


async def test_what_waits_for_nothing_is_written_in_an_unkind_order(tmp_path: Path) -> None:
    deployment = await run(tmp_path, thing("a") + thing("b"), order=last_first)

    assert [w.id.rsplit("/", 1)[1] for w in deployment.written] == ["b", "a"]


async def test_a_circle_is_refused(tmp_path: Path) -> None:
    source = thing("a", more="tags: { x: b.id }") + thing("b", more="tags: { x: a.id }")

    with pytest.raises(BicepError, match="'a' waits for itself"):
        await run(tmp_path, source)


async def test_loops_conditions_and_children(tmp_path: Path) -> None:
    source = f"""
param names array = ['a', 'b', 'c']
resource all '{PLAIN}' = [for (name, i) in names: if (name != 'b') {{
  name: name
  properties: {{ at: i }}
}}]
resource parts 'Microsoft.Things/things/parts@2025-01-01' = [for i in range(0, 2): {{
  parent: all[i * 2]
  name: 'part'
}}]
resource outer '{PLAIN}' = {{
  name: 'outer'
  resource inner 'parts' = {{
    name: 'inner'
  }}
}}
resource absent '{PLAIN}' = if (length(names) > 3) {{
  name: 'absent'
}}
output inner string = outer::inner.id
output second int = all[2].properties.at
"""

    deployment = await run(tmp_path, source)

    names = sorted(w.id.removeprefix(f"{HERE}/") for w in deployment.written)
    assert names == ["a", "a/parts/part", "c", "c/parts/part", "outer", "outer/parts/inner"]
    assert deployment.outputs == {"inner": f"{HERE}/outer/parts/inner", "second": 2}


async def test_what_is_not_deployed_has_an_id_and_nothing_else(tmp_path: Path) -> None:
    absent = f"resource a '{PLAIN}' = if (false) {{\n  name: 'a'\n}}\n"

    deployment = await run(tmp_path, f"{absent}output it string = a.id")
    with pytest.raises(BicepError, match="its condition is false"):
        await run(tmp_path, f"{absent}output it string = a.properties.x")

    assert deployment.outputs["it"] == f"{HERE}/a"


async def test_what_exists_is_read_where_it_is_and_never_written(tmp_path: Path) -> None:
    there = f"{Scope.of_group(SUBSCRIPTION, 'there').id}/providers/Microsoft.Things/things/old"
    shelf = Shelf({there: {"properties": {"x": "found"}}})
    source = f"""
resource old '{PLAIN}' existing = {{
  name: 'old'
  scope: resourceGroup('there')
}}
var known = old.properties.x
output it string = '${{known}}-${{old.name}}'
"""

    deployment = await run(tmp_path, source, shelf=shelf)

    assert deployment.outputs["it"] == "found-old"
    assert (shelf.asked, deployment.written) == ([f"{there}@2025-01-01"], [])


async def test_an_extension_stands_on_what_it_extends(tmp_path: Path) -> None:
    lock = """
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'l'
  scope: a
}
"""

    deployment = await run(tmp_path, thing("a") + lock)

    assert deployment.written[-1].id == f"{HERE}/a/providers/Microsoft.Authorization/locks/l"


MODULE = """
param name string
resource thing 'Microsoft.Things/things@2025-01-01' = {
  name: name
}
output id string = thing.id
output count int = thing.properties.number
"""


async def test_modules_go_to_their_scopes_and_wait_for_what_they_are_given(tmp_path: Path) -> None:
    source = f"""
targetScope = 'subscription'
resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {{
  name: 'made'
  location: 'x'
}}
module first 'part.bicep' = {{
  name: 'first'
  scope: group
  params: {{
    name: 'one'
  }}
}}
module rest 'part.bicep' = [for id in ['{SUBSCRIPTION}', '2222']: {{
  name: 'rest-${{id}}'
  scope: resourceGroup(id, 'other')
  params: {{
    name: 'n${{first.outputs.count}}'
  }}
}}]
output ids array = [for (id, i) in ['', '']: rest[i].outputs.id]
"""

    deployment = await run(tmp_path, source, scope=WHOLE, part=MODULE)

    made = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/made"
    assert [w.id for w in deployment.written[:2]] == [
        made,
        f"{made}/providers/Microsoft.Things/things/one",
    ]
    assert deployment.outputs["ids"] == [
        f"/subscriptions/{s}/resourceGroups/other/providers/Microsoft.Things/things/n1"
        for s in (SUBSCRIPTION, "2222")
    ]


MODULES = [
    ("params: {}", "part.bicep needs the parameter 'name'"),
    ("params: { name: 'a', other: 1 }", "part.bicep takes no parameter 'other'"),
    ("params: { name: 1 }", "'name' is a string, not 1"),
    ("params: { name: 'a' }\n  location: 'x'", "a module has no 'location'"),
    ("params: { name: 'a' }\n  scope: subscription()", "is for a resourceGroup, not for"),
    ("params: { name: a }", "the value.name is no JSON"),
]


@pytest.mark.parametrize(("body", "message"), MODULES, ids=[m[0] for m in MODULES])
async def test_a_module_gets_what_it_takes(tmp_path: Path, body: str, message: str) -> None:
    source = thing("a") + f"module m 'part.bicep' = {{\n  name: 'm'\n  {body}\n}}\n"
    used = source + "output it string = a.id"

    with pytest.raises(BicepError) as refused:
        await run(tmp_path, used, part=MODULE)

    assert message in refused.value.message


async def test_an_output_that_a_module_has_not_is_refused(tmp_path: Path) -> None:
    source = "module m 'part.bicep' = {\n  params: {\n    name: 'a'\n  }\n}\noutput x string = m.outputs.y"

    with pytest.raises(BicepError, match=r"part\.bicep has no output 'y'"):
        await run(tmp_path, source, part=MODULE)


PARAMS = [
    ("@allowed(['a', 'b'])\nparam p string", "c", "against @allowed"),
    ("@minLength(2)\nparam p string", "a", "against @minLength(2)"),
    ("@maxLength(1)\nparam p array", [1, 2], "against @maxLength(1)"),
    ("@minValue(3)\nparam p int", 2, "against @minValue(3)"),
    ("@maxValue(3)\nparam p int", 4, "against @maxValue(3)"),
    ("param p bool", "true", "'p' is a bool, not 'true'"),
    ("param p int", True, "'p' is an int, not True"),
    ("@allowed(['a', 'b'])\nparam p array", ["a", "c"], "against @allowed"),
]


@pytest.mark.parametrize(("declared", "value", "message"), PARAMS, ids=[p[2] for p in PARAMS])
async def test_a_parameter_keeps_to_what_is_said_of_it(
    tmp_path: Path, declared: str, value: object, message: str
) -> None:
    with pytest.raises(BicepError) as refused:
        await run(tmp_path, f"{declared}\noutput it object = {{ x: p }}", params={"p": value})

    assert message in refused.value.message


async def test_parameters_are_neither_missing_nor_unknown(tmp_path: Path) -> None:
    source = "param p string\noutput it string = p"

    with pytest.raises(BicepError, match=r"needs the parameters \['p'\]"):
        await run(tmp_path, source)
    with pytest.raises(BicepError, match=r"does not take the parameters \['q'\]"):
        await run(tmp_path, source, params={"p": "a", "q": "b"})


PLACES = [
    (WHOLE, "targetScope = 'subscription'\n" + thing("a"), "cannot stand in /subscriptions/"),
    (GROUP, "targetScope = 'subscription'\n" + thing("a"), "is for a subscription, not for"),
    (GROUP, thing("a", "a/b"), "takes 1 names (or a parent), not 'a/b'"),
    (GROUP, thing("a", more="scope: resourceGroup('x')"), "belongs in a module"),
    (GROUP, thing("a") + thing("b", more="parent: a"), "the parent of 'b' is no"),
    (
        GROUP,
        thing("a")
        + "resource b 'Microsoft.Things/things@2025-01-01' = {\n  name: a.properties.x\n}",
        "is known only once it is deployed",
    ),
]


@pytest.mark.parametrize(("scope", "source", "message"), PLACES, ids=[p[2] for p in PLACES])
async def test_what_cannot_be_known_or_placed_is_refused(
    tmp_path: Path, scope: Scope, source: str, message: str
) -> None:
    shelf = Shelf()

    with pytest.raises(BicepError) as refused:
        await run(tmp_path, source, scope=scope, shelf=shelf)

    assert message in refused.value.message
    assert shelf.resources == {}
