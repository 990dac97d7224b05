"""Does an expression amount to what Bicep says it does? Where other parsers go wrong, the reason stands beside it."""

from pathlib import Path
from typing import Any

import pytest

from tests.conformance.bicep_fixtures import run, value_of

VALUES = [
    ("'a'", "string", "a"),
    (r"'it\'s \${not} \u{41}'", "string", "it's ${not} A"),
    ("'${1 + 1} and ${'in ${'side'}'}'", "string", "2 and in side"),
    ("'''\nraw ${text}'''", "string", "raw ${text}"),
    ("'yes: ${true}'", "string", "yes: True"),
    ("1 + 2 * 3 - 4 / 2", "int", 5),
    ("-(7 % 4)", "int", -3),
    # pycep 0.7.1 reads `1 == (1 ? ...)`.
    ("1 == 1 ? 'same' : 'other'", "string", "same"),
    ("false || true && false", "bool", False),
    ("!(1 > 2) && 2 >= 2", "bool", True),
    ("null ?? 'given'", "string", "given"),
    ("'A' == 'a'", "bool", False),
    ("'A' =~ 'a'", "bool", True),
    ("'1' != 1", "bool", True),
    ("{ a: { b: 1 } }.a.b", "int", 1),
    ("{ 'odd name': 1 }['odd name']", "int", 1),
    # pycep 0.7.1 reads `.?` as `.`.
    ("{}.?missing ?? 'none'", "string", "none"),
    ("[1, 2][?5] ?? 0", "int", 0),
    # tree-sitter-bicep 1.1.0 makes two items of `f(x)`, and of `x[0]`.
    ("[\n  toUpper('a')\n  toUpper('b')\n]", "array", ["A", "B"]),
    ("[\n  ['x'][0]\n  ['y'][0]\n]", "array", ["x", "y"]),
    ("[for x in [1, 2]: x * 2]", "array", [2, 4]),
    ("[for (x, i) in ['a', 'b']: '${i}${x}']", "array", ["0a", "1b"]),
    # tree-sitter-bicep 1.1.0 reads `(x => x).name`.
    ("map([{ name: 'a' }], x => x.name)", "array", ["a"]),
    ("filter([1, 2, 3], (x) => x > 1)", "array", [2, 3]),
    ("reduce([1, 2, 3], 0, (sum, x) => sum + x)", "int", 6),
    ("toObject(['a', 'b'], x => x, x => length(x))", "object", {"a": 1, "b": 1}),
    ("union({ a: { b: 1 } }, { a: { c: 2 } })", "object", {"a": {"b": 1, "c": 2}}),
    ("union([1, 2], [2, 3])", "array", [1, 2, 3]),
    ("concat([1], [2])", "array", [1, 2]),
    ("concat('a', 'b')", "string", "ab"),
    ("contains({ Name: 1 }, 'name')", "bool", True),
    ("contains(['a'], 'A')", "bool", False),
    ("items({ b: 1, a: 2 })", "array", [{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
    ("string({ a: [1, true] })", "string", '{"a":[1,true]}'),
    ("format('{0}-{1}', 'a', 2)", "string", "a-2"),
    ("split('a/b', '/')[1]", "string", "b"),
    ("take('abcdef', 3)", "string", "abc"),
    ("empty([]) && empty('') && empty({})", "bool", True),
    ("first([]) ?? 'nothing'", "string", "nothing"),
    ("replace(toLower('A.B'), '.', '-')", "string", "a-b"),
    ("cidrSubnet('10.0.0.0/16', 24, 1)", "string", "10.0.1.0/24"),
    ("json('{\"a\": 1}').a", "int", 1),
    ("environment().suffixes.storage", "string", "core.windows.net"),
    ("deployer().objectId", "string", "somebody"),
    (
        "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'x')",
        "string",
        "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Authorization/roleDefinitions/x",
    ),
    (
        "resourceId('other', 'A.B/c/d', 'x', 'y')",
        "string",
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/other/providers/A.B/c/x/d/y",
    ),
    ("length(uniqueString('a'))", "int", 13),
    ("uniqueString('a') == uniqueString('a', 'b')", "bool", False),
    ("guid('a', 'b') == guid('a', 'b')", "bool", True),
]


@pytest.mark.parametrize(("expression", "type_", "expected"), VALUES, ids=[v[0] for v in VALUES])
async def test_an_expression_has_its_value(
    tmp_path: Path, expression: str, type_: str, expected: Any
) -> None:
    assert expected == await value_of(tmp_path, expression, type_)


async def test_a_file_is_loaded_from_beside_its_template(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text('{"names": ["a"]}')
    (tmp_path / "facts.yaml").write_text("names: [b]")
    (tmp_path / "facts.txt").write_text("c")

    loaded = await value_of(
        tmp_path,
        "[loadJsonContent('facts.json').names[0], loadYamlContent('facts.yaml').names[0], "
        "loadTextContent('facts.txt'), loadFileAsBase64('facts.txt')]",
        "array",
    )

    assert loaded == ["a", "b", "c", "Yw=="]


REFUSED = [
    ("output it string = 1", "3:1", "the output 'it' is a string, not 1"),
    ("output it string = missing", "3:20", "nothing is called 'missing'"),
    ("output it string = utcNow()", "3:20", "the function utcNow() is not supported"),
    ("output it string = {}.a", "3:22", "there is no property 'a'"),
    ("output it int = [1][2]", "3:20", "an array has no element 2"),
    ("output it string = true && 1 ? 'a' : 'b'", "3:28", "expected true or false"),
    ("output it int = 'a' + 1", "3:17", "expected a number"),
    ("output it string = loadTextContent('x.txt')", "3:20", "there is no file x.txt"),
    ("output it object = { a: 1, a: 2 }", "3:28", "the property 'a' is given twice"),
    ("output it object = { ...{} }", "3:22", "the spread operator is not supported"),
    ("output it string = 'open", "3:20", "the string is not closed"),
    ("output it string = 'a' 'b'", "3:24", "expected the end of the line"),
    ("output it array = [\n  1 2\n]", "4:5", "expected a comma, a new line or ']'"),
    ("output it string[] = []", "3:11", "the type 'string'"),
    # pycep 0.7.1 does not read an operator at the start of a line.
    ("output it int = true\n  ? 1 : 2", "4:3", "expected a declaration, found '?'"),
    ("output it int = true ? 1\n  : 2", "3:25", "expected ':', found a new line"),
    ("type T = string", "3:1", "the declaration 'type' is not supported"),
    ("func f() string => 'a'", "3:1", "the declaration 'func' is not supported"),
    ("import 'x'", "3:1", "the declaration 'import' is not supported"),
    ("@sealed()\nparam p object", "3:1", "the decorator @sealed on a param is not supported"),
    ("param p string = 'a'", "3:1", "'p' is never used"),
    ("var a = b\nvar b = a\noutput it string = a", "4:9", "'a' depends on itself"),
    ("var a = 1\nvar a = 2", "4:1", "'a' is declared already"),
    ("output it string = 'a'!", "3:23", "the operator ! after a value is not supported"),
    ("output it string = 'a'.toUpper()", "3:23", "the call of toUpper() on a value"),
    ("targetScope = 'world'", "3:1", "targetScope is given once"),
    ("output it string = string(null)", "3:20", "NoneType is no text"),
]


@pytest.mark.parametrize(("line", "place", "message"), REFUSED, ids=[r[0] for r in REFUSED])
async def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, line: str, place: str, message: str
) -> None:
    with pytest.raises(ValueError, match=r"main\.bicep") as refused:
        await run(tmp_path, f"// a comment\n\n{line}\n")

    assert f"main.bicep:{place}: " in str(refused.value)
    assert message in str(refused.value)
