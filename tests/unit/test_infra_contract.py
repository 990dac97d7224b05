"""The templates and the code speak of the same queues, tables, settings, functions and rights: one truth, both ways."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from remediation.adapters import names
from remediation.clouds import CLOUDS
from remediation.report import Verdict
from remediation.settings import Settings, declared

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
SHARED = INFRA / "shared"
TEMPLATES = sorted(INFRA.rglob("*.bicep"))
APP = (INFRA / "modules" / "function-app.bicep").read_text("utf-8")
MAIN = (INFRA / "main.bicep").read_text("utf-8")
ROLES = ("lockdown", "network", "rebuild", "audit")
LOADED = re.compile(r"load(?:Json|Text|Yaml)Content\('([^']+)'\)")


def shared(name: str) -> Any:
    return json.loads((SHARED / f"{name}.json").read_text("utf-8"))


def actions(role: str) -> set[str]:
    return set(shared(f"{role}-role")["actions"])


def constants(suffix: str) -> set[str]:
    return {value for name, value in vars(names).items() if name.endswith(suffix)}


def parameters(template: str) -> set[str]:
    return set(re.findall(r"^param (\w+) ", template, re.MULTILINE))


def decorators() -> list[ast.Call]:
    tree = ast.parse((ROOT / "function_app.py").read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.AsyncFunctionDef)]
    return [
        call for each in functions for call in each.decorator_list if isinstance(call, ast.Call)
    ]


def called(name: str) -> list[ast.Call]:
    found = decorators()
    return [
        call for call in found if isinstance(call.func, ast.Attribute) and call.func.attr == name
    ]


def triggers() -> set[tuple[str, str]]:
    """Connection and queue of each queue trigger."""
    found = set()
    for call in called("queue_trigger"):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        scope = {"__builtins__": {}, **vars(names)}
        connection, queue = (eval(given[name], scope) for name in ("connection", "queue_name"))  # noqa: S307 - our code
        found.add((connection, queue))
    return found


def function_names() -> set[str]:
    return {ast.literal_eval(call.args[0]) for call in called("function_name")}


def logged(start: str) -> str:
    """The module whose log line begins like that."""
    modules = (path.read_text("utf-8") for path in (ROOT / "remediation").rglob("*.py"))
    return next(text for text in modules if f'"{start}' in text)


def test_the_templates_create_the_queues_that_the_triggers_listen_on() -> None:
    declared_queues = shared("names")
    created = {
        *((names.MAILBOX, queue) for queue in declared_queues["mailbox"]["queues"]),
        *((names.STATE, queue) for queue in declared_queues["state"]["queues"]),
    }

    assert created == triggers()


def test_event_grid_delivers_into_the_queues_that_the_code_names() -> None:
    mailbox = shared("names")["mailbox"]

    assert (mailbox["events"], mailbox["watch"]) == (names.EVENTS_QUEUE, names.WATCH_QUEUE)


def test_every_queue_of_the_code_has_a_trigger() -> None:
    assert constants("_QUEUE") <= {queue for _, queue in triggers()}


def test_the_templates_create_the_tables_of_the_code() -> None:
    assert set(shared("names")["state"]["tables"]) == constants("_TABLE")


def test_the_functions_that_the_templates_name_exist() -> None:
    assert set(shared("names")["functions"].values()) <= function_names()


def test_every_setting_is_set_by_the_template_or_left_to_the_operator() -> None:
    settings = shared("settings")
    listed = {*settings["fixed"], *settings["computed"], *settings["optional"]}

    assert listed == {setting.name for setting in declared(Settings).values()}


def test_the_template_sets_what_is_listed_and_nothing_else() -> None:
    settings = shared("settings")
    block = APP.split("union(settings.fixed, {")[1].split("}, extraSettings)")[0]
    written = set(re.findall(r"^    (\w+): ", block, re.MULTILINE))

    assert written == {*settings["computed"], *settings["host"]}


def test_no_required_setting_is_left_to_the_operator() -> None:
    required = {setting.name for setting in declared(Settings).values() if setting.default is None}

    assert required & set(shared("settings")["optional"]) == set()


@pytest.mark.parametrize("connection", [names.MAILBOX, names.STATE, "AzureWebJobsStorage"])
def test_a_connection_signs_in_with_the_identity(connection: str) -> None:
    assert f"{connection}__credential: 'managedidentity'" in APP
    assert f"{connection}__clientId: clientId" in APP


def test_the_fixed_settings_are_accepted() -> None:
    needed = {
        setting.name: "https://example.org"
        for setting in declared(Settings).values()
        if setting.default is None
    }
    settings = Settings.from_environ({**needed, **shared("settings")["fixed"]})

    assert (ROOT / settings.policy).is_file()


def test_the_clouds_of_the_template_are_those_of_the_code() -> None:
    block = APP.split("var clouds = {")[1].split("}")[0]

    assert set(re.findall(r": '(\w+)'", block)) == set(CLOUDS)


def test_the_watched_subscriptions_are_those_of_the_policy() -> None:
    assert "loadYamlContent('../policy.yaml').scope.subscriptions" in MAIN


def test_the_audit_role_is_every_read_of_the_others() -> None:
    others = actions("lockdown") | actions("network")

    assert actions("audit") == {action for action in others if action.endswith("/read")}


def test_only_monitoring_grants_nothing_but_reads() -> None:
    rights = shared("rights")
    reads = {
        level
        for level, roles in rights.items()
        if all(action.endswith("/read") for role in roles for action in actions(role))
    }

    assert reads == {"monitor"}
    assert {role for roles in rights.values() for role in roles} == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_can_read_keys_give_roles_or_delete_what_is_not_named(role: str) -> None:
    allowed_deletes = {"Microsoft.Network/privateEndpoints/delete"} if role == "rebuild" else set()
    granted = actions(role)

    assert {action for action in granted if action.endswith("/delete")} == allowed_deletes
    assert [
        action
        for action in granted
        if "*" in action
        or "key" in action.casefold()
        or action.startswith("Microsoft.Authorization/")
        or "/deployments/" in action
    ] == []


@pytest.mark.parametrize("role", ROLES)
def test_the_page_on_permissions_explains_every_action_of_a_role(role: str) -> None:
    page = (ROOT / "docs" / "permissions.md").read_text("utf-8")
    section = page.split(f"\n## {shared(f'{role}-role')['roleName']}\n")[1].split("\n## ")[0]
    explained = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)

    assert sorted(explained) == sorted(actions(role))


def test_every_shared_file_is_loaded_and_every_loaded_file_is_there() -> None:
    loaded = {
        (template.parent / path).resolve()
        for template in TEMPLATES
        for path in LOADED.findall(template.read_text("utf-8"))
    }

    assert {path for path in loaded if not path.is_file()} == set()
    assert set(SHARED.glob("*.json")) <= loaded


def test_the_parameters_file_names_parameters_that_exist() -> None:
    given = json.loads((INFRA / "main.parameters.json").read_text("utf-8"))["parameters"]

    assert set(given) <= parameters(MAIN)


def test_an_onboarded_subscription_gets_what_main_would_give_it() -> None:
    onboard = (INFRA / "onboard.bicep").read_text("utf-8")
    passed = MAIN.split("module watched 'onboard.bicep'")[1].split("\n}]")[0]

    assert set(re.findall(r"^    (\w+): ", passed, re.MULTILINE)) == parameters(onboard)


def test_the_deployment_page_explains_every_parameter() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))

    assert parameters(MAIN) <= explained


def test_the_deployment_page_names_only_outputs_variables_and_settings_that_exist() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    variables = re.findall(r"\$\{(\w+)", (INFRA / "main.parameters.json").read_text("utf-8"))
    known = {
        *re.findall(r"^output (\w+) ", MAIN, re.MULTILINE),
        *variables,
        *(setting.name for setting in declared(Settings).values()),
    }
    named = set(re.findall(r"\b(?:LATCH|AZURE)_\w+", page))

    assert named - known == set()
    assert set(variables) <= named


@pytest.mark.parametrize("name", ["shared/workbook.json", "modules/heartbeat.bicep"])
def test_queries_look_for_what_the_code_logs(name: str) -> None:
    text = (INFRA / name).read_text("utf-8")
    starts = set(re.findall(r'startswith \\?"([a-z ]+: )\\?"', text))

    assert [start for start in starts if not logged(start)] == []


def test_the_prefix_of_a_log_line_is_cut_where_it_ends() -> None:
    text = (SHARED / "workbook.json").read_text("utf-8")
    cuts = re.findall(r'startswith \\"([a-z ]+: )\\".*?substring\(Message, (\d+)\)', text)

    assert cuts
    assert [(start, cut) for start, cut in cuts if len(start) != int(cut)] == []


def test_the_alarm_on_stalled_passes_uses_the_word_of_the_code() -> None:
    heartbeat = (INFRA / "modules" / "heartbeat.bicep").read_text("utf-8")

    assert f'.verdict == "{Verdict.STALLED}"' in heartbeat
    assert 'startswith "on_poisoned"' in heartbeat
    assert any(name.startswith("on_poisoned") for name in function_names())


def test_no_template_reads_or_names_a_key() -> None:
    keys = re.compile(r"\blist\w+\(|AccountKey|SharedAccess|@secure|connectionStrings")
    named = {path.name for path in TEMPLATES if keys.search(path.read_text("utf-8"))}

    assert named == set()


def test_public_access_is_off_but_where_the_threat_model_says_so() -> None:
    line = re.compile(r"^ *(publicNetworkAccess\w*): (.+)$", re.MULTILINE)
    found = {
        (path.stem, value)
        for path in TEMPLATES
        for _, value in line.findall(path.read_text("utf-8"))
    }

    assert found == {
        ("alert-topic", "'Disabled'"),
        ("function-app", "isPublic ? 'Enabled' : 'Disabled'"),
        ("logs", "publicAccess"),
        ("mailbox", "'Enabled'"),
        ("state", "'Disabled'"),
    }
    assert "defaultAction: 'Deny'" in (INFRA / "modules" / "mailbox.bicep").read_text("utf-8")


def test_every_storage_account_and_topic_refuses_keys() -> None:
    accounts = [
        path.read_text("utf-8")
        for path in TEMPLATES
        if "Microsoft.Storage/storageAccounts@" in path.read_text("utf-8")
    ]
    made = [text for text in accounts if "existing = {" not in text]

    assert len(made) == 2
    assert all("allowSharedKeyAccess: false" in text for text in made)
    assert "disableLocalAuth: true" in (INFRA / "modules" / "alert-topic.bicep").read_text("utf-8")
